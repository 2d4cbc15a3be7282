using System.Globalization;
using System.Xml;
using SkiaSharp;

namespace Cenote.Cli;

/// <summary>A drawing as SVG: text stays text, and every element says what it shows.</summary>
internal static class SvgFigure
{
    private const string Fonts = "DejaVu Sans, Verdana, Arial, sans-serif", Namespace = "http://www.w3.org/2000/svg";

    public static void Write(Drawing drawing, string title, Stream stream)
    {
        using var svg = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false), Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n", CloseOutput = false });
        string width = Number(Math.Ceiling(drawing.Width)), height = Number(Math.Ceiling(drawing.Height));
        svg.WriteStartElement("svg", Namespace);
        Attributes(svg, ("width", width), ("height", height), ("viewBox", $"0 0 {width} {height}"), ("font-family", Fonts));
        svg.WriteElementString("title", Namespace, title);
        Hatch(svg);
        Element(svg, "rect", ("width", width), ("height", height), ("fill", Palette.Paper));
        foreach (Shape shape in drawing.Shapes) Draw(svg, shape);
        svg.WriteEndElement();
    }

    private static void Draw(XmlWriter svg, Shape shape)
    {
        switch (shape)
        {
            case Box box:
                Element(
                    svg, "rect", ("class", box.Kind), ("x", Number(box.X)), ("y", Number(box.Y)), ("width", Number(box.W)), ("height", Number(box.H)), ("fill", box.IsHatched ? "url(#hatch)" : box.Fill ?? "none"),
                    ("stroke", box.Stroke), ("stroke-width", box.Stroke is null ? null : Number(box.StrokeWidth)), ("stroke-dasharray", box.IsDashed ? "3 3" : null));
                break;
            case Segment line:
                var (end, tip, left, right) = line.Head;
                if (line.HasHead) svg.WriteStartElement("g", Namespace);
                if (line.HasHead) svg.WriteAttributeString("class", line.Kind);
                Element(svg, "line", ("class", line.HasHead ? null : line.Kind), ("x1", Number(line.X1)), ("y1", Number(line.Y1)), ("x2", Number(line.HasHead ? end.X : line.X2)), ("y2", Number(line.HasHead ? end.Y : line.Y2)), ("stroke", line.Colour), ("stroke-width", Number(line.StrokeWidth)));
                if (!line.HasHead) break;
                Element(svg, "polygon", ("points", string.Join(' ', new[] { tip, left, right }.Select(at => $"{Number(at.X)},{Number(at.Y)}"))), ("fill", line.Colour));
                svg.WriteEndElement();
                break;
            case Label label:
                svg.WriteStartElement("text", Namespace);
                // The middle of a digit lies about a third of the size above the baseline.
                Attributes(
                    svg, ("x", Number(label.X)), ("y", Number(label.Y + 0.36 * label.Size)), ("font-size", Number(label.Size)), ("fill", label.Colour),
                    ("text-anchor", label.Anchor == Anchor.Start ? null : label.Anchor.ToString().ToLowerInvariant()), ("font-weight", label.IsBold ? "bold" : null));
                svg.WriteString(label.Text);
                svg.WriteEndElement();
                break;
            case Photo photo:
                using (SKData png = photo.Image.Encode(SKEncodedImageFormat.Png, 100))
                    Element(svg, "image", ("x", Number(photo.X)), ("y", Number(photo.Y)), ("width", Number(photo.W)), ("height", Number(photo.H)), ("preserveAspectRatio", "none"), ("image-rendering", photo.Image.Width < photo.W ? "pixelated" : null), ("href", $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}"));
                break;
        }
    }

    private static void Hatch(XmlWriter svg)
    {
        svg.WriteStartElement("pattern", Namespace);
        Attributes(svg, ("id", "hatch"), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse"), ("patternTransform", "rotate(45)"));
        Element(svg, "rect", ("width", "6"), ("height", "6"), ("fill", Palette.Paper));
        Element(svg, "line", ("x1", "0"), ("y1", "0"), ("x2", "0"), ("y2", "6"), ("stroke", Palette.Hatch), ("stroke-width", "2"));
        svg.WriteEndElement();
    }

    private static void Element(XmlWriter svg, string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        svg.WriteStartElement(name, Namespace);
        Attributes(svg, attributes);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        foreach (var (name, value) in attributes)
            if (value is not null) svg.WriteAttributeString(name, value);
    }

    private static string Number(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);
}
