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
}
