using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maximum, or the minimum, and where it is.</summary>
internal sealed class ArgExtremeOperator<TOrder> : PoolOperator
    where TOrder : struct, IOrder
{
    public static readonly ArgExtremeOperator<TOrder> Instance = new();

    /// <summary>With so few channels, or of odd numbers so few, and from so many taps along the width on, rows that are walked in strips are worth more than whole pixels tap by tap. Measured.</summary>
    private const long FewChannels = 32, FewOddChannels = 256, ManyTaps = 5;

    /// <summary>Lines of any rows are so only from more taps on than <see cref="IndexedPixels.FewTaps"/>, or from so many along the width. Measured.</summary>
    private const long ManyInRow = 7;

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, uint>(type, TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity)),
        ElementType.Double => Of<double, ulong>(type, TOrder.Worst(double.NegativeInfinity, double.PositiveInfinity)),
        ElementType.Half => SmallFloats(type, TOrder.Worst(Half.NegativeInfinity, Half.PositiveInfinity), infinity: 0x7C00),
        ElementType.BFloat16 => SmallFloats(type, TOrder.Worst(BFloat16.NegativeInfinity, BFloat16.PositiveInfinity), infinity: 0x7F80),
        ElementType.SByte => Of<sbyte, byte>(type, TOrder.Worst(sbyte.MinValue, sbyte.MaxValue), Widened<sbyte, short>(Lines<short, ushort>(TOrder.Worst(short.MinValue, short.MaxValue)))),
        ElementType.Byte => Of<byte, byte>(type, TOrder.Worst(byte.MinValue, byte.MaxValue), Widened<byte, ushort>(Lines<ushort, ushort>(TOrder.Worst(ushort.MinValue, ushort.MaxValue)))),
        ElementType.Int16 => Of<short, ushort>(type, TOrder.Worst(short.MinValue, short.MaxValue)),
        ElementType.UInt16 => Of<ushort, ushort>(type, TOrder.Worst(ushort.MinValue, ushort.MaxValue)),
        ElementType.Int32 => Of<int, uint>(type, TOrder.Worst(int.MinValue, int.MaxValue)),
        ElementType.UInt32 => Of<uint, uint>(type, TOrder.Worst(uint.MinValue, uint.MaxValue)),
        ElementType.Int64 => Of<long, ulong>(type, TOrder.Worst(long.MinValue, long.MaxValue)),
        ElementType.UInt64 => Of<ulong, ulong>(type, TOrder.Worst(ulong.MinValue, ulong.MaxValue)),
        _ => throw Unknown(type),
    };

    /// <summary>The kernels of a type whose taps are numbered in <typeparamref name="TNumber"/>, the unsigned integer as wide, and more of them.</summary>
    private static KernelCatalog Of<T, TNumber>(ElementType type, T worst, params PoolKernel[] more)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TNumber : unmanaged, IEquatable<TNumber> =>
        Of(worst, Blocks<T>(Located<T, TNumber>(type), Lines<T, TNumber>(worst)), more);

    private static KernelCatalog SmallFloats<T>(ElementType type, T worst, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        Of(worst, Blocks<short>(Located<T, ushort>(type),
            [
                OnRegisters<short, Lanes512<short>, ushort, Lanes512<ushort>, SmallFloatExtremeLanes<Lanes512<short>, TOrder>, ExactSmallFloatExtremeLanes<Lanes512<short>, TOrder>>(new(infinity), new(infinity)),
                OnRegisters<short, Lanes256<short>, ushort, Lanes256<ushort>, SmallFloatExtremeLanes<Lanes256<short>, TOrder>, ExactSmallFloatExtremeLanes<Lanes256<short>, TOrder>>(new(infinity), new(infinity)),
                OnRegisters<short, Lanes128<short>, ushort, Lanes128<ushort>, SmallFloatExtremeLanes<Lanes128<short>, TOrder>, ExactSmallFloatExtremeLanes<Lanes128<short>, TOrder>>(new(infinity), new(infinity)),
            ]));

    /// <summary>The kernels given, and behind them the reference.</summary>
    private static KernelCatalog Of<T>(T worst, KernelGroup[] kernels, params PoolKernel[] more)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        KernelCatalog.Of([.. kernels, new(() => [.. more, new IndexedReference<T, ExtremeChoice<T, TOrder>>(new(worst))])]);

    /// <summary>The kernels that leave the values to those without indices, which need registers: for windows of one tap, and for whole planes.</summary>
    private static PoolKernel[] Located<T, TBits>(ElementType type)
        where T : unmanaged
        where TBits : unmanaged, IEquatable<TBits> => Registers.Exist(16) ? [new SingleChoice(ExtremeOperator<TOrder>.Instance, type), new LocatedPlanes<T, TBits>(ExtremeOperator<TOrder>.Instance, type)] : [];

    /// <summary>The line kernels of each register width, before them those for single taps and whole planes, and for short rows, which use the first that suits channels, and behind them rows of any strides.</summary>
    private static unsafe KernelGroup[] Blocks<T>(PoolKernel[] located, Walks[] widths)
        where T : unmanaged
    {
        if (widths[^1].Rows.Length == 0) return [];
        // Those that walk down rows of small windows.
        const int Strips = 2;
        PoolKernel[] channels = [.. widths.SelectMany(walks => walks.Lines)];
        KernelGroup[] lines = Groups(walks => walks.Lines);
        return
        [
            .. Groups(walks => walks.Whole),
            new(() => located),
            .. Groups(walks => walks.Planes),
            new(() =>
            [
                new InterleavedKernel(new(Groups(walks => [.. walks.Rows.Take(Strips)])), FewChannels, FewOddChannels, ManyTaps),
                new InterleavedKernel(new(lines), FewChannels, FewOddChannels, ManyInRow, fewestTaps: IndexedPixels.FewTaps),
            ]),
            new(() => Registers.Exist(32) ? [new BlockKernel<T, Lanes256<T>>(channels)] : [], () => Registers.Exist(64) ? [new BlockKernel<T, Lanes512<T>>(channels)] : []),
            new(() => [new BlockKernel<T, Lanes128<T>>(channels)]),
            .. Groups(walks => walks.Rows),
            new(() => [new PlanarKernel<StridedPlanes>(new(lines), sizeof(T))]),
        ];

        KernelGroup[] Groups(Func<Walks, PoolKernel[]> some) => [new(() => some(widths[1]), () => some(widths[0])), new(() => some(widths[2]))];
    }

    /// <summary>Kernels for windows of more taps than an element can number: those for elements twice as wide.</summary>
    private static PoolKernel[] Widened<T, TWide>(Walks[] wide)
        where T : unmanaged
        where TWide : unmanaged
    {
        PoolKernel[] all = [.. wide.SelectMany(walks => (PoolKernel[])[.. walks.Lines, .. walks.Whole])], kernels = [new InterleavedKernel(all, FewChannels, FewOddChannels, ManyTaps), .. all];
        if (Registers.Exist(64)) return [new WidenedKernel<T, Lanes512<T>, TWide, Lanes512<TWide>>(kernels)];
        if (Registers.Exist(32)) return [new WidenedKernel<T, Lanes256<T>, TWide, Lanes256<TWide>>(kernels)];
        return Registers.Exist(16) ? [new WidenedKernel<T, Lanes128<T>, TWide, Lanes128<TWide>>(kernels)] : [];
    }

    /// <summary>The line kernels of each register width.</summary>
    private static Walks[] Lines<T, TNumber>(T worst)
        where T : unmanaged
        where TNumber : unmanaged =>
        [
            OnRegisters<T, Lanes512<T>, TNumber, Lanes512<TNumber>, ExtremeLanes<T, Lanes512<T>, TOrder>, ExactExtremeLanes<T, Lanes512<T>, TOrder>>(new(worst), new(worst)),
            OnRegisters<T, Lanes256<T>, TNumber, Lanes256<TNumber>, ExtremeLanes<T, Lanes256<T>, TOrder>, ExactExtremeLanes<T, Lanes256<T>, TOrder>>(new(worst), new(worst)),
            OnRegisters<T, Lanes128<T>, TNumber, Lanes128<TNumber>, ExtremeLanes<T, Lanes128<T>, TOrder>, ExactExtremeLanes<T, Lanes128<T>, TOrder>>(new(worst), new(worst)),
        ];

    /// <summary>Every kernel on registers; none where this machine lacks such registers.</summary>
    /// <param name="reducer">The reducer for what may be expected.</param>
    /// <param name="exact">The one for taps of which the first is not sure.</param>
    private static Walks OnRegisters<T, TTap, TNumber, TNumbers, TReducer, TExact>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TNumber : unmanaged
        where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
        where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap>
        where TExact : struct, IChoiceLanes<T, TTap>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return new([], [], []);
        var folds = new IndexedKernel<T, TTap, TReducer, TExact, IndexedFolds<T, TTap, TNumber, TNumbers>>(reducer, exact);
        return new(
            [
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedPixelStrips<T, TTap, TNumber, TNumbers>>(reducer, exact),
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedRuns<T, TTap, TNumber, TNumbers, PixelLanes<T, TTap, TNumber, TNumbers>>>(reducer, exact),
                .. TTap.Count >= TurnedLanes<T, TTap, TNumber, TNumbers>.FewestPlanes ? [new IndexedKernel<T, TTap, TReducer, TExact, IndexedRuns<T, TTap, TNumber, TNumbers, TurnedLanes<T, TTap, TNumber, TNumbers>>>(reducer, exact)] : (PoolKernel[])[],
            ],
            [
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedShifts<T, TTap, TNumber, TNumbers>>(reducer, exact),
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedStrips<T, TTap, TNumber, TNumbers>>(reducer, exact),
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedPixels<T, TTap, TNumber, TNumbers>>(reducer, exact),
                new IndexedKernel<T, TTap, TReducer, TExact, IndexedRows<T, TTap, TNumber, TNumbers>>(reducer, exact),
                new IndexedColumns<T, TTap, TNumber, TNumbers, TReducer>(reducer, folds),
                folds,
            ],
            [new IndexedPlanes<T, TTap, TNumber, TNumbers, TReducer, TExact>(reducer, exact)]);
    }

    /// <summary>The kernels of one register width.</summary>
    /// <param name="Planes">Those whose lanes are planes, which are better than rows.</param>
    /// <param name="Rows">Those of rows, first those that walk down rows of small windows.</param>
    /// <param name="Whole">Those for whole planes.</param>
    private sealed record Walks(PoolKernel[] Planes, PoolKernel[] Rows, PoolKernel[] Whole)
    {
        public PoolKernel[] Lines => [.. Planes, .. Rows];
    }
}
