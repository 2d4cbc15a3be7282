using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernel for gradients of small windows that slide; calls are those of the transposed plan.</summary>
internal static class GradientTiles
{
    /// <summary>Numbers of chosen taps have one byte: there are so many taps at most.</summary>
    private const int MostTaps = 256;

    public static bool Accepts(PoolCall call, ElementType type)
    {
        PoolPlan pooling = call.Plan.Transposed;
        // Tiles begin with a window's step: those of channels are two wide, or four where windows are in a row; those of doubles in rows two.
        return pooling.Depth.Slides && KnownSteps.Has(pooling.Height) && KnownSteps.Has(pooling.Width) && pooling.Depth.Kernel * pooling.Height.Kernel * pooling.Width.Kernel <= MostTaps
            && (pooling.Width.Stride <= 2 || (call.ChannelsLast ? pooling.Height.Kernel == 1 : type != ElementType.Double));
    }

    /// <summary>Whether all windows divide by the same number, too.</summary>
    public static bool AcceptsMean(PoolCall call, ElementType type)
    {
        return Accepts(call, type) && DivisorOf(call.Plan.Transposed) is not null;
    }

    /// <summary>What all windows of a pooling divide by, if it is one number.</summary>
    public static long? DivisorOf(PoolPlan pooling)
    {
        if (pooling.DivisorOverride is { } divisor) return divisor;
        bool isOne = !pooling.ReadsPadding && pooling.Depth.HasOneExtent && pooling.Height.HasOneExtent && pooling.Width.HasOneExtent;
        return isOne ? pooling.Depth[0].Extent * pooling.Height[0].Extent * pooling.Width[0].Extent : null;
    }

    public static void Mean(PoolCall call, ElementType type)
    {
        switch (type)
        {
            case ElementType.Single: Of<float, Quad<float>, float, Quad<float>, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, byte, byte, EvenShare, EvenQuad<float, EvenShare>, TileOfFour>(call, call.NoNumbers); break;
            case ElementType.Double: Of<double, Twin<double>, double, Twin<double>, PlainSum, TwinReducer<double, double, PlainSum>, TwinLanes<double, double, OneLane<double>>, byte, byte, EvenShare, EvenTwin<double, EvenShare>, TileOfTwo>(call, call.NoNumbers); break;
            case ElementType.Half when call.Device.HasHalf: Words<WordSum<DeviceHalf>, byte, EvenShare, EvenQuad<Twin<float>, EvenTwin<float, EvenShare>>>(call, call.NoNumbers); break;
            case ElementType.Half: Words<WordSum<HalfWord>, byte, EvenShare, EvenQuad<Twin<float>, EvenTwin<float, EvenShare>>>(call, call.NoNumbers); break;
            default: Words<WordSum<BFloat16Word>, byte, EvenShare, EvenQuad<Twin<float>, EvenTwin<float, EvenShare>>>(call, call.NoNumbers); break;
        }
    }

    public static void Chosen(PoolCall call, ElementType type, ArrayView<byte> numbers)
    {
        switch (type)
        {
            case ElementType.Single: Of<float, Quad<float>, float, Quad<float>, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, byte, uint, PickedShare, PickedShare, TileOfFour>(call, numbers); break;
            case ElementType.Double: Of<double, Twin<double>, double, Twin<double>, PlainSum, TwinReducer<double, double, PlainSum>, TwinLanes<double, double, OneLane<double>>, byte, ushort, PickedShare, PickedShare, TileOfTwo>(call, numbers); break;
            case ElementType.Half when call.Device.HasHalf: Words<WordSum<DeviceHalf>, Twin<uint>, PickedShare, PickedShare>(call, numbers); break;
            case ElementType.Half: Words<WordSum<HalfWord>, Twin<uint>, PickedShare, PickedShare>(call, numbers); break;
            default: Words<WordSum<BFloat16Word>, Twin<uint>, PickedShare, PickedShare>(call, numbers); break;
        }
    }

    private static void Words<TReducer, TIndices, TShare, TShares>(PoolCall call, ArrayView<byte> numbers)
        where TReducer : unmanaged, IPoolReducer<ushort, float>
        where TIndices : unmanaged
        where TShare : unmanaged, IGradientShare<float, byte>
        where TShares : unmanaged, IGradientShare<Quad<Twin<float>>, TIndices> =>
        Of<ushort, Quad<uint>, float, Quad<Twin<float>>, TReducer, QuadReducer<uint, Twin<float>, WordsReducer<float, TReducer>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, byte, TIndices, TShare, TShares, TileOfEight>(call, numbers);

    /// <summary>Packs of 16 bytes: of a row's inputs, or of channels.</summary>
    private static void Of<T, TPack, TSum, TSums, TReducer, TPacked, TLanes, TIndex, TIndices, TShare, TShares, TLength>(PoolCall call, ArrayView<byte> numbers)
        where T : unmanaged
        where TPack : unmanaged
        where TSum : unmanaged
        where TSums : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        where TLanes : unmanaged, ILanes<TSum, TSums>
        where TIndex : unmanaged
        where TIndices : unmanaged
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
        where TShares : unmanaged, IGradientShare<TSums, TIndices>
        where TLength : unmanaged, ITileLength
    {
        if (!call.ChannelsLast) Rows<T, TPack, TSum, TSums, TReducer, TPacked, TLanes, TIndex, TShare, TLength>(call, numbers, 1);
        else if (call.Packs(1 << TLanes.Bits)) Columns<TPack, TSums, TPacked, TIndices, TShares>(call, numbers, 1 << TLanes.Bits);
        else Columns<T, TSum, TReducer, TIndex, TShare>(call, numbers, 1);
    }

