using SkiaSharp;

namespace Cenote.Cli;

/// <summary>A drawing as pixels, twice as many along each side as its SVG has units.</summary>
internal static class PixelFigure
{
    private const float Magnification = 2;

    /// <summary>Less than that of pictures that are pooled: a figure is looked at.</summary>
    private const int JpegQuality = 80;

    /// <exception cref="UserError">The machine has no font, or the encoder does not take so large a picture.</exception>
    public static void Write(Drawing drawing, string path, Stream stream)
    {
        using SKTypeface regular = FigureFont.Load(bold: false), bold = FigureFont.Load(bold: true);
        var info = new SKImageInfo((int)Math.Ceiling(Magnification * drawing.Width), (int)Math.Ceiling(Magnification * drawing.Height), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKSurface surface = SKSurface.Create(info) ?? throw new UserError($"{path}: a figure of {info.Width}×{info.Height} pixels does not fit in memory.");
        SKCanvas canvas = surface.Canvas;
        canvas.Scale(Magnification);
        canvas.Clear(SKColor.Parse(Palette.Paper));
        foreach (Shape shape in drawing.Shapes) Draw(canvas, shape, regular, bold);
        using SKImage image = surface.Snapshot();
        using SKPixmap pixels = image.PeekPixels();
        using SKData? data = PictureFile.Encode(PictureFormat.Of(path)!, pixels, JpegQuality);
        (data ?? throw new UserError($"{path}: the encoder does not take the {info.Width}×{info.Height} pixels; write an .svg.")).SaveTo(stream);
    }

    private static void Draw(SKCanvas canvas, Shape shape, SKTypeface regular, SKTypeface bold)
    {
        switch (shape)
        {
            case Box box: Draw(canvas, box); break;
            case Segment line: Draw(canvas, line); break;
            case Label label:
                using (var font = new SKFont(label.IsBold ? bold : regular, (float)label.Size) { Edging = SKFontEdging.Antialias, Subpixel = true })
                using (SKPaint ink = Fill(label.Colour))
                    canvas.DrawText(label.Text, (float)label.X, (float)(label.Y + 0.36 * label.Size), label.Anchor switch { Anchor.Start => SKTextAlign.Left, Anchor.Middle => SKTextAlign.Center, _ => SKTextAlign.Right }, font, ink);
                break;
            case Photo photo:
                bool grows = photo.Image.Width < Magnification * photo.W;
                canvas.DrawImage(photo.Image, SKRect.Create((float)photo.X, (float)photo.Y, (float)photo.W, (float)photo.H), grows ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
                break;
        }
    }

    private static void Draw(SKCanvas canvas, Box box)
    {
        SKRect area = SKRect.Create((float)box.X, (float)box.Y, (float)box.W, (float)box.H);
        if (box.Fill is not null)
            using (SKPaint fill = Fill(box.Fill)) canvas.DrawRect(area, fill);
        if (box.IsHatched) Hatch(canvas, area);
        if (box.Stroke is null) return;
        using SKPaint stroke = Stroke(box.Stroke, box.StrokeWidth);
        if (box.IsDashed) stroke.PathEffect = SKPathEffect.CreateDash([3, 3], 0);
        canvas.DrawRect(area, stroke);
    }

    private static void Draw(SKCanvas canvas, Segment line)
    {
        var (end, tip, left, right) = line.Head;
        using SKPaint stroke = Stroke(line.Colour, line.StrokeWidth), fill = Fill(line.Colour);
        canvas.DrawLine(new((float)line.X1, (float)line.Y1), line.HasHead ? end : tip, stroke);
        if (!line.HasHead) return;
        using var head = new SKPathBuilder();
        head.AddPoly([tip, left, right], close: true);
        using SKPath path = head.Detach();
        canvas.DrawPath(path, fill);
    }

    private static void Hatch(SKCanvas canvas, SKRect area)
    {
        const float Step = 8.5f;
        using SKPaint paper = Fill(Palette.Paper), line = Stroke(Palette.Hatch, 2);
        canvas.DrawRect(area, paper);
        canvas.Save();
        canvas.ClipRect(area);
        // Lines of one grid for all boxes, so that they meet at the borders.
        for (float at = MathF.Floor((area.Left + area.Top) / Step) * Step; at < area.Right + area.Bottom; at += Step)
            canvas.DrawLine(at - area.Top, area.Top, at - area.Bottom, area.Bottom, line);
        canvas.Restore();
    }

    private static SKPaint Fill(string colour) => new() { Color = SKColor.Parse(colour), IsAntialias = true };

    private static SKPaint Stroke(string colour, double width) => new() { Color = SKColor.Parse(colour), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = (float)width };
}
