namespace Cenote;

/// <summary>
/// How a gradient is cut into tiles: parts of the result whose windows' gradients, copied with zeros around them, fit into the nearer caches. A tile has some columns of some rows
/// of one depth, of some planes; a position holds one element, or those of neighbouring channels where these lie side by side.
/// </summary>
internal readonly struct GradientTiles
{
    /// <summary>About how many elements a tile's copy has, of rows and of channels side by side: measured.</summary>
    private const long RowRoom = 8 << 10, PixelRoom = 64 << 10;

    /// <summary>Copies of more elements are not worth it.</summary>
    private const long MostElements = 1 << 22;

    /// <summary>Nor are more sums, a row of them for each phase.</summary>
    private const long MostSums = 1 << 23;

    /// <summary>Channels side by side in one tile: the most, and whole cache lines of the narrowest element.</summary>
    private const long MostBlock = 256, BlockStep = 16;

    private readonly PoolPlan _plan;
    private readonly long _reach, _rowReach, _bands, _segments, _groups;

    /// <param name="plan">The gradient's plan.</param>
    /// <param name="byChannels">Whether the channels lie side by side.</param>
    public GradientTiles(PoolPlan plan, bool byChannels)
    {
        (_plan, PoolPlan pooling) = (plan, plan.Transposed);
        (_reach, _rowReach) = (GradientAxis.Back(pooling.Width), GradientAxis.Back(pooling.Height));
        Depths = plan.Depth.MaxCount;
        long room = byChannels ? PixelRoom : RowRoom, channels = plan.Channels, pieces = (channels + MostBlock - 1) / MostBlock;
        Block = byChannels ? Math.Min(channels, ((channels + pieces - 1) / pieces + BlockStep - 1) / BlockStep * BlockStep) : 1;
        // A row is cut where even few of its like would not fit; what a tile copies twice should not matter.
        long positions = Math.Max(room / (2 * (_rowReach + 2) * Depths * Block), 4 * (_reach + 1));
        Columns = Math.Min(plan.Width.OutputLength, positions * pooling.Width.Stride);
        Pitch = Positions(Columns, pooling.Width.Stride, _reach) * Block;
        long rows = Math.Max(room / (Depths * Pitch) - _rowReach - 1, 2 * (_rowReach + 1));
        Rows = Math.Min(plan.Height.OutputLength, rows * pooling.Height.Stride);
        SlabRows = Positions(Rows, pooling.Height.Stride, _rowReach);
        (_bands, _segments) = (Pieces(plan.Height.OutputLength, Rows), Pieces(plan.Width.OutputLength, Columns));
        Planes = byChannels || _bands * _segments > 1 ? 1 : Math.Clamp(room / (Depths * PlaneElements), 1, channels);
        _groups = Pieces(channels, Math.Max(Planes, Block));
    }

    /// <summary>Channels of one position, side by side.</summary>
    public long Block { get; }

    /// <summary>Planes of one tile, one after the other.</summary>
    public long Planes { get; }

    /// <summary>The most rows and columns of a tile.</summary>
    public long Rows { get; }

    /// <inheritdoc cref="Rows"/>
    public long Columns { get; }

    /// <summary>The depths of the windows that read one depth.</summary>
    public long Depths { get; }

    /// <summary>Elements from one row of a copy to the next.</summary>
    public long Pitch { get; }

    /// <summary>Rows of one plane's copy.</summary>
    public long SlabRows { get; }

    /// <summary>Elements of one plane's copy.</summary>
    public long PlaneElements => SlabRows * Pitch;

    /// <summary>Elements of the copies of one depth.</summary>
    public long SlabElements => Planes * PlaneElements;

    /// <summary>Whether all tiles have padding in the same places.</summary>
    public bool AreAlike => _segments == 1;

    /// <summary>Whether they also have the rows outside the input in the same places.</summary>
    public bool AreWhole => _bands * _segments == 1;

    public bool Fits => Depths * SlabElements <= MostElements && _plan.Transposed.Width.Stride * SlabElements <= MostSums;

    public long Units => _plan.Batch * _groups * _plan.Depth.OutputLength * _bands * _segments;

    public GradientTile this[long unit]
    {
        get
        {
            (unit, long segment) = Math.DivRem(unit, _segments);
            (unit, long band) = Math.DivRem(unit, _bands);
            (unit, long depth) = Math.DivRem(unit, _plan.Depth.OutputLength);
            (long n, unit) = Math.DivRem(unit, _groups);
            long channel = unit * Math.Max(Planes, Block), channels = Math.Min(_plan.Channels - channel, Math.Max(Planes, Block));
            return new(
                n,
                channel,
                channels,
                depth,
                band * Rows,
                Math.Min(_plan.Height.OutputLength, (band + 1) * Rows),
                segment * Columns,
                Math.Min(_plan.Width.OutputLength, (segment + 1) * Columns));
        }
    }

    /// <summary>The outputs that may read so many inputs in a row.</summary>
    private static long Positions(long inputs, long stride, long reach) => (inputs - 1) / stride + 2 + reach;

    private static long Pieces(long length, long piece) => (length + piece - 1) / piece;
}

/// <summary>A part of the result: channels, rows and columns from the first up to, not including, the end.</summary>
internal readonly record struct GradientTile(long Batch, long Channel, long Channels, long Depth, long Row, long EndRow, long Column, long EndColumn)
{
    /// <summary>Whether this tile has the rows behind another's, and is like it else.</summary>
    public bool Follows(in GradientTile other) => Row == other.EndRow && this with { Row = other.Row, EndRow = other.EndRow } == other;
}
