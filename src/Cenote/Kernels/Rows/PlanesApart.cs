using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Sums of 3×3 taps in order, at stride 1 around each input, row-major, of elements half as wide as their sums: planes are lifted once, even elements and odd ones apart, as they
/// lie in lanes of twice the width; so windows are added up, whose taps are registers in memory, and their means are put together by a mask. A plane is one long row: what
/// windows at the ends of rows read of others is zero in copies, one for neighbours to the left and one for those to the right.
/// </summary>
internal readonly unsafe struct PlanesApart<TTap, TReals> : ILineWindows<PlanesApart<TTap, TReals>, short, TTap, float, Pair<TReals, float>>
    where TTap : unmanaged, ILanes<TTap, short>
    where TReals : unmanaged, ILanes<TReals, float>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    /// <summary>What lifted rows may take: most of the first-level cache, or where windows are few there a part of the second-level one.</summary>
    private const long BandBytes = 24 << 10, LeastRows = 8;

    /// <summary>The longest row.</summary>
    private const long LongestRow = 2048;

    /// <summary>A register, and a cache line, of zeros.</summary>
    private const long Margin = 16;

    private readonly PoolPlan _plan;
    private readonly long _width, _nextDepth, _band;

    /// <summary>From even elements to odd ones, and from a copy to the next one.</summary>
    private readonly long _half, _copy;

    /// <summary>The first even element of what is lifted.</summary>
    private readonly float* _lifted;

    private readonly short* _padding;

    private PlanesApart(in PoolJob job, float* lifted, short* padding)
    {
        _plan = job.Plan;
        (_width, _nextDepth, _band) = (_plan.Width.InputLength, job.InputLayout.Depth, Band(_plan));
        (_half, _copy) = (Half(_plan), 2 * Half(_plan));
        _lifted = lifted + Margin;
        _padding = padding;
    }

    public static string Name => "planes, apart";

    public static bool Accepts<TReducer>(TReducer reducer, in PoolJob job)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        PoolPlan plan = job.Plan;
        long width = plan.Width.InputLength;
        return default(TReducer) is ISumApart && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && job.InputLayout.Height == width && job.OutputLayout.Height == width
            && width >= TTap.Count / 2 && plan.Height.InputLength > 1 && width <= LongestRow && plan.Depth.Kernel == 1 && IsUniform(plan, plan.Height) && IsUniform(plan, plan.Width);
    }

    private static bool IsUniform(PoolPlan plan, AxisPlan axis) =>
        RowShifts<short, TTap>.IsAround(axis) && (plan.DivisorOverride is not null || (axis[0].Extent == axis.Kernel && axis[axis.OutputLength - 1].Extent == axis.Kernel));

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => 1;

    public static PlanesApart<TTap, TReals> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        long liftedBytes = Scratch.Round(3 * 2 * Half(job.Plan) * sizeof(float)), paddingBytes = Scratch.Round(Padding(job.Plan.Width.InputLength) * sizeof(short));
        byte* scratch = Scratch.Of(liftedBytes + paddingBytes);
        new Span<byte>(scratch, (int)(liftedBytes + paddingBytes)).Clear();
        return new(job, (float*)scratch, (short*)(scratch + liftedBytes));
    }

    /// <summary>Elements of a row outside the input: a register at least, for as many are lifted at once.</summary>
    private static long Padding(long width) => Math.Max(width, TTap.Count);

    /// <summary>How many rows of outputs are made at once.</summary>
    private static long Band(PoolPlan plan) => Math.Clamp(BandBytes / (3 * sizeof(float) * plan.Width.InputLength) - 2, LeastRows, Math.Max(LeastRows, plan.Height.OutputLength));

    /// <summary>Room for half the elements of a band and of the rows around it, the last register of zeros and of outputs, and zeros on both sides.</summary>
    private static long Half(PoolPlan plan) => ((Band(plan) + 2) * plan.Width.InputLength / 2 + 2 * TReals.Count + 3 * Margin) / Margin * Margin;

    public void Pool<TReducer>(TReducer reducer, short* input, short* output, in Window depth, long first, long end, ref TTap watch)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        // The first output is even.
        long width = _width, height = _plan.Height.InputLength, origin = width % 2;
        long divisor = _plan.OuterDivisor(depth.Extent * _plan.Height.Kernel) * _plan.LaneDivisor(_plan.Width.Kernel);
        input += depth.Start * _nextDepth;
        TTap seen = watch;
        for (long h = first, stop; h < end; h = stop)
        {
            stop = Math.Min(end, h + _band);
            long top = Math.Max(0, h - 1), bottom = Math.Min(height, stop + 1), rows = stop - h + 2;
            if (h == 0) seen = Lift(reducer, _padding, Padding(width), origin, seen);
            seen = Lift(reducer, input + top * width, (bottom - top) * width, origin + (top - (h - 1)) * width, seen);
            if (stop == height) seen = Lift(reducer, _padding, Padding(width), origin + (rows - 1) * width, seen);
            for (long i = origin, last = origin + rows * width; i <= last; i += width)
            {
                Element(i - 1)[_copy] = 0;
                Element(i)[2 * _copy] = 0;
            }

            float* row = Element(origin + width);
            if (origin == 0) Windows<Two, TReducer>(row - width / 2, row, row + width / 2, output + h * width, (stop - h) * width, (end - h) * width, divisor);
            else Windows<One, TReducer>(row - (width + 1) / 2, row, row + width / 2, output + h * width, (stop - h) * width, (end - h) * width, divisor);
        }

        watch = seen;
    }

    /// <summary>Where an element lies in the first copy.</summary>
    private float* Element(long number) => _lifted + (number >> 1) + (number & 1) * _half;

    // Bounds: the last register steps back over elements already lifted.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Lift<TReducer>(TReducer reducer, short* from, long count, long number, TTap watch)
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        long copy = _copy, last = count - TTap.Count;
        for (long i = 0; ;)
        {
            float* even = Element(number + i), odd = Element(number + i + 1);
            for (; i <= last; i += TTap.Count, even += TReals.Count, odd += TReals.Count)
            {
                Prefetch.Line((byte*)(from + i) + Prefetch.Distance);
                TTap taps = TTap.Load(from + i);
                watch = reducer.Watch(watch, taps);
                Pair<TReals, float> lifted = TReducer.LiftApart(taps);
                TReals.Store(lifted.Lower, even);
                TReals.Store(lifted.Lower, even + copy);
                TReals.Store(lifted.Lower, even + 2 * copy);
                TReals.Store(lifted.Upper, odd);
                TReals.Store(lifted.Upper, odd + copy);
                TReals.Store(lifted.Upper, odd + 2 * copy);
            }

            if (i == count) return watch;
            i = last;
        }
    }

    // Bounds: outputs are stored over what follows later, as far as there is room.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Windows<TApart, TReducer>(float* above, float* row, float* below, short* to, long count, long room, long divisor)
        where TApart : struct, ISide
        where TReducer : struct, ILaneReducer<short, TTap, float, Pair<TReals, float>>
    {
        long half = _half, before = _copy, behind = 2 * _copy;
        short* end = to + count, lastWhole = to + room - TTap.Count;
        TReals by = TReals.Fill(divisor);
        Pair<TReals, float> divisors = new(by, by);
        // By twos: additions of one window wait for each other.
        for (; to + TTap.Count < end && to + TTap.Count <= lastWhole; to += 2 * TTap.Count)
        {
            Pair<TReals, float> sums = Sums<TApart>(above, row, below, half, before, behind), later = Sums<TApart>(above + TReals.Count, row + TReals.Count, below + TReals.Count, half, before, behind);
            Prefetch.Behind(to, 2 * sizeof(TTap), OutputDistance);
            TTap.Store(TReducer.FinishApart(sums, divisors), to);
            TTap.Store(TReducer.FinishApart(later, divisors), to + TTap.Count);
            above += 2 * TReals.Count;
            row += 2 * TReals.Count;
            below += 2 * TReals.Count;
        }

        for (; to < end; to += TTap.Count, above += TReals.Count, row += TReals.Count, below += TReals.Count)
        {
            TTap means = TReducer.FinishApart(Sums<TApart>(above, row, below, half, before, behind), divisors);
            if (to <= lastWhole) TTap.Store(means, to);
            else TTap.StorePart(means, to, end - to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TReals, float> Sums<TApart>(float* above, float* row, float* below, long half, long before, long behind)
        where TApart : struct, ISide
    {
        Pair<TReals, float> sums = default;
        sums = AddRow<TApart>(sums, above, half, before, behind);
        sums = AddRow<Two>(sums, row, half, before, behind);
        return AddRow<TApart>(sums, below, half, before, behind);
    }

    /// <summary>Adds three taps of each window; rows an odd distance apart have odd elements where the others have even ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Pair<TReals, float> AddRow<TApart>(Pair<TReals, float> sums, float* at, long half, long before, long behind)
        where TApart : struct, ISide => typeof(TApart) == typeof(Two)
        ? new(Add(sums.Lower, at + half + before - 1, at, at + half + behind), Add(sums.Upper, at + before, at + half, at + behind + 1))
        : new(Add(sums.Lower, at + before, at + half, at + behind + 1), Add(sums.Upper, at + half + before, at + 1, at + half + behind + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TReals Add(TReals sum, float* before, float* middle, float* behind) => TReals.AddFrom(TReals.AddFrom(TReals.AddFrom(sum, before), middle), behind);
}
