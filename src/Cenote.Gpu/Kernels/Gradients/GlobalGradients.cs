using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Launches of the kernels for gradients of whole planes; calls are those of the transposed plan.</summary>
internal static class GlobalGradients
{
    /// <summary>One launch makes so many elements of a plane or an image at most, and a multiple of so many planes: it begins with a whole pack.</summary>
    private const long MostElements = 1 << 30, PlanesTogether = 8;

    /// <param name="call">The call.</param>
    /// <param name="numberSize">The bytes of a chosen tap's number; 0 for averages.</param>
    public static bool Accepts(PoolCall call, int numberSize)
    {
        PoolPlan pooling = call.Plan.Transposed;
        return Global.Accepts(pooling) && numberSize <= 4 && pooling.Taps <= MostElements / PlanesTogether && pooling.Channels <= MostElements / pooling.Taps
            && (call.ChannelsLast || (pooling.Taps >= PlanesTogether && call.IsAligned));
    }

    public static void Mean(PoolCall call, ElementType type)
    {
        if (call.Packs(Lanes(type))) Packs<byte, byte, byte, EvenTwin<double, EvenShare>, EvenQuad<float, EvenShare>, EvenQuad<Twin<float>, EvenTwin<float, EvenShare>>>(call, type, call.NoNumbers);
        else Of<byte, EvenShare>(call, type, call.NoNumbers);
    }

    public static void Chosen(PoolCall call, ElementType type, NumberMemory numbers)
    {
        switch (numbers.Size)
        {
            case 1 when call.Packs(Lanes(type)): Packs<ushort, uint, Twin<uint>, PickedShare, PickedShare, PickedShare>(call, type, numbers.Memory); break;
            case 1: Of<byte, PickedShare>(call, type, numbers.Memory); break;
            case 2: Of<ushort, PickedShare>(call, type, numbers.Memory); break;
            default: Of<uint, PickedShare>(call, type, numbers.Memory); break;
        }
    }

    private static int Lanes(ElementType type) => type switch { ElementType.Double => 2, ElementType.Single => 4, _ => 8 };

    /// <summary>Packs of channels.</summary>
    private static void Packs<TTwin, TQuad, TOctet, TTwinShare, TQuadShare, TOctetShare>(PoolCall call, ElementType type, ArrayView<byte> numbers)
        where TTwin : unmanaged
        where TQuad : unmanaged
        where TOctet : unmanaged
        where TTwinShare : unmanaged, IGradientShare<Twin<double>, TTwin>
        where TQuadShare : unmanaged, IGradientShare<Quad<float>, TQuad>
        where TOctetShare : unmanaged, IGradientShare<Quad<Twin<float>>, TOctet>
    {
        switch (type)
        {
            case ElementType.Single: Columns<Quad<float>, Quad<float>, TQuad, QuadReducer<float, float, PlainSum>, TQuadShare>(call, numbers, 4); break;
            case ElementType.Double: Columns<Twin<double>, Twin<double>, TTwin, TwinReducer<double, double, PlainSum>, TTwinShare>(call, numbers, 2); break;
            case ElementType.Half when call.Device.HasHalf: Columns<Quad<uint>, Quad<Twin<float>>, TOctet, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<DeviceHalf>>>, TOctetShare>(call, numbers, 8); break;
            case ElementType.Half: Columns<Quad<uint>, Quad<Twin<float>>, TOctet, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<HalfWord>>>, TOctetShare>(call, numbers, 8); break;
            default: Columns<Quad<uint>, Quad<Twin<float>>, TOctet, QuadReducer<uint, Twin<float>, WordsReducer<float, WordSum<BFloat16Word>>>, TOctetShare>(call, numbers, 8); break;
        }
    }

