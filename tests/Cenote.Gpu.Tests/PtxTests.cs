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

    /// <summary>Small planes are loaded so, and so are whole planes and tiles of large windows whose channels lie side by side.</summary>
    [Theory]
    [InlineData("b32", typeof(GlobalTileKernel<ushort, double, WideWordMean<HalfWord>>))]
    [InlineData("b32", typeof(GlobalTileKernel<float, float, ExtremeReducer<float, Greatest>>))]
    [InlineData("f32", typeof(GlobalColumnKernel<Quad<float>, Quad<double>, QuadReducer<float, double, DoubleMean>>))]
    [InlineData("f32", typeof(AxisTileKernel<Quad<float>, Quad<float>, Quad<float>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>, LiftedTap<Quad<float>, Quad<float>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>>>))]
    public void Planes_and_tiles_are_loaded_16_bytes_at_a_time(string word, Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Contains($"ld.global.v4.{word}", ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    /// <summary>Small windows, which are compiled into their kernels: 3×3 at stride 2 and 1 here.</summary>
    [Theory]
    [InlineData("f32", typeof(MaximaOfFloats))]
    [InlineData("b32", typeof(MeansOfHalf))]
    [InlineData("f32", typeof(IndicesOfFloats))]
    public void Strips_move_16_bytes_at_a_time(string word, Type kernel)
    {
        string ptx = Of(kernel);
        Assert.Contains($"ld.global.v4.{word}", ptx, StringComparison.Ordinal);
        Assert.Contains($"st.global.v4.{word}", ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    /// <summary>Where a byte goes through what ILGPU takes for a signed one, 128 becomes less than 3.</summary>
    [Fact]
    public void Bytes_have_no_sign() => Assert.DoesNotMatch(@"cvt\.[su]\d+\.s8|setp\.\w+\.s8", Of(typeof(MaximaOfBytes)));

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
    [InlineData("st.global.v4.f32", 3, 2, 1, typeof(RowTile<float, Quad<float>, Quad<float>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, PickedShare, TileOfFour>))]
    [InlineData("st.global.v4.f32", 3, 1, 1, typeof(RowTile<float, Quad<float>, Quad<float>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, EvenShare, TileOfFour>))]
    [InlineData("st.global.v4.b32", 3, 2, 1, typeof(RowTile<ushort, Quad<uint>, Quad<Twin<float>>, byte, WordSum<HalfWord>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<HalfWord>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, PickedShare, TileOfEight>))]
    [InlineData("st.global.v4.f32", 3, 2, 1, typeof(ChannelTile<Quad<float>, Quad<float>, uint, QuadReducer<float, float, PlainSum>, PickedShare>))]
    [InlineData("st.global.v4.b32", 2, 2, 0, typeof(ChannelTile<Quad<uint>, Quad<Twin<float>>, Twin<uint>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<HalfWord>>>, PickedShare>))]
    public void Tiles_of_gradients_are_stored_16_bytes_at_a_time(string store, int kernel, int stride, int padding, Type tile)
    {
        AxisPlan axis = new MaxPool2d(kernel, stride, padding).Plan([1, 1, 16, 16]).Width;
        var found = new FoundSteps();
        KnownSteps.Use(axis, found);
        Type[] of = tile.GetGenericArguments();
        Type lanes(Type each) => typeof(QuadLanes<,,>).MakeGenericType(each, each, typeof(OneLane<>).MakeGenericType(each));
        Type twin(Type each) => typeof(Twin<>).MakeGenericType(each);
        if (tile.GetGenericTypeDefinition() == typeof(RowTile<,,,,,,,,>))
            of = [of[0], of[1], typeof(float), of[2], typeof(Quad<>).MakeGenericType(of[2]), of[3], of[4], of[5], of[6], lanes(of[2]), of[7], found.Steps, found.Steps, of[8], typeof(TileOfFour)];
        else
            of = [of[0], twin(of[0]), of[1], twin(of[1]), typeof(Quad<>).MakeGenericType(twin(of[1])), of[2], of[3], typeof(TwinReducer<,,>).MakeGenericType(of[0], of[1], of[3]), typeof(TwinLanes<,,>).MakeGenericType(of[1], of[1], typeof(OneLane<>).MakeGenericType(of[1])), lanes(twin(of[1])), of[4], found.Steps, found.Steps, typeof(TileOfTwo), typeof(TileOfFour)];
        string ptx = Of(typeof(GradientTileKernel<,,,,,,,,,,,,,,>).MakeGenericType(of));
        Assert.Contains(store, ptx, StringComparison.Ordinal);
        AssertLean(ptx);
    }

    private sealed class RowTile<T, TPack, TSums, TIndex, TReducer, TPacked, TLanes, TShare, TLength>;

    private sealed class ChannelTile<T, TSum, TIndex, TReducer, TShare>;

    private sealed class FoundSteps : IStepsUse
    {
        public Type Steps { get; private set; } = typeof(void);

        public void Run<TSteps>()
            where TSteps : unmanaged, IWindowSteps => Steps = typeof(TSteps);
    }

    /// <summary>Gradients of whole planes.</summary>
    [Theory]
    [InlineData("st.global.v4.f32", typeof(GlobalGradientKernel<float, Quad<float>, float, Quad<float>, byte, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, EvenShare>))]
    [InlineData("st.global.v4.b32", typeof(GlobalGradientKernel<ushort, Quad<uint>, float, Quad<Twin<float>>, byte, WordSum<HalfWord>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<HalfWord>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, PickedShare>))]
    [InlineData("st.global.v4.f32", typeof(GlobalGradientColumnKernel<Quad<float>, Quad<float>, uint, QuadReducer<float, float, PlainSum>, PickedShare>))]
    public void Gradients_of_planes_are_stored_16_bytes_at_a_time(string store, Type kernel)
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
    [InlineData(typeof(AxisTileKernel<float, float, float, SingleMean, LiftedTap<float, float, SingleMean>>))]
    [InlineData(typeof(AxisTileKernel<float, ushort, float, WordMean<HalfWord>, KeptState<float>>))]
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

    private static class MaximaOfFloats
    {
        public static void Run(ArrayView<float> input, ArrayView<float> output, ArrayView<ListedWindow> list, Walk walk, ExtremeReducer<float, Greatest> one) =>
            StripKernel<float, Quad<float>, float, Quad<float>, ExtremeReducer<float, Greatest>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>, QuadLanes<float, float, OneLane<float>>, ChosenStrip>
                .Run(input, output, list, walk, 0, one, new(one), new(new(3, 3, 2, 2, 1, 1, 1)));
    }

    private static class MaximaOfBytes
    {
        public static void Run(ArrayView<byte> input, ArrayView<byte> output, ArrayView<ListedWindow> list, Walk walk, ExtremeReducer<byte, Greatest> one) =>
            StripKernel<byte, byte, byte, byte, ExtremeReducer<byte, Greatest>, ExtremeReducer<byte, Greatest>, OneLane<byte>, ChosenStrip>.Run(input, output, list, walk, 0, one, one, new(new(3, 3, 2, 2, 1, 1, 1)));
    }

    private static class MeansOfHalf
    {
        public static void Run(ArrayView<ushort> input, ArrayView<ushort> output, ArrayView<ListedWindow> list, Walk walk, int sameDivisor) =>
            StripKernel<ushort, Quad<uint>, float, Quad<Twin<float>>, WordMean<DeviceHalf>, QuadReducer<uint, Twin<float>, WordsReducer<float, WordMean<DeviceHalf>>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, AddedStrip>
                .Run(input, output, list, walk, sameDivisor, default, default, new(new(3, 3, 1, 1, 1, 1, 1)));
    }

    private static class IndicesOfFloats
    {
        public static void Run(ArrayView<float> input, ArrayView<float> output, ArrayView<byte> numbers, ArrayView<ListedWindow> list, Walk walk, ExtremeReducer<float, Greatest> one) =>
            ChoiceStripKernel<float, Quad<float>, float, Quad<float>, Quad<int>, ExtremeReducer<float, Greatest>, QuadReducer<float, float, ExtremeReducer<float, Greatest>>, QuadLanes<float, float, OneLane<float>>, QuadTaker<float, int, OneTaker<float, Greatest>>>
                .Run(input, output, numbers, list, walk, one, new(one), new(new(3, 3, 2, 2, 1, 1, 1)));
    }
}
