namespace Cenote;

/// <summary>Rows of contiguous elements whose windows share rows: every input row chooses along the width once, then its line is combined with the others of a window.</summary>
internal readonly unsafe struct IndexedFolds<T, TTap, TNumber, TNumbers> : IIndexedWindows<IndexedFolds<T, TTap, TNumber, TNumbers>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>From so many rows in a window on, runs of rows that windows share are combined once; sooner where the lines of a window are too many for the cache.</summary>
    private const long ManyRows = 17, ManyLongRows = 12;

    /// <summary>What the lines of output rows made together may take, and those of one window: parts of the second-level cache.</summary>
    private const long BandBytes = 192 << 10, CacheBytes = 1 << 19;

    /// <summary>The shortest line worth its overlap with its neighbours, and the longest, in outputs.</summary>
    private const long ShortestLine = 512, LongestLine = 2048;

    /// <summary>Lines of one window that take more memory than this are not worth it.</summary>
    private const long MostLineBytes = 1 << 28;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly OffsetMemory _offsets;
    private readonly long _start, _outputs, _band, _capacity;
    private readonly FoldedChoices<T, TTap, TNumber, TNumbers> _fold;

    /// <summary>Lines, for each depth of a window.</summary>
    private readonly T* _lines;

    /// <summary>The numbers of a band's outputs.</summary>
    private readonly TNumber* _numbers;

    /// <summary>Which lines make which outputs.</summary>
    private readonly RowSteps _steps;

    private IndexedFolds(in PoolJob job, long start, long outputs, FoldedChoices<T, TTap, TNumber, TNumbers> fold, byte* scratch)
    {
        (_plan, _from, _to, _offsets, _start, _outputs, _fold) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets, start, outputs, fold);
        (_band, _capacity) = (Band(_plan, outputs), Capacity(_plan, outputs));
        _lines = (T*)scratch;
        scratch += LineBytes(_plan, outputs);
        _numbers = (TNumber*)scratch;
        scratch += NumberBytes(_plan, outputs);
        _steps = new(_plan.Height, _band, inTwos: true, scratch);
    }

    public static string Name => "folded rows";

    public static bool Accepts(in PoolJob job) =>
        IndexedRows<T, TTap, TNumber, TNumbers>.Suits(job) && LineBytes(job.Plan, Math.Min(NumberLine.Wanted(job.Plan.Width, LongestLine), job.Plan.Width.OutputLength)) <= MostLineBytes;

    public static long Channels(in PoolJob job) => job.Plan.Channels;

    public static long Lines(PoolPlan plan)
    {
        long wanted = NumberLine.Wanted(plan.Width, Math.Clamp(CacheBytes / (plan.Height.Kernel * 2 * sizeof(T)), ShortestLine, LongestLine));
        return (plan.Width.OutputLength + wanted - 1) / wanted;
    }

    public static IndexedFolds<T, TTap, TNumber, TNumbers> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        PoolPlan plan = job.Plan;
        var (start, outputs) = Line.Cut(plan.Width.OutputLength, Lines(plan), TTap.Count, number);
        long foldBytes = FoldedChoices<T, TTap, TNumber, TNumbers>.Bytes(plan, outputs);
        byte* scratch = Scratch.Of(foldBytes + LineBytes(plan, outputs) + NumberBytes(plan, outputs) + RowSteps.Bytes(plan.Height, Band(plan, outputs)));
        return new(job, start, outputs, new(job, start, outputs, reducer.Padding, scratch), scratch + foldBytes);
    }

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (HasRuns(_plan, _outputs)) new RowChoiceRuns<T, TTap, TNumber, TNumbers>(_plan, _from, _to, _offsets, _start, _outputs, _fold, _lines).Pool(reducer, slice, first, end, ref watch);
        else PoolRows(reducer, slice, first, end, ref watch);
    }

    /// <summary>Whether runs of rows pay.</summary>
    private static bool HasRuns(PoolPlan plan, long outputs)
    {
        AxisPlan height = plan.Height;
        bool fits = height.Kernel * FoldedChoices<T, TTap, TNumber, TNumbers>.LineBytes(plan.Width.OutputLength / Lines(plan)) <= BandBytes;
        return outputs >= 2 * TTap.Count && plan.Depth.MaxCount == 1 && height.Dilation == 1 && height.Kernel >= (fits ? ManyRows : ManyLongRows) && height.Stride < height.Kernel && height.Kernel <= 2 * height.InputLength;
    }

    /// <summary>How many output rows are made together: at least two, that they may share lines.</summary>
    private static long Band(PoolPlan plan, long outputs)
    {
        AxisPlan height = plan.Height;
        long fits = BandBytes / (plan.Depth.MaxCount * FoldedChoices<T, TTap, TNumber, TNumbers>.LineBytes(outputs));
        return Math.Min(Math.Max((fits - height.Span) / height.Stride + 1, 2), height.OutputLength);
    }

    /// <summary>How many lines of one depth are kept.</summary>
    private static long Capacity(PoolPlan plan, long outputs)
    {
        AxisPlan height = plan.Height;
        return HasRuns(plan, outputs) ? RowChoiceRuns<T, TTap, TNumber, TNumbers>.Lines(height) : Math.Min(height.Span + (Band(plan, outputs) - 1) * height.Stride, height.InputLength);
    }

    private static long LineBytes(PoolPlan plan, long outputs) =>
        Scratch.Round(plan.Depth.MaxCount * Capacity(plan, outputs) * FoldedChoices<T, TTap, TNumber, TNumbers>.LineBytes(outputs));

    private static long NumberBytes(PoolPlan plan, long outputs) => Scratch.Round(Band(plan, outputs) * outputs * sizeof(TNumber));

    /// <summary>Few rows per window: bands of output rows, whose lines are made first and then combined.</summary>
    private void PoolRows<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan height = _plan.Height;
        Window depth = slice.Depth;
        long kept = 0, folded = 0, length = _fold.Length, bytes = length * sizeof(T);
        for (long h = first; h < end; h += _band)
        {
            long last = Math.Min(end, h + _band) - 1, from = RowStep.From(height, h), to = RowStep.To(height, last), again = Math.Max(0, folded - from);
            for (long i = 0; i < depth.Count; i++)
            {
                T* lines = _lines + i * _capacity * length, input = slice.Input + (depth.Start + i * depth.Step) * _from.Depth;
                // Lines that this band needs again come to the front.
                if (again > 0 && from > kept) Buffer.MemoryCopy(lines + (from - kept) * length, lines, again * bytes, again * bytes);
                _fold.Fold(reducer, input, depth.Before + i, from + again, to - from - again, lines + again * length, ref watch);
            }

            (kept, folded) = (from, Math.Max(folded, to));
            _fold.Finish(reducer, _lines, height.Dilation * length, depth.Count, _capacity * length, _steps.Of(first, end, h), slice.Output + _start, _numbers - h * _outputs);
            Write(slice.Offsets, h, last + 1);
        }
    }

    private void Write(byte* offsets, long first, long end)
    {
        offsets += (first * _offsets.Layout.Height + _start) * _offsets.Size;
        bool isDense = _offsets.Layout.Height == _outputs;
        long rows = isDense ? 1 : end - first, count = isDense ? (end - first) * _outputs : _outputs;
        for (long row = 0; row < rows; row++)
            NumberLine.Write<TNumbers, TNumber>(_numbers + row * count, count, offsets + row * _offsets.Layout.Height * _offsets.Size, _offsets.Size);
    }
}
