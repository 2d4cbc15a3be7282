using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maximum and where it is.</summary>
internal sealed class ArgmaxOperator : PoolOperator
{
    public static readonly ArgmaxOperator Instance = new();

    /// <summary>From so many taps along the width on, lines of rows are worth more than whole pixels tap by tap.</summary>
    private const long ManyTaps = 5;

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of<float, uint>(type, float.NegativeInfinity),
        ElementType.Double => Of<double, ulong>(type, double.NegativeInfinity),
        ElementType.Half => SmallFloats(type, Half.NegativeInfinity, infinity: 0x7C00),
        ElementType.BFloat16 => SmallFloats(type, BFloat16.NegativeInfinity, infinity: 0x7F80),
        ElementType.SByte => Of<sbyte, byte>(type, sbyte.MinValue, Widened<sbyte, short>(Lines<short, ushort>(short.MinValue))),
        ElementType.Byte => Of<byte, byte>(type, byte.MinValue, Widened<byte, ushort>(Lines<ushort, ushort>(ushort.MinValue))),
        ElementType.Int16 => Of<short, ushort>(type, short.MinValue),
        ElementType.UInt16 => Of<ushort, ushort>(type, ushort.MinValue),
        ElementType.Int32 => Of<int, uint>(type, int.MinValue),
        ElementType.UInt32 => Of<uint, uint>(type, uint.MinValue),
        ElementType.Int64 => Of<long, ulong>(type, long.MinValue),
        ElementType.UInt64 => Of<ulong, ulong>(type, ulong.MinValue),
        _ => throw Unknown(type),
    };

    /// <summary>The kernels of a type whose taps are numbered in <typeparamref name="TNumber"/>, the unsigned integer as wide, and more of them.</summary>
    private static KernelCatalog Of<T, TNumber>(ElementType type, T lowest, params PoolKernel[] more)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TNumber : unmanaged, IEquatable<TNumber> =>
        Of(lowest, [.. Located<T, TNumber>(type), .. Blocks<T>(Lines<T, TNumber>(lowest))], more);

    private static KernelCatalog SmallFloats<T>(ElementType type, T lowest, short infinity)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        Of(lowest, [.. Located<T, ushort>(type), .. Blocks<short>(
            OnRegisters<short, Lanes512<short>, ushort, Lanes512<ushort>, SmallFloatMaxLanes<Lanes512<short>>, ExactSmallFloatMaxLanes<Lanes512<short>>>(new(infinity), new(infinity)),
            OnRegisters<short, Lanes256<short>, ushort, Lanes256<ushort>, SmallFloatMaxLanes<Lanes256<short>>, ExactSmallFloatMaxLanes<Lanes256<short>>>(new(infinity), new(infinity)),
            OnRegisters<short, Lanes128<short>, ushort, Lanes128<ushort>, SmallFloatMaxLanes<Lanes128<short>>, ExactSmallFloatMaxLanes<Lanes128<short>>>(new(infinity), new(infinity)))]);

    /// <summary>The kernels given, and behind them the reference.</summary>
    private static KernelCatalog Of<T>(T lowest, PoolKernel[] kernels, params PoolKernel[] more)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        KernelCatalog.Of([.. kernels, .. more, new IndexedReference<T, MaxChoice<T>>(new(lowest))]);

    /// <summary>The kernel for whole planes; none where those without indices have none.</summary>
    private static PoolKernel[] Located<T, TBits>(ElementType type)
        where T : unmanaged
        where TBits : unmanaged, IEquatable<TBits> => Registers.Exist(16) ? [new LocatedPlanes<T, TBits>(MaxOperator.Instance, type)] : [];

    /// <summary>The line kernels of each register width, and before them those for short rows, which use the first that suits channels.</summary>
    private static PoolKernel[] Blocks<T>(params PoolKernel[][] lines)
        where T : unmanaged
    {
        PoolKernel[] all = [.. lines.SelectMany(kernels => kernels)];
        if (all.Length == 0) return all;
        List<PoolKernel> kernels = [new InterleavedKernel(all, ManyTaps)];
        if (Registers.Exist(64)) kernels.Add(new BlockKernel<T, Lanes512<T>>(all));
        if (Registers.Exist(32)) kernels.Add(new BlockKernel<T, Lanes256<T>>(all));
        kernels.Add(new BlockKernel<T, Lanes128<T>>(all));
        return [.. kernels, .. all];
    }

    /// <summary>Kernels for windows of more taps than an element can number: those for elements twice as wide.</summary>
    private static PoolKernel[] Widened<T, TWide>(PoolKernel[][] wide)
        where T : unmanaged
        where TWide : unmanaged
    {
        PoolKernel[] all = [.. wide.SelectMany(kernels => kernels)], kernels = [new InterleavedKernel(all, ManyTaps), .. all];
        if (Registers.Exist(64)) return [new WidenedKernel<T, Lanes512<T>, TWide, Lanes512<TWide>>(kernels)];
        if (Registers.Exist(32)) return [new WidenedKernel<T, Lanes256<T>, TWide, Lanes256<TWide>>(kernels)];
        return Registers.Exist(16) ? [new WidenedKernel<T, Lanes128<T>, TWide, Lanes128<TWide>>(kernels)] : [];
    }

    /// <summary>The line kernels of each register width.</summary>
    private static PoolKernel[][] Lines<T, TNumber>(T lowest)
        where T : unmanaged
        where TNumber : unmanaged =>
        [
            OnRegisters<T, Lanes512<T>, TNumber, Lanes512<TNumber>, MaxLanes<T, Lanes512<T>>, ExactMaxLanes<T, Lanes512<T>>>(new(lowest), new(lowest)),
            OnRegisters<T, Lanes256<T>, TNumber, Lanes256<TNumber>, MaxLanes<T, Lanes256<T>>, ExactMaxLanes<T, Lanes256<T>>>(new(lowest), new(lowest)),
            OnRegisters<T, Lanes128<T>, TNumber, Lanes128<TNumber>, MaxLanes<T, Lanes128<T>>, ExactMaxLanes<T, Lanes128<T>>>(new(lowest), new(lowest)),
        ];

    /// <summary>Every kernel on registers; none where this machine lacks such registers.</summary>
    /// <param name="reducer">The reducer for what may be expected.</param>
    /// <param name="exact">The one for taps of which the first is not sure.</param>
    private static PoolKernel[] OnRegisters<T, TTap, TNumber, TNumbers, TReducer, TExact>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TNumber : unmanaged
        where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
        where TReducer : struct, IChoiceLanes<T, TTap>
        where TExact : struct, IChoiceLanes<T, TTap>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        return
        [
            new IndexedKernel<T, TTap, TReducer, TExact, IndexedPixels<T, TTap, TNumber, TNumbers>>(reducer, exact),
            new IndexedKernel<T, TTap, TReducer, TExact, IndexedRows<T, TTap, TNumber, TNumbers>>(reducer, exact),
            new IndexedKernel<T, TTap, TReducer, TExact, IndexedFolds<T, TTap, TNumber, TNumbers>>(reducer, exact),
        ];
    }
}
