namespace Cenote;

/// <summary>Reduces images and volumes block by block: mean, maximum, minimum, sum, root mean square, median or mode of blocks that lie side by side, of the elements that are data.</summary>
/// <remarks>
/// <para>The windows of pooling with a stride equal to the kernel, and its numbers: means of integers keep their type and round as <see cref="IntegerRounding"/> says, sums are exact and saturate,
/// 16-bit floats are summed in float. What stands at the end of an axis that is no multiple of the block is <see cref="Edge"/>'s affair.</para>
/// <para>With <see cref="IgnoreNaN"/> or <see cref="NoData"/> elements that are no data take no part, and a mean divides by the others; an output with fewer than <see cref="MinCount"/> of them is
/// <see cref="NoData"/>, or NaN, or of integers 0. Without these NaN propagates as in <see cref="MaxPool"/> and <see cref="AvgPool"/>.</para>
/// <para>skimage: <c>measure.block_reduce</c>; xarray: <c>coarsen</c>; TensorStore: <c>downsample</c>; GDAL: overviews; PyTorch: <c>avg_pool</c>, <c>max_pool</c>.</para>
/// </remarks>
public abstract partial class BlockReduce : PoolLayer
{
    private readonly Spatial _blockSize;

    private protected BlockReduce(int spatialRank, Spatial blockSize, Reduction method)
        : base(spatialRank, new() { Kernel = blockSize })
    {
        if (!Enum.IsDefined(method)) throw new ArgumentOutOfRangeException(nameof(method), $"method is {(int)method}; it must be one of {string.Join(", ", Enum.GetNames<Reduction>())}.");
        (_blockSize, Method) = (blockSize, method);
    }

    /// <summary>Elements per block, one number or one per axis.</summary>
    public Spatial BlockSize => _blockSize;

    /// <summary>What a block becomes.</summary>
    public Reduction Method { get; }

    /// <summary>What becomes of elements behind the last whole block; by default they are a smaller one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public BlockEdge Edge
    {
        get;
        init => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(Edge), $"Edge is {(int)value}; it must be one of {string.Join(", ", Enum.GetNames<BlockEdge>())}.");
    }
    = BlockEdge.Partial;

    /// <summary>Whether NaN is no data, and takes no part; <see langword="false"/> by default: it propagates. Of integers it says nothing. NumPy: <c>nanmean</c>, <c>nansum</c>, …; xarray: <c>skipna</c>.</summary>
    public bool IgnoreNaN { get; init; }

    /// <summary>
    /// The number that is no data: elements equal to it take no part, and outputs without enough data become it; none by default. NaN says the same as <see cref="IgnoreNaN"/>.
    /// Rounded to the element's type where that is a floating-point one; an integer type must have it. GDAL: <c>nodata</c>; tinybrain: <c>sparse</c> (0).
    /// </summary>
    public double? NoData { get; init; }

    /// <summary>The fewest elements of data that make an output; from 1, the default, to those of a block. xarray: <c>min_count</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1, or more than a block has.</exception>
    public long MinCount
    {
        get;
        init => field = value >= 1 && value <= ElementsOfBlock ? value
            : throw new ArgumentOutOfRangeException(nameof(MinCount), $"MinCount is {value}; it must be from 1 to the {ElementsOfBlock} elements of a block.");
    }
    = 1;

    /// <summary>How means and roots of integers round; toward zero by default. Pictures want <see cref="IntegerRounding.NearestEven"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public IntegerRounding IntegerRounding
    {
        get;
        init => field = MeanOperator.Require(value);
    }

    internal override string Name => "reduce";

    internal override string OptionsText => $"k{_blockSize.ToText(SpatialRank)} {MethodText} {Edge.ToString().ToLowerInvariant()}"
        + (IgnoreNaN ? " ignore-nan" : "") + (NoData is { } value ? $" nodata {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : "") + (MinCount > 1 ? $" min-count {MinCount}" : "");

    /// <summary>Whether NaN is no data, however that was said.</summary>
    internal bool IgnoresNaN => IgnoreNaN || NoData is double.NaN;

    internal override PoolOperator Operator => field ??= this switch
    {
        { PicksTap: true, CountsData: true } => new BlockPickOperator(this),
        { Method: Reduction.Median } => MedianOperator.Instance,
        { Method: Reduction.Mode } => ModeOperator.Instance,
        { CountsData: true } => new BlockOperator(this),
        { Method: Reduction.Mean } => MeanOperator.Of(IntegerRounding, wholePlane: false),
        { Method: Reduction.Sum } => MeanOperator.Of(IntegerRounding.TowardZero, wholePlane: false),
        { Method: Reduction.Max } => ExtremeOperator<Greatest>.Instance,
        { Method: Reduction.Min } => ExtremeOperator<Least>.Instance,
        _ => new BlockOperator(this),
    };

    private protected override bool CountsPadding => Edge == BlockEdge.Pad;

    private string MethodText => Method == Reduction.RootMeanSquare ? "rms" : Method.ToString().ToLowerInvariant();

    /// <summary>Whether elements have to be looked at before they count.</summary>
    internal bool CountsData => IgnoresNaN || NoData is not null || MinCount > 1;

    /// <summary>Whether an output is one of the block's elements by their rank or their number, which is no fold.</summary>
    internal bool PicksTap => Method is Reduction.Median or Reduction.Mode;

    private long ElementsOfBlock
    {
        get
        {
            Int128 elements = 1;
            for (int axis = 0; axis < SpatialRank; axis++) elements *= _blockSize[axis];
            return long.CreateSaturating(elements);
        }
    }

    internal override AxisPlan PlanAxis(int axis, long length)
    {
        int block = _blockSize[axis];
        int rest = (int)(length % block);
        Padding padding = Edge == BlockEdge.Pad && rest > 0 ? new(0, block - rest) : default;
        return AxisPlan.Sliding(length, SlidingWindow! with { Padding = padding, CeilMode = Edge == BlockEdge.Partial }, axis, SpatialRank, CountsPadding);
    }

    // Sums divide by one, and a padded zero is a tap of a maximum; kernels that count know both themselves.
    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape) =>
        PicksTap && Edge == BlockEdge.Pad ? throw new ArgumentException($"Edge is Pad, which fills blocks up with zeros; for {Method} it must be Partial or Drop.", nameof(Edge))
        : CountsData || PicksTap ? new(this, inputShape)
        : new(this, inputShape, readsPadding: Method is Reduction.Max or Reduction.Min && Edge == BlockEdge.Pad, divisorOverride: Method == Reduction.Sum ? 1 : null);
}

/// <summary>Reduces blocks along one axis: C×L or N×C×L.</summary>
/// <param name="blockSize">Elements per block; at least 1.</param>
/// <param name="method">What a block becomes; its mean by default.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the method none of the enumeration's.</exception>
/// <inheritdoc cref="BlockReduce"/>
public sealed class BlockReduce1d(Spatial blockSize, Reduction method = Reduction.Mean) : BlockReduce(1, blockSize, method);

/// <summary>Reduces blocks of images: C×H×W or N×C×H×W.</summary>
/// <param name="blockSize">Elements per block, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="BlockReduce1d"/>
public sealed class BlockReduce2d(Spatial blockSize, Reduction method = Reduction.Mean) : BlockReduce(2, blockSize, method);

/// <summary>Reduces blocks of volumes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="blockSize">Elements per block, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="BlockReduce1d"/>
public sealed class BlockReduce3d(Spatial blockSize, Reduction method = Reduction.Mean) : BlockReduce(3, blockSize, method);
