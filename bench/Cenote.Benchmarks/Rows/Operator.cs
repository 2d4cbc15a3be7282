namespace Cenote.Benchmarks.Rows;

internal enum Operator
{
    Max,
    Average,
    GlobalMax,
    GlobalAverage,

    /// <summary>The true norm of 2: the root of the sum of squares.</summary>
    Norm,
    GlobalNorm,
    AdaptiveMax,
    AdaptiveAverage,
    Min,
    Median,
    Mode,

    /// <summary>Fractional maxima of 0.7 of the input's lengths.</summary>
    Fractional,

    /// <summary>Values put back where a maximum was, into planes as many times larger as the kernel.</summary>
    Unpool,

    /// <summary>Regions, as many bins along each axis as the kernel, two samples per bin and axis.</summary>
    Regions,
}
