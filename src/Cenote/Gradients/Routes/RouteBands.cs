namespace Cenote;

/// <summary>How a gradient is cut: bands of rows, of a plane or of some channels side by side, and these into lines of some rows of windows.</summary>
internal readonly struct RouteBands
{
    /// <summary>About how many elements lie in the rows that a window reads, where channels lie side by side, and in a line; the most of a band.</summary>
    private const long Room = 64 << 10, LineRoom = 1 << 10, Most = 1 << 21;

    /// <summary>Channels side by side are whole cache lines, and rows of a band many more than bands share.</summary>
    private const long BlockStep = 16, FewRows = 64, ManySpans = 8;

    private readonly PoolPlan _plan;
    private readonly long _groups, _bands;

    /// <param name="plan">The gradient's plan.</param>
    /// <param name="byChannels">Whether the channels lie side by side.</param>
    public RouteBands(PoolPlan plan, bool byChannels)
    {
        (_plan, ByChannels, PoolPlan pooling) = (plan, byChannels, plan.Transposed);
        long span = pooling.Height.Span, pitch = Math.Max(pooling.Width.InputLength, pooling.Width.OutputLength);
        Pixel = byChannels ? Math.Min(plan.Channels, Math.Max(Room / ((span + 4) * pitch) / BlockStep, 1) * BlockStep) : 1;
        Row = pitch * Pixel;
        Rows = Math.Min(plan.Height.OutputLength, Math.Max(FewRows, ManySpans * span));
        // As even as may be: only lines of as many rows are taken where they lie.
        long most = Math.Max(LineRoom / Row, 1), lines = (pooling.Height.OutputLength + most - 1) / most;
        WindowRows = (pooling.Height.OutputLength + lines - 1) / lines;
        (_groups, _bands) = ((plan.Channels + Pixel - 1) / Pixel, (plan.Height.OutputLength + Rows - 1) / Rows);
        Fits = (double)(Rows + 2 * span) * Row <= Most && (double)pooling.Width.Span * Pixel <= Most;
    }

    public bool ByChannels { get; }

    /// <summary>Elements of a position, and of a row of them.</summary>
    public long Pixel { get; }

    /// <inheritdoc cref="Pixel"/>
    public long Row { get; }

    /// <summary>Rows of a band, and rows of windows of a line.</summary>
    public long Rows { get; }

    /// <inheritdoc cref="Rows"/>
    public long WindowRows { get; }

    public bool Fits { get; }

    public long Units => _plan.Batch * _groups * _bands;

    public RouteBand this[long unit]
    {
        get
        {
            (unit, long band) = Math.DivRem(unit, _bands);
            var (n, group) = Math.DivRem(unit, _groups);
            return new(n, group * Pixel, Math.Min(Pixel, _plan.Channels - group * Pixel), band * Rows, Math.Min(_plan.Height.OutputLength, (band + 1) * Rows));
        }
    }
}

/// <summary>Rows of a plane or of some channels.</summary>
internal readonly record struct RouteBand(long Batch, long Channel, long Channels, long Row, long EndRow)
{
    /// <summary>Where a row of them begins.</summary>
    public long Place(in TensorLayout layout, long row) => Batch * layout.Batch + Channel * layout.Channel + row * layout.Height;
}
