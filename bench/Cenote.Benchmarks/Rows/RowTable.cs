using static Cenote.Benchmarks.Rows.Operator;

namespace Cenote.Benchmarks.Rows;

/// <summary>The rows that networks and pictures give: examples, not the only shapes that have to be fast.</summary>
internal static class RowTable
{
    public static IReadOnlyList<Row> All { get; } =
    [
        new("stem", Max, [8, 64, 112, 112], 3, 2, 1),
        new("vgg", Max, [4, 64, 224, 224], 2, 2),
        new("densenet", Average, [16, 256, 56, 56], 2, 2),
        new("inception", Average, [16, 192, 35, 35], 3, 1, 1),
        new("sppf", Max, [8, 256, 20, 20], 5, 1, 2),
        new("spp", Max, [8, 256, 20, 20], 13, 1, 6),
        new("dilated", Max, [8, 64, 56, 56], 3, 1, 1, 2),
        new("large-max", Max, [1, 1, 8192, 8192], 2, 2),
        new("large-average", Average, [1, 1, 8192, 8192], 2, 2),
        new("max31", Max, [1, 1, 1024, 1024], 31, 1, 15),
        new("average31", Average, [1, 1, 1024, 1024], 31, 1, 15),
        new("global-average", GlobalAverage, [32, 2048, 7, 7]),
        new("global-max", GlobalMax, [32, 2048, 7, 7]),
        new("audio-max", Max, [8, 64, 16384], 4, 4),
        new("audio-average", Average, [8, 64, 16384], 4, 4),
        new("audio-max128", Max, [8, 64, 16384], 128, 1),
        new("audio-average128", Average, [8, 64, 16384], 128, 1),
        new("video-max", Max, [2, 32, 48, 96, 96], 2, 2),
        new("video-average", Average, [2, 32, 48, 96, 96], 2, 2),
        new("video-max3", Max, [2, 32, 48, 96, 96], 3, 2, 1),
        new("video-average3", Average, [2, 32, 48, 96, 96], 3, 2, 1),
    ];

    /// <summary>The rest of the family.</summary>
    public static IReadOnlyList<Row> Family { get; } =
    [
        new("norm2", Norm, [16, 256, 56, 56], 2, 2),
        new("norm3", Norm, [16, 192, 35, 35], 3, 1, 1),
        new("norm-large", Norm, [1, 1, 8192, 8192], 2, 2),
        new("global-norm", GlobalNorm, [32, 2048, 7, 7]),
        new("adaptive-average7", AdaptiveAverage, [16, 256, 30, 40], 7),
        new("adaptive-max7", AdaptiveMax, [16, 256, 30, 40], 7),
        new("adaptive-average-alexnet", AdaptiveAverage, [32, 256, 13, 13], 6),
        new("adaptive-average-large", AdaptiveAverage, [1, 3, 2048, 2048], 300),
        new("adaptive-max-large", AdaptiveMax, [1, 3, 2048, 2048], 300),
        new("min3", Min, [1, 1, 1024, 1024], 3, 1, 1, Type: "uint8"),
        new("min31", Min, [1, 1, 1024, 1024], 31, 1, 15),
        new("median3", Median, [1, 1, 1024, 1024], 3, 1, 1, Type: "uint8"),
        new("median5", Median, [1, 1, 1024, 1024], 5, 1, 2, Type: "uint8"),
        new("median3-float", Median, [1, 1, 1024, 1024], 3, 1, 1),
        new("median5-float", Median, [1, 1, 1024, 1024], 5, 1, 2),
        new("mode-labels", Mode, [1, 1, 2048, 2048], 2, 2, Type: "uint64"),
        new("mode-volume", Mode, [1, 1, 128, 128, 128], 2, 2, Type: "uint64"),
        new("fractional", Fractional, [16, 64, 56, 56], 2),
        new("fractional3", Fractional, [16, 64, 56, 56], 3),
        new("unpool", Unpool, [16, 64, 56, 56], 2, 2),
        new("roi-align", Regions, [1, 256, 50, 68], 7),
        new("global-average", GlobalAverage, [32, 2048, 7, 7]),
        new("global-max", GlobalMax, [32, 2048, 7, 7]),
    ];
}
