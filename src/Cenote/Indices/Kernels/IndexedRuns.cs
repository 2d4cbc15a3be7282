namespace Cenote;

/// <summary>
/// Large windows, a lane for each of some planes, so that neighbouring taps are neighbouring registers and a tap's number is the same in all lanes: rows first, then columns of what they came to,
/// each by <see cref="ChoiceRuns{T, TTap, TNumber, TNumbers}"/>. Of windows one row high a row is walked block by block.
/// </summary>
internal readonly unsafe struct IndexedRuns<T, TTap, TNumber, TNumbers, TPlanes> : IIndexedWindows<IndexedRuns<T, TTap, TNumber, TNumbers, TPlanes>, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TPlanes : struct, IPlaneLanes<TPlanes, T, TTap, TNumber, TNumbers>
{
    /// <summary>What rows that are combined together may come to: a part of the second-level cache.</summary>
    private const long BandBytes = 256 << 10;

    /// <summary>Windows of fewer taps along an axis are combined tap by tap, and of more the endings would leave the second-level cache.</summary>
    private const long FewestTaps = 7, FewestTapsInStrides = 4, MostTaps = 2048;

    /// <summary>The most memory that rows of a single window may come to.</summary>
    private const long MostBytes = 1 << 24;

    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to, _marks;
    private readonly int _size;
    private readonly long _channel, _registers, _band;
    private readonly TPlanes _planes;

    /// <summary>The endings of a row's block, and what rows come to.</summary>
    private readonly Choice<TTap, TNumbers>* _endings, _rows;

    private IndexedRuns(in PoolJob job, long number, byte* scratch)
    {
        (_plan, _from, _to, _marks, _size) = (job.Plan, job.InputLayout, job.OutputLayout, job.Offsets.Layout, job.Offsets.Size);
        _channel = number * TPlanes.Registers(_plan) * TTap.Count;
        _registers = Math.Min(TPlanes.Registers(_plan), (_plan.Channels - _channel) / TTap.Count);
        _band = Band(_plan);
        _endings = (Choice<TTap, TNumbers>*)scratch;
        _rows = _endings + _plan.Width.Kernel;
        _planes = TPlanes.Create(job, (byte*)(_rows + Rows(_plan)));
    }

    public static string Name => TPlanes.Name;

    public static bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan height = plan.Height, width = plan.Width;
        return plan.Channels % TTap.Count == 0 && plan.Slides && plan.Depth.Kernel == 1 && Pays(width) && (height.Kernel == 1 || (Pays(height) && Pitch(plan) <= MostBytes && Rows(plan) * sizeof(Choice<TTap, TNumbers>) <= MostBytes && Band(plan) * height.Stride >= Math.Min(height.Kernel, height.InputLength))) && TPlanes.Accepts(job);
    }

    public static long Channels(in PoolJob job) => 1;

    public static long Lines(PoolPlan plan) => (plan.Channels / TTap.Count + TPlanes.Registers(plan) - 1) / TPlanes.Registers(plan);

    public static IndexedRuns<T, TTap, TNumber, TNumbers, TPlanes> Create<TReducer>(TReducer reducer, in PoolJob job, long number)
        where TReducer : struct, IChoiceLanes<T, TTap> =>
        new(job, number, Scratch.Of((job.Plan.Width.Kernel + Rows(job.Plan)) * sizeof(Choice<TTap, TNumbers>) + TPlanes.Bytes(job.Plan.Width.Kernel)));

    public void Pool<TReducer>(TReducer reducer, in IndexedSlice<T> slice, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        T* input = slice.Input + _channel * _from.Channel + slice.Depth.Start * _from.Depth, output = slice.Output + _channel * _to.Channel;
        byte* marks = slice.Offsets + _channel * _marks.Channel * _size;
        if (_plan.Height.Kernel == 1) PoolRows(reducer, input, output, marks, first, end, ref watch);
        else PoolPlanes(reducer, input, output, marks, first, end, ref watch);
    }

    private void PoolRows<TReducer>(TReducer reducer, T* input, T* output, byte* marks, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan width = _plan.Width;
        // Registers that lie side by side are made block by block.
        long outputs = width.OutputLength, count = _registers == 1 ? outputs : width.Kernel / width.Stride, next = TTap.Count;
        for (long h = first; h < end; h++)
        {
            for (long o = 0; o < outputs; o += count)
            {
                for (long i = 0; i < _registers; i++)
                {
                    var line = new RowLine<TReducer>(reducer, this, input + _plan.Height.Start(h) * _from.Height + i * next * _from.Channel, 0, _rows, output + h * _to.Height + i * next * _to.Channel, marks + (h * _marks.Height + i * next * _marks.Channel) * _size);
                    ChoiceRuns<T, TTap, TNumber, TNumbers>.Slide<RowLine<TReducer>, CountedRun<T, TTap, TNumber, TNumbers, TReducer>, TReducer>(reducer, ref line, width, o, Math.Min(o + count, outputs), ref watch);
                }
            }
        }
    }

    private void PoolPlanes<TReducer>(TReducer reducer, T* input, T* output, byte* marks, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        AxisPlan height = _plan.Height;
        long outputs = _plan.Width.OutputLength, pitch = Pitch(_plan), states = States(_plan), next = TTap.Count * _from.Channel, nextTo = TTap.Count * _to.Channel, nextMarks = TTap.Count * _marks.Channel * _size;
        for (long h = first, last; h < end; h = last)
        {
            last = Math.Min(end, h + _band);
            long top = height.Start(h), from = Math.Max(top, 0), to = Math.Min(height.Start(last - 1) + height.Kernel, height.InputLength);
            for (long row = from; row < to; row++)
            {
                for (long i = 0; i < _registers; i++)
                {
                    var line = new RowLine<TReducer>(reducer, this, input + row * _from.Height + i * next, row * _plan.Width.Kernel, _rows + i * states + (row - top) * pitch, null, null);
                    ChoiceRuns<T, TTap, TNumber, TNumbers>.Slide<RowLine<TReducer>, CountedRun<T, TTap, TNumber, TNumbers, TReducer>, TReducer>(reducer, ref line, _plan.Width, 0, outputs, ref watch);
                }
            }

            for (long i = 0; i < _registers; i++)
            {
                for (long column = 0; column < outputs; column++)
                {
                    var line = new ColumnLine(_rows + i * states + column, pitch, top, h);
                    ChoiceRuns<T, TTap, TNumber, TNumbers>.Slide<ColumnLine, KeptRun<T, TTap, TNumber, TNumbers>, TReducer>(reducer, ref line, height, h, last, ref watch);
                }
            }

            for (long row = h; row < last; row++)
                for (long i = 0; i < _registers; i++)
                    Write(reducer, _rows + i * states + (row - h) * pitch, height.Start(row) * _plan.Width.Kernel, 0, outputs, output + row * _to.Height + i * nextTo, marks + row * _marks.Height * _size + i * nextMarks);
        }
    }

    private static bool Pays(AxisPlan axis) => axis is { Dilation: 1, Kernel: >= FewestTaps and <= MostTaps } && axis.Kernel >= FewestTapsInStrides * axis.Stride;

    /// <summary>How many output rows are made together.</summary>
    private static long Band(PoolPlan plan)
    {
        AxisPlan height = plan.Height;
        long rows = BandBytes / (TPlanes.Registers(plan) * Pitch(plan) * sizeof(Choice<TTap, TNumbers>));
        return height.Kernel == 1 ? 1 : Math.Clamp((rows - height.Kernel) / height.Stride + 1, 1, height.OutputLength);
    }

    /// <summary>From one row to the next: an odd number of choices, each some cache lines, so that those of a column do not compete for the same places of the first-level cache.</summary>
    private static long Pitch(PoolPlan plan) => plan.Width.OutputLength | 1;

    /// <summary>The choices of all registers.</summary>
    private static long Rows(PoolPlan plan) => TPlanes.Registers(plan) * States(plan);

    /// <summary>How many choices the rows of a band come to; of windows one row high those of a block.</summary>
    private static long States(PoolPlan plan) => plan.Height.Kernel == 1 ? plan.Width.Kernel : ((Band(plan) - 1) * plan.Height.Stride + plan.Height.Kernel) * Pitch(plan);

    /// <summary>Writes windows of a row; what lies before one is taken off the number of its tap.</summary>
    private void Write<TReducer>(TReducer reducer, Choice<TTap, TNumbers>* windows, long number, long first, long count, T* to, byte* marks)
        where TReducer : struct, IChoiceLanes<T, TTap> =>
        _planes.Write(reducer, windows, count, to + first * _to.Width, marks + first * _marks.Width * _size, NumberLine.Fill<TNumbers, TNumber>(number + _plan.Width.Start(first)), NumberLine.Fill<TNumbers, TNumber>(_plan.Width.Stride));

    /// <summary>The taps of a row. Numbers count its columns from the input's first one on.</summary>
    private struct RowLine<TReducer>(TReducer reducer, IndexedRuns<T, TTap, TNumber, TNumbers, TPlanes> runs, T* row, long number, Choice<TTap, TNumbers>* windows, T* output, byte* marks)
        : IRunLine<TTap, TNumbers, CountedRun<T, TTap, TNumber, TNumbers, TReducer>>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        private long _from;
        private T* _taps;

        public readonly long Step => 1;

        public void Ready(long from, long end)
        {
            _from = from;
            _taps = runs._planes.Taps(row, from, end);
        }

        public readonly CountedRun<T, TTap, TNumber, TNumbers, TReducer> Taps(long position, bool backwards)
        {
            long step = backwards ? -1 : 1;
            return new(reducer, _taps + (position - _from) * runs._planes.Step, step * runs._planes.Step, NumberLine.Fill<TNumbers, TNumber>(number + position), NumberLine.Fill<TNumbers, TNumber>(step));
        }

        public readonly Choice<TTap, TNumbers>* Endings(long from) => runs._endings;

        public readonly Choice<TTap, TNumbers>* Window(long output) => runs._plan.Height.Kernel == 1 ? windows : windows + output;

        public readonly void Done(long first, long end)
        {
            if (runs._plan.Height.Kernel == 1) runs.Write(reducer, windows, number, first, end - first, output, marks);
        }
    }

    /// <summary>
    /// A column of what rows came to. Endings take the places of its taps, and a window that of the ending which it alone is made of, or one further up.
    /// </summary>
    private readonly struct ColumnLine(Choice<TTap, TNumbers>* taps, long step, long top, long first) : IRunLine<TTap, TNumbers, KeptRun<T, TTap, TNumber, TNumbers>>
    {
        public long Step => step;

        public void Ready(long from, long end)
        {
        }

        public KeptRun<T, TTap, TNumber, TNumbers> Taps(long position, bool backwards) => new(taps + (position - top) * step, backwards ? -step : step);

        public Choice<TTap, TNumbers>* Endings(long from) => taps + (from - top) * step;

        public Choice<TTap, TNumbers>* Window(long output) => taps + (output - first) * step;

        public void Done(long firstOutput, long endOutput)
        {
        }
    }
}
