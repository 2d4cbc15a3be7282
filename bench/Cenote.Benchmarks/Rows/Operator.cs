namespace Cenote.Benchmarks.Rows;

internal enum Operator
{
    Max,
    Average,
    GlobalMax,
    GlobalAverage,
}
