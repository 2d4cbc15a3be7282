using ScottPlot;
using ShapeNet.Experiment;

namespace ShapeNet.Report;

/// <summary>How the variants look in the plots: the colours of Okabe and Ito, which colour-blind readers can tell apart, and a marker each.</summary>
internal sealed record Style(Color Color, MarkerShape Marker, LinePattern Line)
{
    private static readonly Style[] All =
    [
        new(Colors.Black, MarkerShape.FilledSquare, LinePattern.Solid),
        new(new(230, 159, 0), MarkerShape.FilledDiamond, LinePattern.Solid),
        new(new(86, 180, 233), MarkerShape.FilledTriangleUp, LinePattern.Solid),
        new(new(213, 94, 0), MarkerShape.FilledCircle, LinePattern.Solid),
        new(new(204, 121, 167), MarkerShape.OpenDiamond, LinePattern.Dashed),
        new(new(0, 114, 178), MarkerShape.OpenTriangleUp, LinePattern.Dashed),
        new(new(0, 158, 115), MarkerShape.OpenCircle, LinePattern.Dashed),
    ];

    /// <summary>The colours alone, for what is no variant.</summary>
    public static IReadOnlyList<Color> Palette { get; } = [.. All.Select(style => style.Color)];

    public static Style Of(Variant variant) => All[Variant.All.Index().First(each => each.Item == variant).Index];
}
