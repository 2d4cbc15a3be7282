using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of 3×3 taps in order, at stride 1 around each input, where channels lie side by side, of elements half as wide as their sums: a row of pixels is lifted once, its even
/// elements and its odd ones apart, as they lie in lanes of twice the width; so windows are added up, whose taps are registers in memory, and their means are put together by a mask.
/// Lifted rows stay until no window reads them; zeros around each, and a row of zeros, stand for what lies outside the input.
/// </summary>
internal readonly unsafe struct PixelsApart<TTap, TReals> : ILineWindows<PixelsApart<TTap, TReals>, short, TTap, float, Pair<TReals, float>>
    where TTap : unmanaged, ILanes<TTap, short>
    where TReals : unmanaged, ILanes<TReals, float>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    /// <summary>What lifted rows may take: half of the second-level cache.</summary>
    private const long MostBytes = 1 << 18;

    /// <summary>The most rows: each has a divisor.</summary>
    private const long MostRows = 1 << 14;

    /// <summary>Lifted rows: those of a window, and behind them one of zeros.</summary>
    private const long Kept = 3;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;

    /// <summary>Elements of a row; the room of the even ones, or the odd ones, of a lifted row; and how much of it are zeros before them.</summary>
    private readonly long _length, _half, _margin;

    private readonly RowDivisors _divisors;

    private readonly float* _rows;

    /// <summary>What the lanes of a row divide by, those of even elements of a register and then those of odd ones; null where all pixels have the same divisor.</summary>
    private readonly float* _extents;

    private PixelsApart(in PoolJob job, byte* divisors, float* rows, float* extents)
    {
        (_plan, _from, _to) = (job.Plan, job.InputLayout, job.OutputLayout);
        (_length, _half, _margin) = (Length(_plan), Half(_plan), Margin(_plan));
        _divisors = new(divisors);
        _rows = rows;
        _extents = extents;
    }

    public static string Name => "pixels, apart";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        PoolPlan plan = job.Plan;
        long channels = plan.Channels, length = Length(plan);
        return default(TReducer) is ISumApart && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.InputLayout.Width == channels && job.OutputLayout.Width == channels
            && plan.Depth.Kernel == 1 && RowShifts<short, TTap>.IsAround(plan.Height) && RowShifts<short, TTap>.IsAround(plan.Width) && plan.Height.OutputLength <= MostRows
            && length >= TTap.Count && (job.OutputLayout.Height == length || length % TTap.Count == 0) && length < MostBytes && RowBytes(plan) <= MostBytes;
    }

    public static long Channels(PoolPlan plan) => 1;

    public static long Lines(PoolPlan plan) => 1;

    public static PixelsApart<TTap, TReals> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        bool isUniform = plan.LaneDivisor(width[0].Extent) == plan.LaneDivisor(width.Kernel) && plan.LaneDivisor(width[width.OutputLength - 1].Extent) == plan.LaneDivisor(width.Kernel);
        long rowBytes = RowBytes(plan), divisorBytes = RowDivisors.Bytes(plan.Height.OutputLength), lanes = isUniform ? 0 : Registers(plan) * TTap.Count;
        byte* scratch = Scratch.Of(rowBytes + divisorBytes + lanes * sizeof(float));
        var extents = (float*)(scratch + rowBytes + divisorBytes);
        for (long i = 0; i < lanes; i++)
        {
            long lane = i % TTap.Count, pixel = Math.Min(i / plan.Channels, width.OutputLength - 1);
            extents[i - lane + lane % 2 * TReals.Count + lane / 2] = plan.LaneDivisor(width[pixel].Extent);
        }

        new Span<byte>(scratch, (int)rowBytes).Clear();
        return new(job, scratch + rowBytes, (float*)scratch, isUniform ? null : extents);
    }

    private static long Registers(PoolPlan plan) => (Length(plan) + TTap.Count - 1) / TTap.Count;

    private static long Length(PoolPlan plan) => plan.Width.InputLength * plan.Channels;

    private static long Margin(PoolPlan plan) => Scratch.Round((plan.Channels + 1) / 2 * sizeof(float)) / sizeof(float);

    private static long Half(PoolPlan plan) => Registers(plan) * TReals.Count + 2 * Margin(plan);

    private static long RowBytes(PoolPlan plan) => Scratch.Round((Kept + 1) * 2 * Half(plan) * sizeof(float));

    public void Pool<TReducer>(TReducer reducer, short* input, short* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        _divisors.Write(_plan, depth.Extent, first, end);
        long height = _plan.Height.InputLength;
        short* row = input + depth.Start * _from.Depth;
        TTap seen = watch;
        for (long h = Math.Max(0, first - 1); h <= first; h++) seen = Lift(reducer, row + h * _from.Height, Row(h), seen);
        for (long h = first; h < end; h++)
        {
            if (h + 1 < height) seen = Lift(reducer, row + (h + 1) * _from.Height, Row(h + 1), seen);
            short* to = output + h * _to.Height, limit = output + (end - 1) * _to.Height + _length;
            if (_extents == null) Windows<None, TReducer>(Row(h - 1), Row(h), Row(h + 1), to, limit, _divisors.First[h - first] * _plan.LaneDivisor(_plan.Width.Kernel));
            else Windows<Any, TReducer>(Row(h - 1), Row(h), Row(h + 1), to, limit, _divisors.First[h - first]);
        }

        watch = seen;
    }

    /// <summary>The first even element of a lifted row.</summary>
    private float* Row(long h) => _rows + (h >= 0 && h < _plan.Height.InputLength ? h % Kept : Kept) * 2 * _half + _margin;

    // Bounds: the last register steps back over elements already lifted; even ones are odd there where it begins with an odd one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Lift<TReducer>(TReducer reducer, short* from, float* even, TTap watch)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        float* odd = even + _half;
        short* last = from + _length - TTap.Count;
        for (; from <= last; from += TTap.Count, even += TReals.Count, odd += TReals.Count)
        {
            Prefetch.Line((byte*)from + Prefetch.Distance);
            TTap taps = TTap.Load(from);
            watch = reducer.Watch(watch, taps);
            Pair<TReals, float> lifted = TReducer.LiftApart(taps);
            TReals.Store(lifted.Lower, even);
            TReals.Store(lifted.Upper, odd);
        }

        long over = from - last;
        if (over == TTap.Count) return watch;
        TTap end = TTap.Load(last);
        Pair<TReals, float> rest = TReducer.LiftApart(end);
        TReals.Store(rest.Lower, over % 2 == 0 ? even - over / 2 : odd - (over + 1) / 2);
        TReals.Store(rest.Upper, over % 2 == 0 ? odd - over / 2 : even - over / 2);
        return reducer.Watch(watch, end);
    }

    // Bounds: what lies around a lifted row is zero; outputs are stored over what follows later, up to a limit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Windows<TExtents, TReducer>(float* above, float* row, float* below, short* to, short* limit, long factor)
        where TExtents : struct, ISide
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        var neighbours = new Places(_plan.Channels, _half);
        float* extents = _extents;
        short* end = to + _length, lastWhole = limit - TTap.Count;
        TReals by = TReals.Fill(factor);
        Pair<TReals, float> divisors = new(by, by);
        // By twos: additions of one window wait for each other.
        for (; to + TTap.Count < end && to + TTap.Count <= lastWhole; to += 2 * TTap.Count)
        {
            Pair<TReals, float> sums = Sums(above, row, below, neighbours), later = Sums(above + TReals.Count, row + TReals.Count, below + TReals.Count, neighbours);
            Prefetch.Behind(to, 2 * sizeof(TTap), OutputDistance);
            TTap.Store(TReducer.FinishApart(sums, Divisors<TExtents>(divisors, extents)), to);
            TTap.Store(TReducer.FinishApart(later, Divisors<TExtents>(divisors, extents + TTap.Count)), to + TTap.Count);
            above += 2 * TReals.Count;
            row += 2 * TReals.Count;
            below += 2 * TReals.Count;
            if (typeof(TExtents) == typeof(Any)) extents += 2 * TTap.Count;
        }

        for (; to < end; to += TTap.Count, above += TReals.Count, row += TReals.Count, below += TReals.Count, extents += TTap.Count)
        {
            TTap means = TReducer.FinishApart(Sums(above, row, below, neighbours), Divisors<TExtents>(divisors, extents));
            if (to <= lastWhole) TTap.Store(means, to);
            else TTap.StorePart(means, to, end - to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TReals, float> Divisors<TExtents>(Pair<TReals, float> divisors, float* extents) =>
        typeof(TExtents) == typeof(None) ? divisors : new(TReals.Load(extents) * divisors.Lower, TReals.Load(extents + TReals.Count) * divisors.Upper);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TReals, float> Sums(float* above, float* row, float* below, in Places places)
    {
        TReals even = TReals.AddFrom(TReals.AddFrom(TReals.Load(above + places.EvenBefore), above), above + places.EvenBehind);
        TReals odd = TReals.AddFrom(TReals.AddFrom(TReals.Load(above + places.OddBefore), above + places.Odd), above + places.OddBehind);
        even = TReals.AddFrom(TReals.AddFrom(TReals.AddFrom(even, row + places.EvenBefore), row), row + places.EvenBehind);
        odd = TReals.AddFrom(TReals.AddFrom(TReals.AddFrom(odd, row + places.OddBefore), row + places.Odd), row + places.OddBehind);
        even = TReals.AddFrom(TReals.AddFrom(TReals.AddFrom(even, below + places.EvenBefore), below), below + places.EvenBehind);
        odd = TReals.AddFrom(TReals.AddFrom(TReals.AddFrom(odd, below + places.OddBefore), below + places.Odd), below + places.OddBehind);
        return new(even, odd);
    }

    /// <summary>Where the taps of a row lie, from that in the middle of an even window on.</summary>
    private readonly struct Places
    {
        public readonly long EvenBefore, EvenBehind, OddBefore, Odd, OddBehind;

        public Places(long channels, long half)
        {
            bool isOdd = channels % 2 != 0;
            (EvenBefore, EvenBehind) = isOdd ? (half - (channels + 1) / 2, half + channels / 2) : (-channels / 2, channels / 2);
            (OddBefore, Odd, OddBehind) = isOdd ? (-(channels / 2), half, (channels + 1) / 2) : (half - channels / 2, half, half + channels / 2);
        }
    }
}
