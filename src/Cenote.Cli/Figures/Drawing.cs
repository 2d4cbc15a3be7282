using SkiaSharp;

namespace Cenote.Cli;

/// <summary>A figure as a list of shapes, in pixels from its upper left corner; drawn as SVG or PNG.</summary>
/// <param name="margin">How much paper is left to the right and below.</param>
internal sealed class Drawing(double margin)
{
    private readonly List<Shape> _shapes = [];
    private double _right, _bottom;

    public IReadOnlyList<Shape> Shapes => _shapes;

    public double Width => _right + margin;

    public double Height => _bottom + margin;

    public void Add(Shape shape)
    {
        _shapes.Add(shape);
        (_right, _bottom) = (Math.Max(_right, shape.Right), Math.Max(_bottom, shape.Bottom));
    }

    /// <summary>Writes the figure in the form that the file's name asks for.</summary>
    /// <exception cref="UserError">It cannot be drawn or written.</exception>
    public void Save(Target target, string title) => AtomicFile.Write(target.Path, target.Overwrite, stream =>
    {
        if (target.IsPicture) PixelFigure.Write(this, target.Path, stream);
        else SvgFigure.Write(this, title, stream);
    });

    public void Text(double x, double y, string text, double size, string colour = Palette.Ink, Anchor anchor = Anchor.Start, bool bold = false) =>
        Add(new Label(x, y, text, size, colour, anchor, bold));
}

/// <summary>Which part of a text stands at its position.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>Something drawn.</summary>
/// <param name="Kind">What it shows: the class of an SVG's element.</param>
internal abstract record Shape(string? Kind)
{
    public abstract double Right { get; }

    public abstract double Bottom { get; }
}

/// <summary>A rectangle; without a fill only its border, without a stroke only its inside.</summary>
internal sealed record Box(double X, double Y, double W, double H, string? Kind, string? Fill = null, string? Stroke = null, double StrokeWidth = 1, bool IsHatched = false, bool IsDashed = false)
    : Shape(Kind)
{
    public override double Right => X + W;

    public override double Bottom => Y + H;
}

/// <summary>A straight line, with a head at its end or without.</summary>
internal sealed record Segment(double X1, double Y1, double X2, double Y2, string? Kind, string Colour, double StrokeWidth, bool HasHead = false)
    : Shape(Kind)
{
    public override double Right => Math.Max(X1, X2);

    public override double Bottom => Math.Max(Y1, Y2);

    /// <summary>The line up to the head, and the head's corners.</summary>
    public (SKPoint End, SKPoint Tip, SKPoint Left, SKPoint Right) Head
    {
        get
        {
            double length = Math.Sqrt((X2 - X1) * (X2 - X1) + (Y2 - Y1) * (Y2 - Y1)), size = 3 + 2.5 * StrokeWidth;
            double dx = (X2 - X1) / length, dy = (Y2 - Y1) / length, baseX = X2 - size * dx, baseY = Y2 - size * dy, half = 0.5 * size;
            return (At(baseX, baseY), At(X2, Y2), At(baseX - half * dy, baseY + half * dx), At(baseX + half * dy, baseY - half * dx));

            static SKPoint At(double x, double y) => new((float)x, (float)y);
        }
    }
}

/// <summary>A line of text; its height is centred on y.</summary>
internal sealed record Label(double X, double Y, string Text, double Size, string Colour, Anchor Anchor, bool IsBold)
    : Shape("label")
{
    /// <summary>About how wide a character is, as a part of its height: figures are laid out without a font.</summary>
    public const double CharacterWidth = 0.62;

    public static double WidthOf(string text, double size) => CharacterWidth * size * text.Length;

    public override double Right => X + WidthOf(Text, Size) * (Anchor == Anchor.Start ? 1 : Anchor == Anchor.Middle ? 0.5 : 0);

    public override double Bottom => Y + Size;
}

/// <summary>A picture scaled to a rectangle, its pixels kept as squares where they grow.</summary>
internal sealed record Photo(double X, double Y, double W, double H, SKImage Image)
    : Shape("photo")
{
    public override double Right => X + W;

    public override double Bottom => Y + H;
}
