using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps whatever axes windows have and however they lie in memory: zeros, and each window adds its gradient to its tap, in the order of the windows. Where that is is looked up by the
/// tap's number; eight planes in turn, that no addition waits for the one before.
/// </summary>
// Bounds: numbers are those of taps; of windows that reach out of the input a tap is looked at before it is added.
internal sealed unsafe class TableScatterKernel<T> : PoolKernel
    where T : unmanaged, INumber<T>
{
    /// <summary>Planes that are added in turn; and, of small ones, those of a unit and their bytes, which a first-level cache holds beside what is read.</summary>
    private const long InTurn = 8, Together = 32, UnitBytes = 32 << 10;

    /// <summary>So many channels that lie side by side are a line of their own, and no more than so many a unit.</summary>
    private const long LineOfChannels = 16, MostChannels = 128;

    /// <summary>Bytes of a unit's result that a second-level cache holds: more are written twice, as zeros and as sums.</summary>
    private const long MostBytes = 1 << 20;

    public override string Name => "table scatter";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        return job.Offsets.Start is not null && !pooling.IsGlobal && TapTable.Accepts(pooling) && new Parts(job).Bytes <= MostBytes && IsQuick(plan, job.OutputLayout.Channel == 1);
    }

    /// <summary>
    /// Whether adding, of which each window asks one, takes less than looking at all windows that read an input. Measured, in hundredths of nanoseconds: 90 a window inside the input, 150 one that reaches out of it, 6 an input;
    /// tiles 15 an input, and 8 for each of its windows. Volumes row by row, whose tiles have short rows, take them several of whole ones.
    /// </summary>
    private static bool IsQuick(PoolPlan plan, bool byChannels)
    {
        PoolPlan pooling = plan.Transposed;
        bool isFlat = pooling.Depth is { Kernel: 1, InputLength: 1 };
        // Each input is a tap of its own, and a copy.
        if (pooling.HasSingleTaps && plan.InputElements == plan.OutputElements) return false;
        // Of these other kernels know more.
        if (isFlat && 2 * plan.InputElements > plan.OutputElements) return false;
        double inside = Whole(pooling.Depth) * Whole(pooling.Height) * Whole(pooling.Width);
        return (!isFlat && !byChannels) || plan.InputElements * (150 - 60 * inside - 8 * pooling.Taps) < 9.0 * plan.OutputElements;
    }

    /// <summary>How many of an axis's windows, of one, lie inside the input.</summary>
    private static double Whole(AxisPlan axis) => (double)Math.Max(0, Math.Min(axis.WholeEnd, axis.OutputLength) - Math.Min(axis.WholeFrom, axis.OutputLength)) / axis.OutputLength;

    /// <summary>One unit is some planes.</summary>
    public override long Units(in PoolJob job) => new Parts(job).Units;

    /// <summary>Half a nanosecond per window, and a tenth per input.</summary>
    public override double Cost(in PoolJob job) => 0.5 * job.Plan.InputElements + 0.1 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        var parts = new Parts(job);
        PoolPlan pooling = job.Plan.Transposed;
        TensorLayout from = job.InputLayout, marks = job.Offsets.Layout, to = job.OutputLayout;
        var table = new TapTable(pooling, to, sizeof(T), Scratch.Of(TapTable.Bytes(pooling)));
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, channel, planes) = parts[unit];
            T* gradients = (T*)job.Input + n * from.Batch + channel * from.Channel, sums = (T*)job.Output + n * to.Batch + channel * to.Channel;
            byte* offsets = job.Offsets.Start + (n * marks.Batch + channel * marks.Channel) * job.Offsets.Size;
            Clear(job.Plan, sums, to, planes);
            if (job.Offsets.Size == 1) Add(job, table, new Windows<byte>(gradients, offsets, (byte*)sums), planes);
            else Add(job, table, new Windows<ushort>(gradients, (ushort*)offsets, (byte*)sums), planes);
        }
    }

    private static void Clear(PoolPlan plan, T* planes, in TensorLayout to, long count)
    {
        long elements = plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;
        bool areBeside = to.Channel == 1;
        if (PlaneList<T>.IsEven(plan.Transposed, to, out long pitch) && (areBeside ? pitch == count || elements == 1 : pitch == 1 && (to.Channel == elements || count == 1)))
        {
            AheadWrites.Clear(planes, count * elements * sizeof(T));
            return;
        }

        foreach (Stretch run in new Stretches(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to))
        {
            for (long plane = 0; plane < (areBeside ? 1 : count); plane++)
            {
                T* start = planes + plane * to.Channel + run.Offset;
                if (run.Step == 1 && !areBeside) AheadWrites.Clear(start, run.Length * sizeof(T));
                else for (long i = 0; i < run.Length; i++) AheadWrites.Clear(start + i * run.Step, (areBeside ? count : 1) * sizeof(T));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add<TMark>(in PoolJob job, in TapTable table, Windows<TMark> planes, long count)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        PoolPlan pooling = job.Plan.Transposed;
        AxisPlan depth = pooling.Depth, height = pooling.Height, width = pooling.Width;
        TensorLayout from = job.InputLayout, marks = job.Offsets.Layout, to = job.OutputLayout;
        Step plane = new(from.Channel, marks.Channel, to.Channel * sizeof(T)), window = new(from.Width, marks.Width, width.Stride * to.Width * sizeof(T));
        Step row = new(from.Height, marks.Height, height.Stride * to.Height * sizeof(T)), slice = new(from.Depth, marks.Depth, depth.Stride * to.Depth * sizeof(T));
        planes = planes.Behind(new(0, 0, -(depth.Before * to.Depth + height.Before * to.Height + width.Before * to.Width) * sizeof(T)), 1);
        bool byChannels = to.Channel == 1 && count >= LineOfChannels;
        // Windows between these lie inside the input as far as the width goes.
        long columns = width.OutputLength, first = Math.Clamp(width.WholeFrom, 0, columns), end = Math.Clamp(width.WholeEnd, first, columns);
        for (long d = 0; d < depth.OutputLength; d++)
        {
            TapLimits limits = TapTable.Slice(depth, d);
            for (long h = 0; h < height.OutputLength; h++)
            {
                Windows<TMark> line = planes.Behind(slice, d).Behind(row, h);
                if (!table.IsWhole(limits, h, out TapLimits rowLimits))
                {
                    AddInside(table, rowLimits, line, window, 0, columns, plane, count);
                    continue;
                }

                if (first > 0) AddInside(table, rowLimits, line, window, 0, first, plane, count);
                if (first < end) AddWhole(table.Places, line.Behind(window, first), window, end - first, plane, count, byChannels);
                if (end < columns) AddInside(table, rowLimits, line, window, end, columns, plane, count);
            }
        }
    }

    /// <summary>Windows that lie inside the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddWhole<TMark>(long* places, Windows<TMark> first, in Step window, long windows, in Step plane, long planes, bool byChannels)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        long groups = planes / InTurn;
        for (long w = 0; byChannels && w < windows; w++)
        {
            Windows<TMark> pixel = first.Behind(window, w);
            AddInTurn(places, pixel, plane.Times(InTurn), groups, plane);
            if (groups * InTurn < planes) AddOne(places, pixel.Behind(plane, groups * InTurn), plane, planes - groups * InTurn);
        }

        for (long i = 0; !byChannels && i < groups; i++) AddInTurn(places, first.Behind(plane, i * InTurn), window, windows, plane);
        for (long i = groups * InTurn; !byChannels && i < planes; i++) AddOne(places, first.Behind(plane, i), window, windows);
    }

    /// <summary>A line of windows of each of eight planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddInTurn<TMark>(long* places, in Windows<TMark> line, in Step step, long length, in Step plane)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        T* gradients = line.Gradients;
        TMark* marks = line.Marks;
        byte* to = line.To;
        nint next = (nint)plane.Gradient, markNext = (nint)plane.Mark, toNext = (nint)plane.To, gradientStep = (nint)step.Gradient, markStep = (nint)step.Mark, toStep = (nint)step.To;
        for (; length > 0; length--, gradients += gradientStep, marks += markStep, to += toStep)
        {
            AddFour(places, gradients, next, marks, markNext, to, toNext);
            AddFour(places, gradients + 4 * next, next, marks + 4 * markNext, markNext, to + 4 * toNext, toNext);
        }
    }

    /// <summary>A window of each of four planes. All sums are loaded before one is stored: a load that might be of what was just stored waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour<TMark>(long* places, T* gradients, nint next, TMark* marks, nint markNext, byte* to, nint toNext)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        T* first = (T*)(to + places[nuint.CreateTruncating(marks[0])]), second = (T*)(to + toNext + places[nuint.CreateTruncating(marks[markNext])]);
        T* third = (T*)(to + 2 * toNext + places[nuint.CreateTruncating(marks[2 * markNext])]), fourth = (T*)(to + 3 * toNext + places[nuint.CreateTruncating(marks[3 * markNext])]);
        T a = *first + gradients[0], b = *second + gradients[next], c = *third + gradients[2 * next], d = *fourth + gradients[3 * next];
        *first = a;
        *second = b;
        *third = c;
        *fourth = d;
    }

    /// <summary>A line of windows of one plane, or of planes of one window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddOne<TMark>(long* places, in Windows<TMark> line, in Step step, long length)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        T* gradients = line.Gradients;
        TMark* marks = line.Marks;
        byte* to = line.To;
        nint gradientStep = (nint)step.Gradient, markStep = (nint)step.Mark, toStep = (nint)step.To;
        for (; length > 0; length--, gradients += gradientStep, marks += markStep, to += toStep) *(T*)(to + places[nuint.CreateTruncating(*marks)]) += *gradients;
    }

    /// <summary>Windows that may have chosen a tap outside the input, plane by plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddInside<TMark>(TapTable table, TapLimits row, Windows<TMark> line, in Step window, long from, long end, in Step plane, long planes)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        nint gradientStep = (nint)plane.Gradient, markStep = (nint)plane.Mark, toStep = (nint)plane.To;
        long* places = table.Places;
        for (long w = from; w < end; w++)
        {
            TapLimits limits = row.With(table.Columns[w]);
            T* gradients = line.Gradients + w * window.Gradient;
            TMark* marks = line.Marks + w * window.Mark;
            byte* to = line.To + w * window.To;
            for (long i = planes; i > 0; i--, gradients += gradientStep, marks += markStep, to += toStep)
            {
                nuint tap = nuint.CreateTruncating(*marks);
                if (table.IsInside(tap, limits)) *(T*)(to + places[tap]) += *gradients;
            }
        }
    }

    /// <summary>How far windows lie apart: their gradients and their taps' numbers in elements, their first taps in bytes.</summary>
    private readonly record struct Step(long Gradient, long Mark, long To)
    {
        public Step Times(long count) => new(Gradient * count, Mark * count, To * count);
    }

    /// <summary>The first one of some windows.</summary>
    private readonly struct Windows<TMark>(T* gradients, TMark* marks, byte* to)
        where TMark : unmanaged
    {
        public readonly T* Gradients = gradients;
        public readonly TMark* Marks = marks;
        public readonly byte* To = to;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Windows<TMark> Behind(in Step step, long count) => new(Gradients + count * step.Gradient, Marks + count * step.Mark, To + count * step.To);
    }

    /// <summary>How planes are cut: those of all images, where they lie so, are the channels of one.</summary>
    private readonly struct Parts
    {
        private readonly long _channels, _most, _groups;

        public Parts(in PoolJob job)
        {
            PoolPlan plan = job.Plan;
            long images = plan.Batch;
            _channels = plan.Channels;
            long plane = plan.OutputElements / (images * _channels) * sizeof(T);
            _most = job.OutputLayout.Channel == 1 ? MostChannels : Math.Clamp(UnitBytes / plane / InTurn * InTurn, InTurn, Together);
            if (Follow(job.InputLayout) && Follow(job.Offsets.Layout) && Follow(job.OutputLayout)) (images, _channels) = (1, images * _channels);
            Bytes = plane * Math.Min(_most, _channels);
            _groups = (_channels + _most - 1) / _most;
            Units = images * _groups;

            bool Follow(in TensorLayout layout) => layout.Batch == plan.Channels * layout.Channel;
        }

        public long Units { get; }

        /// <summary>Of a unit.</summary>
        public long Bytes { get; }

        public (long Batch, long Channel, long Channels) this[long unit]
        {
            get
            {
                var (n, group) = Math.DivRem(unit, _groups);
                return (n, group * _most, Math.Min(_most, _channels - group * _most));
            }
        }
    }
}
