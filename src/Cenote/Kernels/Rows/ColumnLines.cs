namespace Cenote;

/// <summary>What the rows of a window are combined to: a line for each of a few output rows, with its padding; long rows are cut into pieces that stay in the first-level cache.</summary>
internal readonly unsafe struct ColumnLines<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>What lines take, in bytes: a part of the first-level cache.</summary>
    private const long BatchBytes = 6 << 10;

    /// <summary>So many rows are combined before the first is walked: read again at once, at other places, short ones would not have left the store buffer yet.</summary>
    private const long LeastBatch = 4, MostBatch = 64, LongLine = 2 << 10;

    /// <summary>Bytes of a window and of a line beyond which pieces of rows would share too much, or take too much.</summary>
    private const long LongestSpan = BatchBytes / 2, LongestLine = 64 << 10;

    private readonly AxisPlan _width;
    private readonly T* _memory;

    private ColumnLines(AxisPlan width, T* memory, long room, long batch, long set, long outputs, bool areOne, bool ahead)
    {
        _width = width;
        _memory = memory;
        (Room, Batch, Set, Outputs, AreOne, Ahead) = (room, batch, set, outputs, areOne, ahead);
        Whole = Cut(0);
    }

    /// <summary>Elements from line to line.</summary>
    public long Room { get; }

    /// <summary>How many lines there are.</summary>
    public long Batch { get; }

    /// <summary>Elements from a line to the same one of the next set.</summary>
    public long Set { get; }

    /// <summary>How many outputs a line makes.</summary>
    public long Outputs { get; }

    /// <summary>Whether lines are one long row: windows that do not overlap begin as many strides behind those of the row before as that has outputs.</summary>
    public bool AreOne { get; }

    /// <summary>The piece of rows that are not cut.</summary>
    public Piece Whole { get; }

    /// <summary>Whether rows are cut.</summary>
    public bool AreCut => Outputs < _width.OutputLength;

    /// <summary>Whether to ask for memory ahead.</summary>
    public bool Ahead { get; }

    /// <summary>Whether lines of a register of outputs stay short, so that rows can be cut into them.</summary>
    public static bool Fit(AxisPlan width) => width.Span <= LongestSpan / sizeof(T) && StridedLoad.Need<TTap, T>(width, Math.Min(width.OutputLength, TTap.Count)) <= LongestLine / sizeof(T);

    /// <summary>Lines for a job whose rows are no shorter than a register.</summary>
    /// <param name="job">The job.</param>
    /// <param name="padding">What the lines of the first set hold beside the input.</param>
    /// <param name="sets">How many sets of them there are.</param>
    public static ColumnLines<T, TTap> Create(in PoolJob job, TTap padding, long sets = 1)
    {
        AxisPlan width = job.Plan.Width;
        long stride = width.LaneStride, taken = width.OutputLength * stride;
        bool areOne = width.Before == 0 && width.Span <= stride && taken <= width.InputLength && taken >= TTap.Count && taken * sizeof(T) <= BatchBytes && job.OutputLayout.Height == width.OutputLength;
        long fit = Math.Max(0, BatchBytes / sizeof(T) - width.Span) / stride + 1, outputs = Math.Min(width.OutputLength, Math.Max(fit, TTap.Count));
        // A register in front, for pieces shorter than one; and one for the shift.
        long room = areOne ? taken : (StridedLoad.Need<TTap, T>(width, outputs) + 4 * TTap.Count - 1) / TTap.Count * TTap.Count, bytes = room * sizeof(T);
        long batch = Math.Min(Math.Clamp(BatchBytes / bytes, bytes > LongLine ? 1 : LeastBatch, MostBatch), job.Plan.Height.OutputLength);
        long setBytes = Scratch.Round((batch * room + (stride + StridedLoad.Dense) * TTap.Count) * sizeof(T));
        var memory = (T*)Scratch.Of(sets * setBytes);
        var lines = new ColumnLines<T, TTap>(width, memory, room, batch, setBytes / sizeof(T), outputs, areOne, Prefetch.Pays(job.Plan.InputElements * sizeof(T)));
        if (!areOne && !lines.AreCut) lines.Clear(padding, batch);
        return lines;
    }

    /// <summary>The piece of the input's rows that the outputs from <paramref name="output"/> on read.</summary>
    public Piece Cut(long output)
    {
        long need = AreOne ? Room : StridedLoad.Need<TTap, T>(_width, Outputs), whole = _width.InputLength;
        long first = output * _width.LaneStride - _width.Before, start = Math.Max(0, -first), length = Math.Min(first + need, whole) - (first + start);
        bool isPadded = start + length < need || start > 0;
        if (length <= 0) return new(_memory + TTap.Count, 0, 0, 0, isPadded);
        // A whole register is read even so: more to the right, which no window reads, or to the left of the line.
        long less = first + start + TTap.Count <= whole ? 0 : Math.Max(0, TTap.Count - length);
        length = Math.Max(length, TTap.Count);
        long shift = AreOne ? 0 : 2 * TTap.Count - (start - less + TTap.Count) % TTap.Count;
        return new(_memory + shift, first + start - less, start - less, length, isPadded);
    }

    /// <summary>Fills lines with padding: those of the first set, or as many elements behind them.</summary>
    public void Clear(TTap padding, long count, long behind = 0)
    {
        for (long i = 0; i < count * Room; i += TTap.Count) TTap.Store(padding, _memory + behind + i);
    }

    /// <summary>A piece of a row and its lines.</summary>
    /// <param name="line">Where the first line begins.</param>
    /// <param name="from">The first element of the input's row.</param>
    /// <param name="start">Its place in the line.</param>
    /// <param name="length">How many elements: none, or a register and more.</param>
    /// <param name="isPadded">Whether the line has padding.</param>
    public readonly struct Piece(T* line, long from, long start, long length, bool isPadded)
    {
        public readonly T* Line = line;
        public readonly long From = from, Start = start, Length = length;
        public readonly bool IsPadded = isPadded;
    }
}