    /// <summary>Channels side by side: two columns of inputs, or four.</summary>
    private static void Columns<T, TSum, TReducer, TIndex, TShare>(PoolCall call, ArrayView<byte> numbers, int channels)
        where T : unmanaged
        where TSum : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TIndex : unmanaged
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
    {
        if (call.Plan.Transposed.Width.Stride <= 2) Rows<T, Twin<T>, TSum, Twin<TSum>, TReducer, TwinReducer<T, TSum, TReducer>, TwinLanes<TSum, TSum, OneLane<TSum>>, TIndex, TShare, TileOfTwo>(call, numbers, channels);
        else Rows<T, Quad<T>, TSum, Quad<TSum>, TReducer, QuadReducer<T, TSum, TReducer>, QuadLanes<TSum, TSum, OneLane<TSum>>, TIndex, TShare, TileOfFour>(call, numbers, channels);
    }

    /// <summary>Four rows of inputs: one where windows are in a row, and two of windows so large that their code would grow long.</summary>
    private static void Rows<T, TPack, TSum, TSums, TReducer, TPacked, TLanes, TIndex, TShare, TLength>(PoolCall call, ArrayView<byte> numbers, int channels)
        where T : unmanaged
        where TPack : unmanaged
        where TSum : unmanaged
        where TSums : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        where TLanes : unmanaged, ILanes<TSum, TSums>
        where TIndex : unmanaged
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
        where TLength : unmanaged, ITileLength
    {
        PoolPlan pooling = call.Plan.Transposed;
        if (pooling.Height.Kernel == 1) KnownSteps.Use(pooling.Height, new HighUse<T, TPack, TSum, TSums, TSums, TReducer, TPacked, TLanes, OneLane<TSums>, TIndex, TShare, TLength, TileOfOne>(call, numbers, channels));
        else if (pooling.Height.Kernel > 4) KnownSteps.Use(pooling.Height, new HighUse<T, TPack, TSum, TSums, Twin<TSums>, TReducer, TPacked, TLanes, TwinLanes<TSums, TSums, OneLane<TSums>>, TIndex, TShare, TLength, TileOfTwo>(call, numbers, channels));
        else KnownSteps.Use(pooling.Height, new HighUse<T, TPack, TSum, TSums, Quad<TSums>, TReducer, TPacked, TLanes, QuadLanes<TSums, TSums, OneLane<TSums>>, TIndex, TShare, TLength, TileOfFour>(call, numbers, channels));
    }

    private sealed record HighUse<T, TPack, TSum, TSums, TTile, TReducer, TPacked, TLanes, TRows, TIndex, TShare, TLength, THeight>(PoolCall Call, ArrayView<byte> Numbers, int Channels) : IStepsUse
        where T : unmanaged
        where TPack : unmanaged
        where TSum : unmanaged
        where TSums : unmanaged
        where TTile : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        where TLanes : unmanaged, ILanes<TSum, TSums>
        where TRows : unmanaged, ILanes<TSums, TTile>
        where TIndex : unmanaged
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
        where TLength : unmanaged, ITileLength
        where THeight : unmanaged, ITileLength
    {
        public void Run<THigh>()
            where THigh : unmanaged, IWindowSteps =>
            KnownSteps.Use(Call.Plan.Transposed.Width, new WideUse<T, TPack, TSum, TSums, TTile, TReducer, TPacked, TLanes, TRows, TIndex, TShare, THigh, TLength, THeight>(Call, Numbers, Channels));
    }

    private sealed record WideUse<T, TPack, TSum, TSums, TTile, TReducer, TPacked, TLanes, TRows, TIndex, TShare, THigh, TLength, THeight>(PoolCall Call, ArrayView<byte> Numbers, int Channels) : IStepsUse
        where T : unmanaged
        where TPack : unmanaged
        where TSum : unmanaged
        where TSums : unmanaged
        where TTile : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        where TLanes : unmanaged, ILanes<TSum, TSums>
        where TRows : unmanaged, ILanes<TSums, TTile>
        where TIndex : unmanaged
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
        where THigh : unmanaged, IWindowSteps
        where TLength : unmanaged, ITileLength
        where THeight : unmanaged, ITileLength
    {
        public void Run<TWide>()
            where TWide : unmanaged, IWindowSteps
        {
            PoolPlan plan = Call.Plan, pooling = plan.Transposed;
            KernelCache kernels = Call.Device.Kernels;
            PlanWindows windows = Call.Device.Plans[pooling];
            var tile = new GradientTile
            {
                Divisor = DivisorOf(pooling) ?? 1,
                IsRowMajor = Call.ChannelsLast ? 0 : 1,
                WholePacks = !Call.ChannelsLast && plan.Width.OutputLength % (1 << TLanes.Bits) == 0 && Call.IsAligned ? 1 : 0,
            };
            var launch = kernels.Get(typeof(GradientTileKernel<T, TPack, TSum, TSums, TTile, TIndex, TReducer, TPacked, TLanes, TRows, TShare, THigh, TWide, TLength, THeight>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TIndex>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, GradientTile, TReducer, TPacked, TShare>(GradientTileKernel<T, TPack, TSum, TSums, TTile, TIndex, TReducer, TPacked, TLanes, TRows, TShare, THigh, TWide, TLength, THeight>.Run));
            foreach (Walk walk in Call.Walks(Channels, 1 << TRows.Bits, 1 << TLanes.Bits))
                Call.Device.Guard(pooling.ToString(), () => launch(Call.Stream.Stream, kernels.Threads(walk.Items), Call.Input.Cast<T>(), Call.Output.Cast<T>(), Numbers.Cast<TIndex>(), Call.Windows.List, windows.List, walk, windows.Axes, tile, default, default, default));
        }
    }
}
