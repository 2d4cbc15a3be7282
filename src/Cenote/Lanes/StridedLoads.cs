using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How the taps of neighbouring windows come into one register.</summary>
internal unsafe interface IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Results in the order of their windows.</summary>
    static virtual TTap Settle(TTap results) => results;

    /// <summary>Hands on the taps of one input row, left to right.</summary>
    /// <param name="sink">Takes them.</param>
    /// <param name="row">The first window's first tap.</param>
    /// <param name="taps">How many taps a window has.</param>
    /// <param name="step">The distance between them.</param>
    // Bounds: StridedLoad.Need says how far the loads go.
    void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>;
}

/// <summary>How the taps of windows whose lanes lie side by side come into one register.</summary>
internal unsafe interface ITapLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    TTap Load(T* from);

    void Store(TTap results, T* to);
}

/// <summary>What takes taps.</summary>
internal interface ITapSink<TTap>
    where TTap : unmanaged
{
    void Take(TTap tap);
}

/// <summary>How far such loads go.</summary>
internal static class StridedLoad
{
    /// <summary>The greatest stride for which whole registers are loaded.</summary>
    public const long Dense = 4;

    /// <summary>How many elements are read for the windows of <paramref name="outputs"/> outputs, from the first tap on.</summary>
    public static long Need<TTap, T>(AxisPlan axis, long outputs)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
        // The last register steps back over outputs that the one before has made.
        long last = Math.Max(0, outputs - TTap.Count), stride = axis.LaneStride;
        if (stride > Dense) return (last + TTap.Count - 1) * stride + axis.Span;
        long lastLoad = axis.Dilation == 1 ? (axis.Kernel - 1) / stride * stride : axis.Span - 1;
        return last * stride + lastLoad + stride * TTap.Count;
    }
}

/// <summary>Neighbours.</summary>
internal readonly unsafe struct UnitLoad<T, TTap> : ITapLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => TTap.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TTap results, T* to) => TTap.Store(results, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        // The common windows without a loop, which would cost as much as they do.
        sink.Take(TTap.Load(row));
        if (taps > 1) sink.Take(TTap.Load(row + step));
        if (taps > 2) sink.Take(TTap.Load(row + 2 * step));
        if (taps > 3) sink.Take(TTap.Load(row + 3 * step));
        for (long k = 4; k < taps; k++) sink.Take(TTap.Load(row + k * step));
    }
}

/// <summary>Neighbours, one register after the other: for sinks too long to be written out more than once.</summary>
internal readonly unsafe struct LoopLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        for (long k = 0; k < taps; k++) sink.Take(TTap.Load(row + k * step));
    }
}

