using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The gradient of an average: what a window gives to each of its taps is its gradient over its divisor.</summary>
internal sealed class MeanGradient : PoolOperator
{
    public static readonly MeanGradient Instance = new();

    private protected override KernelCatalog Create(ElementType type) => GradientKernels.Of(type, isChosen: false) ?? throw Unknown(type);
}

/// <summary>The gradient of a pooling that chooses one tap: it gets the window's gradient, the others nothing.</summary>
internal sealed class ChosenGradient : PoolOperator
{
    public static readonly ChosenGradient Instance = new();

    private protected override KernelCatalog Create(ElementType type) => GradientKernels.Of(type, isChosen: true) ?? throw Unknown(type);
}

/// <summary>The kernels of gradients.</summary>
internal static class GradientKernels
{
    public static KernelCatalog? Of(ElementType type, bool isChosen) => type switch
    {
        ElementType.Single => Same<float, Lanes512<float>, Lanes256<float>, Lanes128<float>>(isChosen, new SegmentKernel<float, float, SingleMean>(default), new GradientReference<float, float, SingleMean>(default)),
        ElementType.Double => Same<double, Lanes512<double>, Lanes256<double>, Lanes128<double>>(isChosen, new SegmentKernel<double, double, DoubleMean>(default), new GradientReference<double, double, DoubleMean>(default)),
        ElementType.Half => Small<Half, HalfBits, SingleMean>(isChosen, new SegmentKernel<Half, float, SingleMean>(default), new GradientReference<Half, float, SingleMean>(default)),
        ElementType.BFloat16 => Small<BFloat16, BFloat16Bits, SingleMean>(isChosen, new SegmentKernel<BFloat16, float, SingleMean>(default), new GradientReference<BFloat16, float, SingleMean>(default)),
        _ => null,
    };

    private static KernelCatalog Same<T, TSums512, TSums256, TSums128>(bool isChosen, PoolKernel segments, PoolKernel reference)
        where T : unmanaged, INumber<T>
        where TSums512 : unmanaged, ILanes<TSums512, T>
        where TSums256 : unmanaged, ILanes<TSums256, T>
        where TSums128 : unmanaged, ILanes<TSums128, T> => KernelCatalog.Of(
        [
            .. Registers.Exist(64) ? [new ApartKernel<T, TSums512>(isChosen)] : (ReadOnlySpan<PoolKernel>)[],
            .. isChosen && Registers.Exist(16) ? [new PlaneScatterKernel<T>()] : (ReadOnlySpan<PoolKernel>)[],
            .. Shares<T, TSums512>(isChosen),
            .. Shares<T, TSums256>(isChosen),
            .. Shares<T, TSums128>(isChosen),
            .. Routes<T, T, TSums512, SameFormat<T, TSums512>>(isChosen),
            .. Routes<T, T, TSums256, SameFormat<T, TSums256>>(isChosen),
            .. Routes<T, T, TSums128, SameFormat<T, TSums128>>(isChosen),
            .. isChosen && Registers.Exist(16) ? [new TableScatterKernel<T>()] : (ReadOnlySpan<PoolKernel>)[],
            .. On<T, T, TSums512, SameFormat<T, TSums512>>(isChosen),
            .. On<T, T, TSums256, SameFormat<T, TSums256>>(isChosen),
            .. On<T, T, TSums128, SameFormat<T, TSums128>>(isChosen),
            segments,
            reference,
        ]);

    private static KernelCatalog Small<T, TBits, TReducer>(bool isChosen, PoolKernel segments, PoolKernel reference)
        where T : unmanaged
        where TBits : struct, ISmallFloat
        where TReducer : struct, IPoolReducer<T, float> => KernelCatalog.Of(
        [
            .. Routes<T, float, Lanes512<float>, SmallFormat<T, TReducer, TBits, Lanes512<short>, Lanes512<int>, Lanes512<float>>>(isChosen),
            .. Routes<T, float, Lanes256<float>, SmallFormat<T, TReducer, TBits, Lanes256<short>, Lanes256<int>, Lanes256<float>>>(isChosen),
            .. Routes<T, float, Lanes128<float>, SmallFormat<T, TReducer, TBits, Lanes128<short>, Lanes128<int>, Lanes128<float>>>(isChosen),
            .. On<T, float, Lanes512<float>, SmallFormat<T, TReducer, TBits, Lanes512<short>, Lanes512<int>, Lanes512<float>>>(isChosen),
            .. On<T, float, Lanes256<float>, SmallFormat<T, TReducer, TBits, Lanes256<short>, Lanes256<int>, Lanes256<float>>>(isChosen),
            .. On<T, float, Lanes128<float>, SmallFormat<T, TReducer, TBits, Lanes128<short>, Lanes128<int>, Lanes128<float>>>(isChosen),
            segments,
            reference,
        ]);

    private static PoolKernel[] Shares<T, TSums>(bool isChosen)
        where T : unmanaged, INumber<T>
        where TSums : unmanaged, ILanes<TSums, T> => !isChosen && Registers.Exist(Unsafe.SizeOf<TSums>()) ? [new PixelSharesKernel<T, TSums>(), new TurnedSharesKernel<T, TSums>()] : [];

    private static PoolKernel[] Routes<T, TSum, TSums, TFormat>(bool isChosen)
        where T : unmanaged
        where TSum : unmanaged, INumber<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TFormat : struct, IGradientFormat<T, TSum, TSums> => isChosen && Registers.Exist(Unsafe.SizeOf<TSums>()) ? [new RouteKernel<T, TSum, TSums, TFormat>()] : [];

    private static PoolKernel[] On<T, TSum, TSums, TFormat>(bool isChosen)
        where T : unmanaged
        where TSum : unmanaged, INumber<TSum>
        where TSums : unmanaged, ILanes<TSums, TSum>
        where TFormat : struct, IGradientFormat<T, TSum, TSums>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TSums>())) return [];
        var tiles = new TileKernel<T, TSum, TSums, TFormat>(isChosen);
        return isChosen
            ? [new PlaceKernel<T, TSum, TSums, TFormat>(), new ScatterKernel<T, TSum, TSums, TFormat>(), new PlainScatterKernel<T, TSum, TSums, TFormat>(), tiles]
            : [new SpreadKernel<T, TSum, TSums, TFormat>(), new SlidingKernel<T, TSum, TSums, TFormat>(ElementTypes.Of<T>()), new SeparableKernel<T, TSum, TSums, TFormat>(), tiles];
    }
}
