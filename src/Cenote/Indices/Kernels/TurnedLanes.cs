using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Planes one after the other, of which squares are turned.</summary>
internal readonly unsafe struct TurnedLanes<T, TTap, TNumber, TNumbers>(in PoolJob job, byte* scratch) : IPlaneLanes<TurnedLanes<T, TTap, TNumber, TNumbers>, T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private readonly long _length = job.Plan.Width.InputLength, _from = job.InputLayout.Channel, _to = job.OutputLayout.Channel, _marks = job.Offsets.Layout.Channel * job.Offsets.Size;
    private readonly int _size = job.Offsets.Size;
    private readonly T* _square = (T*)scratch, _taps = (T*)(scratch + SquareBytes);

    public static string Name => "turned runs";

    public static long Registers(PoolPlan plan) => 1;

    /// <summary>How far ahead memory is asked for, in bytes: the next planes, if the first-level cache has room for them.</summary>
    private readonly long _ahead = Next(job.InputLayout.Channel * sizeof(TTap)), _aheadTo = Next(job.OutputLayout.Channel * sizeof(TTap)), _aheadMarks = Next(job.Offsets.Layout.Channel * TTap.Count * job.Offsets.Size);

    /// <summary>Of fewer planes, or windows, turning is not worth it. Measured: four planes take 2 to 8 of the time of other walks, 7×7 and 9×9 2; 13×13 0.5 to 0.8.</summary>
    public const int FewestPlanes = 8;

    private const long FewestTaps = 13;

    private const long Ahead = 512, MostAhead = 16 << 10;

    private static long Next(long planes) => planes <= MostAhead ? planes : Ahead;

    private static long SquareBytes => Scratch.Round((2 * Transposition.Room<TTap, T>()) * sizeof(T));

    public static bool Accepts(in PoolJob job) =>
        job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.Plan.Width.InputLength >= TTap.Count
        && job.Plan.Width.Kernel >= FewestTaps;

    public static long Bytes(long taps) => SquareBytes + (taps + 2 * TTap.Count) * sizeof(TTap);

    public static TurnedLanes<T, TTap, TNumber, TNumbers> Create(in PoolJob job, byte* scratch) => new(job, scratch);

    public long Step => TTap.Count;

    // Bounds: the last square steps back, within the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public T* Taps(T* row, long from, long end)
    {
        long lanes = TTap.Count, last = _length - lanes, next = _from;
        T* first = _taps + lanes * lanes;
        for (long x = from; x < end; x += lanes)
        {
            long at = Math.Min(x, last);
            T* plane = row + at;
            for (long lane = 0; lane < lanes; lane++, plane += next) Prefetch.Line((byte*)plane + _ahead);
            Transposition.Turn<TTap, T>(row + at, next, first + (at - from) * lanes, lanes, _square);
        }

        return first;
    }

    // Bounds: the last square steps back over windows already written, where there is room.
    public void Write<TReducer>(TReducer reducer, Choice<TTap, TNumbers>* windows, long count, T* to, byte* marks, TNumbers start, TNumbers next)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        WriteNumbers(windows, count, marks, start, next);
        WriteValues(reducer, windows, count, to);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void WriteValues<TReducer>(TReducer reducer, Choice<TTap, TNumbers>* windows, long count, T* to)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long lanes = TTap.Count, next = _to, step = sizeof(Choice<TTap, TNumbers>) / sizeof(T);
        if (default(TReducer) is not ITapState)
            for (long o = 0; o < count; o++) TTap.Store(reducer.Finish(TTap.Load((T*)(windows + o)), null, 1), (T*)(windows + o));
        for (long o = 0; o < count; o += lanes)
        {
            long at = count < lanes ? 0 : Math.Min(o, count - lanes);
            T* first = (T*)(windows + at), plane = to + at;
            for (long lane = 0; lane < lanes; lane++, plane += next) Prefetch.Line((byte*)plane + _aheadTo);
            if (count >= lanes)
            {
                Transposition.Turn<TTap, T>(first, step, to + at, next, _square);
                continue;
            }

            T* turned = _square + Transposition.Room<TTap, T>();
            Transposition.Turn<TTap, T>(first, step, turned, lanes, _square);
            for (long lane = 0; lane < lanes; lane++) TTap.StorePart(TTap.Load(turned + lane * lanes), to + lane * next, count);
        }
    }

    /// <summary>Packs the numbers of neighbours into a lane, and writes lane by lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void WriteNumbers(Choice<TTap, TNumbers>* windows, long count, byte* marks, TNumbers start, TNumbers next)
    {
        int size = _size;
        long together = sizeof(TNumber) / size, lanes = TTap.Count, step = _marks;
        TNumbers packed = default;
        var numbers = (TNumber*)_square;
        for (long lane = 0; lane < lanes; lane++) Prefetch.Behind(marks + lane * step, count * size, _aheadMarks);
        long first = 0;
        if (Unsafe.SizeOf<TNumbers>() == 64 && sizeof(TNumber) == 4 && size == 1 && Avx512F.IsSupported)
        {
            for (; first + 16 <= count; first += 16, start += next << 4)
                WriteSixteen((uint*)(windows + first) + lanes, sizeof(Choice<TTap, TNumbers>) / sizeof(uint), Unsafe.BitCast<TNumbers, Vector512<uint>>(start), Unsafe.BitCast<TNumbers, Vector512<uint>>(next), marks + first, step);
        }

        for (long o = first; o < count; o++, start += next)
        {
            TNumbers number = ChoiceRuns<T, TTap, TNumber, TNumbers>.Load(windows + o).Numbers - start;
            int place = (int)((o - first) % together);
            packed = place == 0 ? number : packed | (number << (8 * size * place));
            if (place + 1 < together && o + 1 < count) continue;
            TNumbers.Store(packed, numbers);
            byte* to = marks + (o - place) * size;
            if (place + 1 == together)
                for (long lane = 0; lane < lanes; lane++, to += step) *(TNumber*)to = numbers[lane];
            else
                for (long lane = 0; lane < lanes; lane++, to += step)
                    for (int b = 0; b < (place + 1) * size; b++) to[b] = ((byte*)(numbers + lane))[b];
        }
    }

    /// <summary>The same of sixteen windows of sixteen lanes, in bytes: four of each lane's side by side, then four by four turned within each quarter of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteSixteen(uint* numbers, long window, Vector512<uint> start, Vector512<uint> next, byte* to, long step)
    {
        Vector512<uint> four = next << 2;
        Vector512<uint> first = PackFour(numbers, window, start, next), second = PackFour(numbers + 4 * window, window, start + four, next);
        start += four << 1;
        Vector512<uint> third = PackFour(numbers + 8 * window, window, start, next), fourth = PackFour(numbers + 12 * window, window, start + four, next);
        Vector512<ulong> low = Avx512F.UnpackLow(first, second).AsUInt64(), high = Avx512F.UnpackHigh(first, second).AsUInt64();
        Vector512<ulong> nextLow = Avx512F.UnpackLow(third, fourth).AsUInt64(), nextHigh = Avx512F.UnpackHigh(third, fourth).AsUInt64();
        StoreQuarters(Avx512F.UnpackLow(low, nextLow), to, step);
        StoreQuarters(Avx512F.UnpackHigh(low, nextLow), to + step, step);
        StoreQuarters(Avx512F.UnpackLow(high, nextHigh), to + 2 * step, step);
        StoreQuarters(Avx512F.UnpackHigh(high, nextHigh), to + 3 * step, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> PackFour(uint* numbers, long window, Vector512<uint> start, Vector512<uint> next)
    {
        Vector512<uint> first = Vector512.Load(numbers) - start, second = Vector512.Load(numbers + window) - (start += next);
        Vector512<uint> third = Vector512.Load(numbers + 2 * window) - (start += next), fourth = Vector512.Load(numbers + 3 * window) - (start + next);
        return first | (second << 8) | (third << 16) | (fourth << 24);
    }

    /// <summary>What the first of each four lanes holds, four lanes apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<ulong> quarters, byte* to, long step)
    {
        Vector256<ulong> lower = quarters.GetLower(), upper = quarters.GetUpper();
        lower.GetLower().Store((ulong*)to);
        lower.GetUpper().Store((ulong*)(to + 4 * step));
        upper.GetLower().Store((ulong*)(to + 8 * step));
        upper.GetUpper().Store((ulong*)(to + 12 * step));
    }
}
