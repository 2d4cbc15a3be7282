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

    [Theory]
    [InlineData(typeof(GatherKernel<float, float, ExtremeReducer<float, Greatest>>))]
    [InlineData(typeof(GatherKernel<ushort, float, WordMean<BFloat16Word>>))]
    [InlineData(typeof(GatherKernel<byte, long, SmallIntegerMean<byte, IntegerFormat>>))]
    [InlineData(typeof(ChoiceKernel<float, byte, ExtremeChoice<float, Greatest>, NumberFormat>))]
    [InlineData(typeof(GlobalFoldKernel<Quad<float>, Quad<double>, QuadReducer<float, double, DoubleMean>>))]
    [InlineData(typeof(GlobalChoiceKernel<ushort, byte, WordExtreme<HalfWord, Greatest>, NumberFormat>))]
    [InlineData(typeof(AxisFoldKernel<float, float, float, SingleMean, LiftedTap<float, float, SingleMean>>))]
    [InlineData(typeof(GradientKernel<float, float, byte, SingleMean, MeanShare>))]
    [InlineData(typeof(GradientKernel<float, float, byte, SingleMean, ChosenShare<byte, NumberFormat>>))]
    [InlineData(typeof(UnpoolKernel<uint, byte, NumberFormat>))]
    [InlineData(typeof(TakeKernel<uint, byte, NumberFormat>))]
    [InlineData(typeof(ToFlatKernel<byte, NumberFormat>))]
    [InlineData(typeof(FlatUnpoolKernel<uint>))]
    [InlineData(typeof(FlatTakeKernel<uint>))]
    [InlineData(typeof(GatherKernel<Quad<float>, Quad<float>, QuadReducer<float, float, NormReducer<float, float, Reals, SingleMean, Square<float>, SquareRoot<float, Reals>>>>))]
    [InlineData(typeof(GatherKernel<ushort, float, NormReducer<ushort, float, Reals, WordMean<HalfWord>, AnyPower<float, Reals>, AnyPower<float, Reals>>>))]
    [InlineData(typeof(GatherKernel<Twin<long>, Twin<WideInteger>, TwinReducer<long, WideInteger, LongIntegerMean<long, LongFormat>>>))]
    [InlineData(typeof(SmoothWindowsKernel<float, float, float, SingleMean, PowerFormula<float, Reals>>))]
    [InlineData(typeof(SmoothGatherKernel<float, float, LpWindow<float>, SingleMean, MagnitudeFormula<float, Reals>>))]
    public void No_kernel_uses_local_memory(Type kernel)
    {
        string ptx = Of(kernel);
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
