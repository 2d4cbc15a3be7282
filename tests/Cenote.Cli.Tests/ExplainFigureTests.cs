using System.Globalization;
using System.Xml.Linq;

namespace Cenote.Cli.Tests;

/// <summary>The figures: what is in the SVG, counted; and that pixels are written.</summary>
public sealed class ExplainFigureTests : IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    private XElement Draw(string arguments)
    {
        _place.Run($"{arguments} -o figure.svg --force").Succeeded();
        return XElement.Parse(System.Text.Encoding.UTF8.GetString(_place.Read("figure.svg")));
    }

    private static int Count(XElement figure, string kind) => figure.Descendants().Count(element => (string?)element.Attribute("class") == kind);

    [Fact]
    public void The_textbook_figure_has_every_cell_window_winner_and_arrow()
    {
        XElement figure = Draw("explain max --values 1,3,2,1;4,6,5,0;2,9,3,4;0,1,7,2 -k 2");
        Assert.Equal(16 + 4 * 16, Count(figure, "cell"));
        Assert.Equal((4, 4 * 3, 4), (Count(figure, "winner"), Count(figure, "tap"), Count(figure, "tap winner")));
        Assert.Equal(4 + 4, Count(figure, "output"));
        // In the input, around the outputs, and in the frames.
        Assert.Equal(3 * 4, Count(figure, "window"));
        Assert.Equal((4, 1), (Count(figure, "arrow"), Count(figure, "step")));
        Assert.Equal((0, 0), (Count(figure, "padding"), Count(figure, "overhang")));
        string[] texts = [.. figure.Descendants(Svg + "text").Select(text => text.Value)];
        // As the input, as a winner, faded in four frames, as a tap, and twice as the output.
        Assert.Equal(1 + 1 + 4 + 1 + 2, texts.Count(text => text == "9"));
        Assert.Contains("height: floor((4 + 0 + 0 − 1·(2 − 1) − 1) / 2) + 1 = floor(2 / 2) + 1 = 2", texts);
    }

    [Theory]
    [InlineData(5, 5, 3, 2, 1, 1, false)]
    [InlineData(5, 5, 2, 2, 0, 1, true)]
    [InlineData(6, 7, 2, 2, 1, 2, true)]
    [InlineData(4, 6, 3, 1, 0, 1, false)]
    public void Padding_and_overhang_are_drawn_where_windows_meet_them(int height, int width, int kernel, int stride, int padding, int dilation, bool ceil)
    {
        XElement figure = Draw($"explain avg {height}x{width} -k {kernel} -s {stride} -p {padding} -d {dilation}{(ceil ? " --ceil" : "")}");
        PoolPlan plan = new AvgPool2d(kernel, stride, padding, ceil, dilation: dilation).Plan(1, height, width);
        int taps = 0, padded = 0, over = 0, outputs = 0;
        for (int y = 0; y < plan.OutputShape[1]; y++)
            for (int x = 0; x < plan.OutputShape[2]; x++)
            {
                outputs++;
                for (int tap = 0; tap < kernel * kernel; tap++)
                {
                    var (down, right) = (y * stride - padding + tap / kernel * dilation, x * stride - padding + tap % kernel * dilation);
                    if (down >= height + padding || right >= width + padding) over++;
                    else if (down < 0 || down >= height || right < 0 || right >= width) padded++;
                    else taps++;
                }
            }

        Assert.Equal((taps, padded, over), (Count(figure, "tap"), Count(figure, "padding tap"), Count(figure, "overhang tap")));
        Assert.Equal(outputs, Count(figure, "arrow"));
        Assert.Equal(padded > 0, figure.Descendants(Svg + "text").Any(text => text.Value.StartsWith("padding", StringComparison.Ordinal)));
        Assert.Equal(over > 0, figure.Descendants(Svg + "text").Any(text => text.Value.StartsWith("overhang", StringComparison.Ordinal)));
        Assert.All(figure.Descendants(Svg + "rect").Where(rect => (string?)rect.Attribute("class") is "padding" or "padding tap"), rect => Assert.Equal("url(#hatch)", (string?)rect.Attribute("fill")));
    }

    [Fact]
    public void Along_one_axis_gaps_are_lines_and_positions_never_read_are_grey()
    {
        XElement figure = Draw("explain max 9 -k 3 -s 2 -d 2 -p 1");
        Assert.Equal((4, 4), (Count(figure, "arrow"), Count(figure, "gap")));
        Assert.Equal((4, 5), (Count(figure, "cell"), Count(figure, "cell unread")));
        Assert.Equal((2, 2), (Count(figure, "padding"), Count(figure, "padding tap")));
    }

    [Fact]
    public void Dilation_leaves_cells_between_the_taps()
    {
        XElement figure = Draw("explain max 5x5 -k 2 -d 3 -s 1 --at 1,1");
        XElement window = figure.Descendants(Svg + "rect").Single(rect => (string?)rect.Attribute("class") == "window");
        double left = Number(window, "x"), top = Number(window, "y"), right = left + Number(window, "width"), bottom = top + Number(window, "height");
        XElement[] inside = [.. figure.Descendants(Svg + "rect").Where(rect => ((string?)rect.Attribute("class"))?.Split(' ')[0] is "cell" or "tap" && Number(rect, "x") >= left && Number(rect, "y") >= top && Number(rect, "x") + Number(rect, "width") <= right && Number(rect, "y") + Number(rect, "height") <= bottom)];
        // A window over 4×4 positions, at whose corners the taps lie on top of the cells.
        Assert.Equal(16 + 4, inside.Length);
        Assert.Equal(4, inside.Count(rect => ((string)rect.Attribute("class")!).StartsWith("tap", StringComparison.Ordinal)));
        Assert.Equal((1, 4), (Count(figure, "arrow"), Count(figure, "output")));
    }

    [Fact]
    public void Shapes_stay_on_the_paper_and_numbers_in_their_cells()
    {
        XElement figure = Draw("explain avg --values 100000.5,-3e9;0.001234,7 -k 2 -s 1 -p 1");
        double width = Number(figure, "width"), height = Number(figure, "height");
        Assert.All(figure.Descendants(Svg + "rect").Where(rect => rect.Attribute("class") is not null), rect =>
        {
            Assert.InRange(Number(rect, "x"), 0, width - Number(rect, "width"));
            Assert.InRange(Number(rect, "y"), 0, height - Number(rect, "height"));
        });
    }

    [Fact]
    public void A_picture_is_written_twice_as_fine()
    {
        XElement figure = Draw("explain max 4x4 -k 2");
        Outcome png = _place.Run("explain max 4x4 -k 2 -o figure.png");
        if (png.Exit == 2 && png.Errors.Contains("no font", StringComparison.Ordinal)) Assert.Skip("no font on this machine");
        png.Succeeded();
        Assert.True(Pictures.IsPng(_place.Read("figure.png")));
        Picture picture = Pictures.Decode(_place.Read("figure.png"));
        Assert.InRange(picture.Width, 2 * Number(figure, "width") - 2, 2 * Number(figure, "width"));
        Assert.Equal([255, 255, 255], picture.Pixel(0, 0));
        // The title is there: without a font its line would be blank.
        Assert.Contains(Enumerable.Range(0, picture.Width), x => picture.Pixel(x, 68)[0] < 100);
    }

    [Fact]
    public void A_figure_is_not_overwritten_unasked()
    {
        _place.Write("figure.svg", [1, 2, 3]);
        Assert.Equal("cenote: -o: 'figure.svg' exists; --force overwrites it.", _place.Run("explain max 4x4 -k 2 -o figure.svg").Refused());
        Assert.Equal([1, 2, 3], _place.Read("figure.svg"));
    }

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