/// <summary>Every second element: two loads, one permutation.</summary>
internal readonly unsafe struct SecondLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Load(T* from) => TTap.Unzip(TTap.Load(from), TTap.Load(from + TTap.Count)).Even;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        if (step != 1)
        {
            for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
            return;
        }

        Dense(ref sink, row, taps, crossed: false);
    }

    /// <summary>The taps of a dense window; the common ones without a loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Dense<TSink>(ref TSink sink, T* row, long taps, bool crossed)
        where TSink : struct, ITapSink<TTap>
    {
        Two(ref sink, row, taps, crossed);
        if (taps > 2) Two(ref sink, row + 2, taps - 2, crossed);
        for (long k = 4; k < taps; k += 2) Two(ref sink, row + k, taps - k, crossed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<TSink>(ref TSink sink, T* row, long taps, bool crossed)
        where TSink : struct, ITapSink<TTap>
    {
        TTap low = TTap.Load(row), high = TTap.Load(row + TTap.Count);
        var (even, odd) = crossed ? TTap.UnzipCrossed(low, high) : TTap.Unzip(low, high);
        sink.Take(even);
        if (taps > 1) sink.Take(odd);
    }
}

/// <summary>Every second element, with the lanes crossed until the results are settled; for dense windows only.</summary>
internal readonly unsafe struct CrossedLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Which window lies in a lane.</summary>
    public static int Lane(int place) => TTap.Crossed(place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Settle(TTap results) => TTap.Uncross(results);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap> => SecondLoad<T, TTap>.Dense(ref sink, row, taps, crossed: true);
}

/// <summary>Every third element: three loads, two permutations.</summary>
internal readonly unsafe struct ThirdLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly Pattern _first = new(0), _second = new(1), _third = new(2);

    public ThirdLoad()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Load(T* from) => _first.Pick(TTap.Load(from), TTap.Load(from + TTap.Count), TTap.Load(from + 2 * TTap.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        if (step != 1)
        {
            for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
            return;
        }

        for (long k = 0; k < taps; k += 3)
        {
            TTap low = TTap.Load(row + k), middle = TTap.Load(row + k + TTap.Count), high = TTap.Load(row + k + 2 * TTap.Count);
            sink.Take(_first.Pick(low, middle, high));
            if (k + 1 < taps) sink.Take(_second.Pick(low, middle, high));
            if (k + 2 < taps) sink.Take(_third.Pick(low, middle, high));
        }
    }

    private readonly struct Pattern
    {
        private readonly TTap _two, _join;

        public Pattern(int first)
        {
            _two = TTap.Every(3, first);
            // The lanes that the first two registers hold stay; the others follow from the third register.
            int held = (2 * TTap.Count - first + 2) / 3;
            T* join = stackalloc T[TTap.Count], rest = stackalloc T[TTap.Count];
            TTap.Store(TTap.Every(1, 0), join);
            TTap.Store(TTap.Every(3, first + 3 * held - TTap.Count), rest);
            for (int i = held; i < TTap.Count; i++) join[i] = rest[i - held];
            _join = TTap.Load(join);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Pick(TTap low, TTap middle, TTap high) => TTap.Pick(TTap.Pick(low, middle, _two), high, _join);
    }
}

/// <summary>Every fourth element: every second one, twice.</summary>
internal readonly unsafe struct FourthLoad<T, TTap> : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Load(T* from)
    {
        TTap low = TTap.Unzip(TTap.Load(from), TTap.Load(from + TTap.Count)).Even;
        return TTap.Unzip(low, TTap.Unzip(TTap.Load(from + 2 * TTap.Count), TTap.Load(from + 3 * TTap.Count)).Even).Even;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        if (step != 1)
        {
            for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
            return;
        }

        for (long k = 0; k < taps; k += 4)
        {
            var (first, second, third, fourth) = TTap.LoadFourths(row + k);
            sink.Take(first);
            if (k + 1 < taps) sink.Take(second);
            if (k + 2 < taps) sink.Take(third);
            if (k + 3 < taps) sink.Take(fourth);
        }
    }
}

/// <summary>Elements at any distance, one by one.</summary>
internal readonly unsafe struct GatherLoad<T, TTap>(long stride) : IStridedLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TTap Load(T* from)
    {
        TTap taps = default;
        for (int lane = 0; lane < TTap.Count; lane++) ((T*)&taps)[lane] = from[lane * stride];
        return taps;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
    }
}

/// <summary>Fewer neighbours than a register holds.</summary>
/// <param name="count">How many.</param>
/// <param name="padding">What the other lanes hold.</param>
/// <param name="isWhole">Whether memory goes on behind them, so that a whole register may be read; the other lanes then hold what is there.</param>
internal readonly unsafe struct ShortLoad<T, TTap>(long count, TTap padding, bool isWhole = false) : ITapLoad<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    private readonly TTap _mask = TTap.First(count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Load(T* from) => isWhole ? TTap.Load(from) : TTap.LoadMasked(from, _mask, padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TTap results, T* to) => TTap.StorePart(results, to, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Walk<TSink>(ref TSink sink, T* row, long taps, long step)
        where TSink : struct, ITapSink<TTap>
    {
        for (long k = 0; k < taps; k++) sink.Take(Load(row + k * step));
    }
}
