namespace Cenote;

/// <summary>What a block of elements becomes.</summary>
public enum Reduction
{
    /// <summary>The mean of the taps; of integers it keeps the type, rounded as the layer's <see cref="BlockReduce.IntegerRounding"/> says.</summary>
    Mean,

    /// <summary>The greatest tap.</summary>
    Max,

    /// <summary>The least tap.</summary>
    Min,

    /// <summary>The sum of the taps; of integers at most the type's largest value.</summary>
    Sum,

    /// <summary>The root of the mean of the squares, summed in double.</summary>
    RootMeanSquare,

    /// <summary>The middle tap, of an even number the lower one; as <see cref="MedianPool"/>.</summary>
    Median,

    /// <summary>The most frequent value of integers, of equally frequent ones the smallest; as <see cref="ModePool"/>. For labels.</summary>
    Mode,
}

/// <summary>What becomes of elements behind the last whole block.</summary>
public enum BlockEdge
{
    /// <summary>They are left out: ⌊L / block⌋ outputs. xarray's <c>trim</c>; astropy.</summary>
    Drop,

    /// <summary>They are a smaller block: ⌈L / block⌉ outputs, a mean over the elements that are there. GDAL, tinybrain.</summary>
    Partial,

    /// <summary>The block is filled up with zeros, which are taps like any other: ⌈L / block⌉ outputs. skimage's <c>block_reduce</c>.</summary>
    Pad,
}
