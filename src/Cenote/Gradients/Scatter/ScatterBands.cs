namespace Cenote;

/// <summary>How a gradient of chosen taps is cut: bands of rows, all depths of them, of a few planes at a time.</summary>
internal readonly struct ScatterBands
{
    /// <summary>Planes in turn: enough to hide the latency of an addition.</summary>
    public const long Together = 8;

    /// <summary>The most channels of one band, where they lie side by side and a copy has room for whole cache lines of them.</summary>
    private const long MostChannels = 32;

    /// <summary>About how many positions a copy of eight planes has, and the most elements that are worth it.</summary>
    private const long Room = 8 << 10, Most = 1 << 22;

    private readonly PoolPlan _plan;
    private readonly long _rows, _bands, _groups, _lanes;

    /// <param name="plan">The gradient's plan.</param>
    /// <param name="byChannels">Whether the channels lie side by side.</param>
    public ScatterBands(PoolPlan plan, bool byChannels)
    {
        (_plan, PoolPlan pooling) = (plan, plan.Transposed);
        AxisPlan height = pooling.Height;
        Pitch = Taps(pooling.Width);
        long depths = Taps(pooling.Depth), rows = plan.Height.OutputLength;
        bool areSmall = (double)depths * Taps(height) * Pitch * MostChannels <= Room * Together;
        long lanes = Math.Min(byChannels && areSmall ? MostChannels : Together, plan.Channels);
        // What bands copy twice should not matter.
        _rows = Math.Min(rows, Math.Max(Room / Math.Max(1, depths * Pitch), 4 * height.Span));
        CopyRows = Math.Min(Taps(height), _rows + 2 * height.Span + height.Stride);
        // Dilated windows in wide padding may span more than a product of whole numbers can hold.
        Elements = (long)Math.Min((double)depths * CopyRows * Pitch * lanes, Most + 1);
        (_bands, _groups) = ((rows + _rows - 1) / _rows, (plan.Channels + lanes - 1) / lanes);
        (_lanes, Step, Next) = (lanes, byChannels ? lanes : 1, byChannels ? 1 : Elements / lanes);
    }

    /// <summary>Elements from one position of a copy to the next, and from one plane to the next: as they lie in the result, so that a copy is written as it is.</summary>
    public long Step { get; }

    /// <inheritdoc cref="Step"/>
    public long Next { get; }

    /// <summary>Positions of a row of a copy: every tap of every window.</summary>
    public long Pitch { get; }

    /// <summary>Rows of a copy.</summary>
    public long CopyRows { get; }

    /// <summary>Elements of a copy, or one more than fit.</summary>
    public long Elements { get; }

    public bool Fits => Elements <= Most;

    public long Units => _plan.Batch * _groups * _bands;

    public ScatterBand this[long unit]
    {
        get
        {
            (unit, long band) = Math.DivRem(unit, _bands);
            var (n, group) = Math.DivRem(unit, _groups);
            AxisPlan height = _plan.Transposed.Height;
            long row = band * _rows, end = Math.Min(_plan.Height.OutputLength, row + _rows);
            long firstOutput = Math.Max(0, (row + height.Before - height.Span + height.Stride) / height.Stride), lastOutput = Math.Min(height.OutputLength - 1, (end - 1 + height.Before) / height.Stride);
            long copyRow = Math.Min(row, height.Start(firstOutput));
            return new(n, group * _lanes, Math.Min(_lanes, _plan.Channels - group * _lanes), row, end, firstOutput, lastOutput, copyRow);
        }
    }

    /// <summary>How many positions lie from an axis's first tap, or input, to its last.</summary>
    private static long Taps(AxisPlan axis) => Math.Max((axis.OutputLength - 1) * axis.Stride + axis.Span, axis.Before + axis.InputLength);
}

/// <summary>Rows of some planes, the outputs that read them, and where a copy of them begins.</summary>
internal readonly record struct ScatterBand(long Batch, long Channel, long Channels, long Row, long EndRow, long FirstOutput, long LastOutput, long CopyRow);
