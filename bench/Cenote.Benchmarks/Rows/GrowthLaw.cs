using static Cenote.Benchmarks.Rows.Operator;

namespace Cenote.Benchmarks.Rows;

/// <summary>How the time grows with one number of a row, everything else held.</summary>
/// <param name="Name">The name of its plot's file.</param>
/// <param name="Title">What grows, in words.</param>
/// <param name="Axis">The name of the number.</param>
/// <param name="Points">The number's values.</param>
/// <param name="RowAt">The row for an operator and a value.</param>
/// <param name="Layouts">The layouts that differ.</param>
internal sealed record GrowthLaw(string Name, string Title, string Axis, int[] Points, Func<Operator, int, Row> RowAt, Layout[] Layouts)
{
    private static readonly Layout[] One = [Layout.Nchw], Both = [Layout.Nchw, Layout.Nhwc];

    public static IReadOnlyList<GrowthLaw> All { get; } =
    [
        new("windows", "Windows of k×k on one plane of 1024×1024, stride 1", "k", [3, 5, 7, 15, 31, 63, 127, 255], (kind, k) => new("", kind, [1, 1, 1024, 1024], k, 1, k / 2), One) { Figure = (7, 255) },
        new("planes", "One plane of n×n, windows of 3×3, stride 2, padding 1", "n", [7, 14, 28, 56, 112, 224, 512, 1024, 2048, 4096, 8192], (kind, n) => new("", kind, [1, 1, n, n], 3, 2, 1), One),
        new("channels", "c channels of 28×28, windows of 3×3, stride 2, padding 1", "c", [1, 2, 3, 4, 8, 16, 17, 32, 64, 128, 256, 512, 1024, 2048], (kind, c) => new("", kind, [1, c, 28, 28], 3, 2, 1), Both),
        new("audio", "1-D windows of k on 8×64×16384, stride 1", "k", [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024], (kind, k) => new("", kind, [8, 64, 16384], k), Both) { Figure = (8, 1024) },
        new("video", "3-D windows of k×k×k on 1×32×32×64×64, stride 1", "k", [2, 3, 5, 7, 11, 15, 21, 31], (kind, k) => new("", kind, [1, 32, 32, 64, 64], k, 1, k / 2), Both) { Figure = (3, 31) },
    ];

    public static IReadOnlyList<Operator> Operators { get; } = [Max, Average];

    /// <summary>Two values whose times are told as one ratio.</summary>
    public (int Small, int Large)? Figure { get; init; }
}
