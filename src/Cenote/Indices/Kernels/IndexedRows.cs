namespace Cenote;

/// <summary>Rows of contiguous elements whose windows share no row, lanes across the width: the taps of a window one after the other in row-major order.</summary>
internal readonly unsafe struct IndexedRows<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedRows<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Copies of the rows of output rows made together: what the first-level cache holds.</summary>
    private const long CopyBytes = 24 << 10;

    /// <summary>Windows of more rows are folded row by row.</summary>
    private const long MostRows = 8;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;
    private readonly int _size;
    private readonly long _start, _outputs, _band, _capacity;
    private readonly RowChoice<T, TTap, TNumber, TNumbers> _choice;

    /// <summary>The numbers of a band.</summary>
    private readonly TNumber* _numbers;

    /// <summary>Copies of rows with padding, for each depth of a window.</summary>
    private readonly T* _copies;

    private IndexedRows(in PoolJob job, long start, long outputs, byte* scratch)
    {
        (_plan, _from, _to, _marks, _size) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, job.Offsets.Size);
        (_start, _outputs, _band, _capacity) = (start, outputs, Band(_plan, outputs), Capacity(_plan, outputs));
        _choice = new(_plan, start, outputs, scratch);
        scratch += RowChoice<T, TTap, TNumber, TNumbers>.Bytes(_plan.Width, outputs);
        _numbers = (TNumber*)scratch;
        _copies = (T*)(scratch + NumberBytes(_plan, outputs)) + _choice.Row.Shift;
    }

    public static string Name => "rows";

    public static bool Accepts(in PoolJob job)
    {
        AxisPlan height = job.Plan.Height, width = job.Plan.Width;
        long rows = job.Plan.Depth.MaxCount * height.MaxCount;
        return Suits(job) && (rows == 1 || (rows <= MostRows && (height.Span <= height.Stride || height.OutputLength == 1) && !RowChoice<T, TTap, TNumber, TNumbers>.Doubles(width)));
    }

    /// <summary>Whether outputs and their offsets lie in rows that are worth such lanes.</summary>
    public static bool Suits(in PoolJob job)
    {
        AxisPlan width = job.Plan.Width;
        return job.Plan.Slides && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && (job.Offsets.Layout.Width == 1 || width.OutputLength == 1)
            && width.Span <= MostSpan && Registers.Suit<TTap, T>(width.OutputLength);
    }

    /// <summary>Copies of rows for longer windows are not worth their memory.</summary>
    private const long MostSpan = 1 << 22;

    public static long Channels(in PoolJob job) => job.Plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        long wanted = NumberLine.Wanted(plan.Width, NumberLine.Most);
        return (plan.Width.OutputLength + wanted - 1) / wanted;
    }

    public static IndexedRows<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        PoolPlan plan = job.Plan;
        var (start, outputs) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        long rows = plan.Depth.MaxCount * Capacity(plan, outputs), room = RowChoice<T, TTap, TNumber, TNumbers>.Room(plan.Width, outputs);
        byte* scratch = Scratch.Of(RowChoice<T, TTap, TNumber, TNumbers>.Bytes(plan.Width, outputs) + NumberBytes(plan, outputs) + Scratch.Round(rows * room * sizeof(T)));
        var windows = new IndexedRows<T, TTap, TNumber, TNumbers>(job, start, outputs, scratch);
        if (windows._choice.Row.IsInside) return windows;
        for (long i = 0; i < rows; i++) windows._choice.Row.Clear(reducer.Padding, windows._copies + i * room);
        return windows;
    }

    /// <summary>How many output rows are made together.</summary>
    private static long Band(PoolPlan plan, long outputs)
    {
        long fits = CopyBytes / (plan.Depth.MaxCount * RowChoice<T, TTap, TNumber, TNumbers>.Room(plan.Width, outputs) * sizeof(T));
        return Math.Clamp(Math.Min((fits - plan.Height.Span) / plan.Height.Stride + 1, NumberLine.Most / outputs), 1, plan.Height.OutputLength);
    }

    /// <summary>How many rows of one depth a band reads.</summary>
    private static long Capacity(PoolPlan plan, long outputs) => Math.Min(plan.Height.Span + (Band(plan, outputs) - 1) * plan.Height.Stride, plan.Height.InputLength);

    private static long NumberBytes(PoolPlan plan, long outputs) => Scratch.Round((Band(plan, outputs) * outputs + TTap.Count) * sizeof(TNumber));

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan height = _plan.Height;
        Window depth = slice.Depth;
        long nextDepth = depth.Step * _from.Depth, room = RowChoice<T, TTap, TNumber, TNumbers>.Room(_plan.Width, _outputs);
        T* input = slice.Input + depth.Start * _from.Depth, output = slice.Output + _start;
        for (long h = first; h < end; h += _band)
        {
            long last = Math.Min(end, h + _band) - 1, from = RowStep.From(height, h), to = RowStep.To(height, last);
            T* rows = input + _choice.Row.From + from * _from.Height;
            var (step, depthStep) = (_from.Height, nextDepth);
            if (!_choice.Row.IsInside)
            {
                rows = _copies;
                (step, depthStep) = (room, _capacity * room);
                for (long i = 0; i < depth.Count; i++)
                    watch = _choice.Row.Copy(reducer, input + i * nextDepth + from * _from.Height, to - from, _from.Height, _copies + i * depthStep, watch);
            }

            for (long row = h, alike; row <= last; row += alike)
            {
                Window window = height[row];
                alike = Alike(row, last, window.Count);
                var taps = new RowTaps<T>
                {
                    First = rows + (window.Start - from) * step,
                    Depths = depth.Count,
                    Rows = window.Count,
                    NextDepth = depthStep,
                    NextRow = window.Step * step,
                    Number = (depth.Before * height.Kernel + window.Before) * _plan.Width.Kernel,
                    DepthNumbers = (height.Kernel - window.Count) * _plan.Width.Kernel,
                    Lines = alike,
                    NextLine = height.Stride * step,
                };
                watch = _choice.Choose(reducer, taps, new(output + row * _to.Height, _to.Height, _numbers + (row - h) * _outputs, _outputs, isOutput: true), watch);
            }

            Write(slice.Offsets, h, last + 1);
        }
    }

    /// <summary>How many rows from one on have windows that differ only in that each begins a stride further.</summary>
    private long Alike(long row, long last, long count)
    {
        AxisPlan height = _plan.Height;
        if (count < height.Kernel) return 1;
        long alike = 1;
        while (row + alike <= last && height.IsWhole(row + alike)) alike++;
        return alike;
    }

    private void Write(byte* offsets, long first, long end)
    {
        offsets += (first * _marks.Height + _start) * _size;
        bool isDense = _marks.Height == _outputs;
        long rows = isDense ? 1 : end - first, count = isDense ? (end - first) * _outputs : _outputs;
        for (long row = 0; row < rows; row++) NumberLine.Write<TNumbers, TNumber>(_numbers + row * count, count, offsets + row * _marks.Height * _size, _size);
    }
}
