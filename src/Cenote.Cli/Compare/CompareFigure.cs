using System.Globalization;

namespace Cenote.Cli;

/// <summary>The comparison as a figure: above the pictures, below for each row how much every pixel changed.</summary>
internal sealed class CompareFigure(Comparison comparison, string title)
{
    private const double Margin = 24, Gap = 16, Panel = 236, RowTitle = 92;

    /// <summary>A pixel is darkest from so many times the picture's mean change on.</summary>
    private const double Darkest = 4;

    private readonly Drawing _drawing = new(Margin);
    private readonly double _width = Panel * Math.Min(1, (double)comparison.Rows[0].Picture.Shape[1] / comparison.Rows[0].Picture.Shape[0]);
    private readonly double _height = Panel * Math.Min(1, (double)comparison.Rows[0].Picture.Shape[0] / comparison.Rows[0].Picture.Shape[1]);

    public Drawing Draw()
    {
        _drawing.Text(Margin, Margin + 10, title, 20, bold: true);
        double y = Margin + 44;
        _drawing.Text(X(0), y, "as it is", 14, Palette.Soft);
        for (int i = 0; i < comparison.Disturbances.Count; i++) _drawing.Text(X(i + 1), y, comparison.Disturbances[i].Title, 14, Palette.Soft);
        y += 18;
        DrawPictures(y);
        y += _height + 34;
        _drawing.Text(X(1), y, "what changed: the darker, the more", 14, Palette.Soft);
        y += 18;
        foreach (PictureRow row in comparison.Rows)
        {
            DrawChanges(row, y);
            y += _height + 40;
        }

        return _drawing;
    }

    private double X(int column) => Margin + RowTitle + column * (_width + Gap);

    private void DrawPictures(double y)
    {
        PictureRow picture = comparison.Rows[0];
        _drawing.Text(Margin, y + _height / 2, "picture", 15, bold: true);
        Show(picture.Picture, X(0), y);
        for (int i = 0; i < picture.Disturbed.Count; i++) Show(picture.Disturbed[i], X(i + 1), y);
    }

    private void DrawChanges(PictureRow row, double y)
    {
        bool isPooled = row != comparison.Rows[0];
        _drawing.Text(isPooled ? Margin : X(0), y + _height / 2, isPooled ? row.Name : "the picture, not pooled", 15, bold: true);
        if (isPooled) Show(row.Picture, X(0), y);
        for (int i = 0; i < row.Disturbed.Count; i++)
        {
            using ArrayData map = row.ChangeMap(i, Darkest * comparison.Rows[0].Changes[i]);
            Show(map, X(i + 1), y);
            string change = string.Create(CultureInfo.InvariantCulture, $"{row.Changes[i]:0.00} levels{(isPooled ? $" = {100 * comparison.RelativeChange(row, i):0} %" : "")}");
            _drawing.Text(X(i + 1), y + _height + 14, change, 14, bold: true);
        }
    }

    private void Show(ArrayData picture, double x, double y)
    {
        _drawing.Add(new Photo(x, y, _width, _height, PictureFile.ToImage(picture, (int)(2 * _width), (int)(2 * _height))));
        _drawing.Add(new Box(x, y, _width, _height, "frame", null, Palette.Line));
    }
}
