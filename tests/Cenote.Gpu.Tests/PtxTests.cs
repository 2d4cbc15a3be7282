using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace Cenote.Gpu.Tests;

/// <summary>The kernels as NVIDIA's driver gets them; no device is needed to look at them.</summary>
public sealed class PtxTests
{
    /// <summary>Channels side by side travel 16 bytes at a time, and no kernel keeps anything in local memory.</summary>
    [Fact]
    public void Channels_last_kernels_move_16_bytes_at_a_time()
    {
        string ptx = Of(typeof(GatherKernel<Quad<float>, Quad<float>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>>));
        Assert.Contains("ld.global.v4.f32", ptx, StringComparison.Ordinal);
        Assert.Contains("st.global.v4.f32", ptx, StringComparison.Ordinal);
        ptx = Of(typeof(GatherKernel<Quad<uint>, Quad<Twin<float>>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordMean<HalfWord>>>>));
        Assert.Contains("ld.global.v4.b32", ptx, StringComparison.Ordinal);
    }

    /// <summary>Rows too: packs above the outputs, and single elements beside them.</summary>
    [Theory]
    [InlineData("f32", typeof(BandKernel<float, Quad<float>, float, Quad<float>, ExtremeReducer<float, Greatest>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>, QuadLanes<float, float, OneLane<float>>, ChosenBand>))]
    [InlineData("f32", typeof(BandKernel<float, Quad<float>, float, Quad<float>, SingleMean, QuadReducer<float, float, SingleMean>, QuadLanes<float, float, OneLane<float>>, AddedPairs>))]
    [InlineData("b32", typeof(BandKernel<ushort, Quad<uint>, float, Quad<Twin<float>>, WordMean<HalfWord>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordMean<HalfWord>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, AddedBand>))]
    [InlineData("b32", typeof(BandKernel<byte, Quad<uint>, byte, Quad<Quad<byte>>, ExtremeReducer<byte, Greatest>, QuadReducer<uint, Quad<byte>, BytesReducer<byte, ExtremeReducer<byte, Greatest>>>, QuadLanes<byte, Quad<byte>, QuadLanes<byte, byte, OneLane<byte>>>, ChosenPairs>))]
    public void Rows_move_16_bytes_at_a_time(string word, Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Contains($"ld.global.v4.{word}", ptx, StringComparison.Ordinal);
        Assert.Contains($"st.global.v4.{word}", ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    /// <summary>Gradients are stored 16 bytes at a time; what several inputs share is loaded once.</summary>
    [Theory]
    [InlineData("st.global.v4.f32", typeof(GradientKernel<float, Quad<float>, float, Quad<float>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, MeanShare>))]
    [InlineData("st.global.v4.f32", typeof(GradientKernel<float, Quad<float>, float, Quad<float>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, ChosenShare<byte, NumberFormat>>))]
    [InlineData("st.global.v2.f64", typeof(GradientKernel<double, Twin<double>, double, Twin<double>, ushort, PlainSum, TwinReducer<double, double, PlainSum>, TwinLanes<double, double, OneLane<double>>, ChosenShare<ushort, NumberFormat>>))]
    [InlineData("st.global.v4.b32", typeof(GradientKernel<ushort, Quad<uint>, float, Quad<Twin<float>>, byte, WordSum<BFloat16Word>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<BFloat16Word>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, ChosenShare<byte, NumberFormat>>))]
    public void Gradients_of_rows_are_stored_16_bytes_at_a_time(string store, Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Contains(store, ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    /// <summary>Tiles of a gradient: packs of a row, and packs of channels.</summary>
    [Theory]
    [InlineData("st.global.v4.f32", typeof(GradientTileKernel<float, Quad<float>, float, Quad<float>, Quad<Quad<float>>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, QuadLanes<Quad<float>, Quad<float>, OneLane<Quad<float>>>, PickedShare, Steps<N3, N2, N1>, Steps<N3, N2, N1>>))]
    [InlineData("st.global.v4.f32", typeof(GradientTileKernel<float, Quad<float>, float, Quad<float>, Quad<Quad<float>>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, QuadLanes<Quad<float>, Quad<float>, OneLane<Quad<float>>>, EvenShare, Steps<N3, N1, N0>, Steps<N3, N1, N0>>))]
    [InlineData("st.global.v4.b32", typeof(GradientTileKernel<ushort, Quad<uint>, float, Quad<Twin<float>>, Quad<Quad<Twin<float>>>, byte, WordSum<HalfWord>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<HalfWord>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, QuadLanes<Quad<Twin<float>>, Quad<Twin<float>>, OneLane<Quad<Twin<float>>>>, PickedShare, Steps<N5, N1, N0>, Steps<N5, N1, N0>>))]
    [InlineData("st.global.v4.f32", typeof(GradientTileKernel<Quad<float>, Twin<Quad<float>>, Quad<float>, Twin<Quad<float>>, Quad<Twin<Quad<float>>>, uint, QuadReducer<float, float, PlainSum>, TwinReducer<Quad<float>, Quad<float>, QuadReducer<float, float, PlainSum>>, TwinLanes<Quad<float>, Quad<float>, OneLane<Quad<float>>>, QuadLanes<Twin<Quad<float>>, Twin<Quad<float>>, OneLane<Twin<Quad<float>>>>, PickedShare, Steps<N3, N2, N1>, Steps<N3, N2, N1>>))]
    public void Tiles_of_gradients_are_stored_16_bytes_at_a_time(string store, Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Contains(store, ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    [Theory]
    [InlineData(typeof(GatherKernel<float, float, ExtremeReducer<float, Greatest>>))]
    [InlineData(typeof(GatherKernel<ushort, float, WordMean<BFloat16Word>>))]
    [InlineData(typeof(GatherKernel<byte, byte, ExtremeReducer<byte, Greatest>>))]
    [InlineData(typeof(ChoiceKernel<float, byte, ExtremeChoice<float, Greatest>, NumberFormat>))]
    [InlineData(typeof(ChoiceBandKernel<float, byte, ExtremeChoice<float, Greatest>, NumberFormat>))]
    [InlineData(typeof(GlobalFoldKernel<Quad<float>, Quad<double>, QuadReducer<float, double, DoubleMean>>))]
    [InlineData(typeof(GlobalChoiceKernel<ushort, byte, WordExtreme<HalfWord, Greatest>, NumberFormat>))]
    [InlineData(typeof(AxisFoldKernel<float, float, float, SingleMean, LiftedTap<float, float, SingleMean>>))]
    [InlineData(typeof(BandKernel<Quad<float>, Quad<float>, Quad<float>, Quad<float>, QuadReducer<float, float, SingleMean>, QuadReducer<float, float, SingleMean>, OneLane<Quad<float>>, AddedBand>))]
    [InlineData(typeof(BandKernel<ushort, ushort, float, float, WordExtreme<HalfWord, Greatest>, WordExtreme<HalfWord, Greatest>, OneLane<float>, ChosenBand>))]
    [InlineData(typeof(GradientKernel<float, float, float, float, byte, PlainSum, PlainSum, OneLane<float>, ChosenShare<byte, NumberFormat>>))]
    [InlineData(typeof(UnpoolKernel<uint, byte, NumberFormat>))]
    [InlineData(typeof(FlatUnpoolKernel<uint>))]
    [InlineData(typeof(FlatTakeKernel<uint>))]
    [InlineData(typeof(GatherKernel<Quad<float>, Quad<float>, QuadReducer<float, float, NormReducer<float, float, Reals, SingleMean, Square<float>, SquareRoot<float, Reals>>>>))]
    [InlineData(typeof(GatherKernel<ushort, float, NormReducer<ushort, float, Reals, WordMean<HalfWord>, AnyPower<float, Reals>, AnyPower<float, Reals>>>))]
    [InlineData(typeof(SmoothWindowsKernel<float, float, float, SingleMean, PowerFormula<float, Reals>>))]
    [InlineData(typeof(SmoothGatherKernel<float, float, LpWindow<float>, SingleMean, MagnitudeFormula<float, Reals>>))]
    public void No_kernel_uses_local_memory(Type kernel)
    {
        AssertLean(Of(kernel));
    }

    /// <summary>The means of integers, and numbers that become positions, divide 64 bits, once per output.</summary>
    [Theory]
    [InlineData(typeof(TakeKernel<uint, byte, NumberFormat>))]
    [InlineData(typeof(ToFlatKernel<byte, NumberFormat>))]
    [InlineData(typeof(GatherKernel<Twin<long>, Twin<WideInteger>, TwinReducer<long, WideInteger, LongIntegerMean<long, LongFormat>>>))]
    public void Kernels_that_divide_use_no_local_memory(Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Matches(@"(div|rem)\.[su]64", ptx);
        AssertRegistersOnly(ptx);
    }

    private static void AssertLean(string ptx)
    {
        AssertRegistersOnly(ptx);
        Assert.DoesNotMatch(@"(div|rem)\.[su]64", ptx);
    }

    private static void AssertRegistersOnly(string ptx)
    {
        Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("atom", ptx, StringComparison.Ordinal);
        Assert.DoesNotContain("call.uni", ptx, StringComparison.Ordinal);
    }

    private static string Of(Type kernel)
    {
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null!);
        MethodInfo run = kernel.GetMethod("Run", BindingFlags.Static | BindingFlags.Public)!;
        string ptx = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(run), default)).PTXAssembly;
        if (Environment.GetEnvironmentVariable("CENOTE_PTX") is { } folder) File.WriteAllText(Path.Combine(folder, kernel.Name + ptx.Length + ".ptx"), ptx);
        return ptx;
    }
}
