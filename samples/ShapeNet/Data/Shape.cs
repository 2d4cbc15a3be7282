namespace ShapeNet.Data;

/// <summary>The eight classes. None becomes another one by turning it.</summary>
internal enum Shape
{
    Disc,
    Ring,
    Square,
    Frame,
    Triangle,
    Plus,
    Bar,
    Corner,
}

/// <summary>Shapes of radius 1 around (0, 0), as signed distances: below 0 inside, above 0 outside.</summary>
internal static class SignedDistance
{
    /// <summary>Half the width of the strokes.</summary>
    private const float Stroke = 0.22f;

    public static float To(Shape shape, float x, float y) => shape switch
    {
        Shape.Disc => Length(x, y) - 1,
        Shape.Ring => MathF.Abs(Length(x, y) - 1 + Stroke) - Stroke,
        Shape.Square => Box(x, y, 0.85f, 0.85f),
        Shape.Frame => MathF.Abs(Box(x, y, 0.85f - Stroke, 0.85f - Stroke)) - Stroke,
        Shape.Triangle => MathF.Max(0.866f * MathF.Abs(x) - 0.5f * y, y) - 0.5f,
        Shape.Plus => MathF.Min(Box(x, y, 1, Stroke), Box(x, y, Stroke, 1)),
        Shape.Bar => Box(x, y, 1, Stroke * 1.5f),
        Shape.Corner => MathF.Min(Box(x, y - 0.8f + Stroke, 0.8f, Stroke), Box(x - 0.8f + Stroke, y, Stroke, 0.8f)),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static float Length(float x, float y) => MathF.Sqrt(x * x + y * y);

    private static float Box(float x, float y, float halfWidth, float halfHeight) => MathF.Max(MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);
}