    /// <summary>Packs of neighbours, or single channels.</summary>
    private static void Of<TIndex, TShare>(PoolCall call, ElementType type, ArrayView<byte> numbers)
        where TIndex : unmanaged
        where TShare : unmanaged, IGradientShare<float, TIndex>, IGradientShare<double, TIndex>
    {
        switch (type)
        {
            case ElementType.Single: One<float, Quad<float>, float, Quad<float>, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, TShare>(); break;
            case ElementType.Double: One<double, Twin<double>, double, Twin<double>, PlainSum, TwinReducer<double, double, PlainSum>, TwinLanes<double, double, OneLane<double>>, TShare>(); break;
            case ElementType.Half when call.Device.HasHalf: Words<WordSum<DeviceHalf>>(); break;
            case ElementType.Half: Words<WordSum<HalfWord>>(); break;
            default: Words<WordSum<BFloat16Word>>(); break;
        }

        void Words<TReducer>()
            where TReducer : unmanaged, IPoolReducer<ushort, float> =>
            One<ushort, Quad<uint>, float, Quad<Twin<float>>, TReducer, QuadReducer<uint, Twin<float>, WordsReducer<float, TReducer>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, TShare>();

        void One<T, TPack, TSum, TSums, TReducer, TPacked, TLanes, TOwn>()
            where T : unmanaged
            where TPack : unmanaged
            where TSum : unmanaged
            where TSums : unmanaged
            where TReducer : unmanaged, IPoolReducer<T, TSum>
            where TPacked : unmanaged, IPoolReducer<TPack, TSums>
            where TLanes : unmanaged, ILanes<TSum, TSums>
            where TOwn : unmanaged, IGradientShare<TSum, TIndex>
        {
            if (call.ChannelsLast) Columns<T, TSum, TIndex, TReducer, TOwn>(call, numbers, 1);
            else Rows<T, TPack, TSum, TSums, TIndex, TReducer, TPacked, TLanes, TOwn>(call, numbers);
        }
    }

    private static void Rows<T, TPack, TSum, TSums, TIndex, TReducer, TPacked, TLanes, TShare>(PoolCall call, ArrayView<byte> numbers)
        where T : unmanaged
        where TPack : unmanaged
        where TSum : unmanaged
        where TSums : unmanaged
        where TIndex : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        where TLanes : unmanaged, ILanes<TSum, TSums>
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
    {
        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(GlobalGradientKernel<T, TPack, TSum, TSums, TIndex, TReducer, TPacked, TLanes, TShare>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TIndex>, GlobalGradientWalk, TReducer, TPacked, TShare>(GlobalGradientKernel<T, TPack, TSum, TSums, TIndex, TReducer, TPacked, TLanes, TShare>.Run));
        Each(call, 1, 1 << TLanes.Bits, walk => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers.Cast<TIndex>(), walk, default, default, default));
    }

    private static void Columns<T, TSum, TIndex, TReducer, TShare>(PoolCall call, ArrayView<byte> numbers, int channels)
        where T : unmanaged
        where TSum : unmanaged
        where TIndex : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TShare : unmanaged, IGradientShare<TSum, TIndex>
    {
        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(GlobalGradientColumnKernel<T, TSum, TIndex, TReducer, TShare>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TIndex>, GlobalGradientWalk, TReducer, TShare>(GlobalGradientColumnKernel<T, TSum, TIndex, TReducer, TShare>.Run));
        Each(call, channels, 1, walk => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers.Cast<TIndex>(), walk, default, default));
    }

    private static void Each(PoolCall call, int channelsPerItem, int lanes, Action<GlobalGradientWalk> launch)
    {
        PoolPlan pooling = call.Plan.Transposed;
        long channels = call.ChannelsLast ? pooling.Channels / channelsPerItem : 1, positions = pooling.Taps;
        long atOnce = Math.Max(1, MostElements / (channels * positions));
        if (!call.ChannelsLast) atOnce = atOnce / PlanesTogether * PlanesTogether;
        long blocks = (positions + GlobalGradient.Most - 1) / GlobalGradient.Most;
        for (long outer = 0; outer < call.Outers; outer += atOnce)
        {
            long planes = Math.Min(atOnce, call.Outers - outer);
            var walk = new GlobalGradientWalk
            {
                Channels = new((int)channels),
                Blocks = new((int)blocks),
                Positions = new((int)positions),
                FirstOuter = outer,
                Divisor = pooling.DivisorOverride ?? positions,
                Elements = (int)(planes * positions),
                Items = (int)(call.ChannelsLast ? planes * blocks * channels : (planes * positions + lanes - 1) / lanes),
            };
            call.Device.Guard(pooling.ToString(), () => launch(walk));
        }
    }
}
