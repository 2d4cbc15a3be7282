using System.Text.Json;
using System.Xml.Linq;

namespace Cenote.Cli.Tests;

/// <summary>The changes that the command measures, measured again.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    public static TheoryData<int, int, int> Sizes => new() { { 23, 17, 1 }, { 24, 16, 3 }, { 17, 23, 4 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_numbers_are_those_of_the_library(int width, int height, int channels)
    {
        // Opaque pixels beside transparent ones: alpha is no colour.
        var picture = Picture.Random(width, height, channels, seed: channels);
        _place.Write("photo.png", Pictures.Png(picture));
        using JsonDocument printed = JsonDocument.Parse(_place.Run("compare photo.png -k 3 -s 2 --json --noise 7.5 --seed 5 --angle 3").Succeeded().Printed);
        Assert.Equal(["photo.png"], _place.Entries);

        (string Name, Picture Picture)[] disturbed = [("shift", Shifted(picture)), ("noise", Noisy(picture, 7.5, 5)), ("rotation", Turned(picture, 3))];
        (string Name, Func<Picture, Picture> Pool)[] operators =
        [
            ("picture", p => p),
            ("max", p => p.Pool(new MaxPool2d(3, 2))),
            ("min", p => p.Pool(new MinPool2d(3, 2))),
            ("avg", p => p.Pool(new AvgPool2d(3, 2) { IntegerRounding = IntegerRounding.NearestEven })),
        ];
        JsonElement[] changes = [.. printed.RootElement.GetProperty("changes").EnumerateArray()];
        Assert.Equal(operators.Length * disturbed.Length, changes.Length);
        foreach (var (name, pool) in operators)
            foreach (var (disturbance, other) in disturbed)
            {
                double expected = Change(pool(picture), pool(other)), unpooled = Change(picture, other);
                JsonElement change = changes.Single(each => each.GetProperty("operator").GetString() == name && each.GetProperty("disturbance").GetString() == disturbance);
                Assert.True(expected > 0);
                // A sine or a logarithm may round otherwise elsewhere, and a pixel with it.
                Assert.Equal(expected, change.GetProperty("change").GetDouble(), 0.02);
                Assert.Equal(expected / unpooled, change.GetProperty("relative").GetDouble(), 0.01);
            }
    }

    [Fact]
    public void The_table_has_the_numbers_of_the_json_and_the_figure_too()
    {
        _place.Write("photo.png", Pictures.Png(Picture.Random(20, 12, 3, seed: 1)));
        string[] lines = _place.Run("compare photo.png -k 4 -o figure.svg").Succeeded().PrintedLines;
        using JsonDocument json = JsonDocument.Parse(_place.Run("compare photo.png -k 4 --json").Succeeded().Printed);
        XElement figure = XElement.Parse(System.Text.Encoding.UTF8.GetString(_place.Read("figure.svg")));
        string[] texts = [.. figure.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)];
        Assert.Equal("photo.png  3×12×20 → 3×3×5  k4 s4  figure.svg", lines[0]);
        foreach (JsonElement change in json.RootElement.GetProperty("changes").EnumerateArray())
        {
            bool isPicture = change.GetProperty("operator").GetString() == "picture";
            string number = change.GetProperty("change").GetDouble().ToString("0.00", System.Globalization.CultureInfo.InvariantCulture), part = (100 * change.GetProperty("relative").GetDouble()).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
            Assert.Contains(lines, line => line.Contains(isPicture ? $" {number} " : $" {number} = {part} %", StringComparison.Ordinal));
            Assert.Contains(isPicture ? $"{number} levels" : $"{number} levels = {part} %", texts);
        }

        // The picture and three disturbed ones, three changes of it, and for each pooling itself and three changes.
        Assert.Equal(4 + 3 + 3 * 4, figure.Descendants().Count(element => element.Name.LocalName == "image"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_noise_and_another_one_another()
    {
        _place.Write("photo.png", Pictures.Png(Picture.Random(20, 12, 3, seed: 1)));
        string first = _place.Run("compare photo.png -k 2 --json").Succeeded().Printed;
        Assert.Equal(first, _place.Run("compare photo.png -k 2 --json --seed 1").Succeeded().Printed);
        Assert.NotEqual(first.Replace("\"seed\":1", "", StringComparison.Ordinal), _place.Run("compare photo.png -k 2 --json --seed 2").Succeeded().Printed.Replace("\"seed\":2", "", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_all_one_colour_stays_so_under_shift_and_turn()
    {
        _place.Write("photo.png", Pictures.Png(new Picture(1, 1, 1, [77])));
        using JsonDocument json = JsonDocument.Parse(_place.Run("compare photo.png -k 1 --json --noise 0").Succeeded().Printed);
        Assert.All(json.RootElement.GetProperty("changes").EnumerateArray(), change => Assert.Equal((0, 1), (change.GetProperty("change").GetDouble(), change.GetProperty("relative").GetDouble())));
    }

    [Theory]
    [InlineData("compare photo.png", "Option '-k' is required")]
    [InlineData("compare photo.png -k 40", "photo.png: input height 12 is too small")]
    [InlineData("compare photo.png -k 2x2x2", "-k: kernelSize is 2×2×2, 3 numbers")]
    [InlineData("compare photo.png -k 2 --noise -1", "--noise is '-1'; it must be a number from 0 to 255.")]
    [InlineData("compare photo.png -k 2 --noise nan", "--noise is 'nan'")]
    [InlineData("compare photo.png -k 2 --angle 181", "--angle is '181'; it must be a number from -180 to 180.")]
    [InlineData("compare photo.png -k 2 --seed x", "--seed is 'x'; it must be a whole number from 0 to 2147483647.")]
    [InlineData("compare photo.png -k 2 -o a.npy", "a figure is written as .svg, .png, .jpg, .jpeg or .webp.")]
    [InlineData("compare photo.png -k 2 -o photo.png", "-o: 'photo.png' exists; --force overwrites it.")]
    [InlineData("compare array.npy -k 2", "array.npy: an array; compare is for pictures")]
    [InlineData("compare none.png -k 2", "none.png: no such file.")]
    [InlineData("compare broken.png -k 2", "broken.png: a damaged picture")]
    public void What_cannot_be_compared_is_refused_and_nothing_is_written(string arguments, string message)
    {
        byte[] png = Pictures.Png(Picture.Random(20, 12, 3, seed: 1));
        _place.Write("photo.png", png);
        _place.Write("broken.png", png[..^100]);
        _place.Write("array.npy", NpyArray.Random("f4", [4, 4], seed: 1));
        string[] before = _place.Snapshot;
        Assert.Contains(message, _place.Run(arguments).Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    private static double Change(Picture one, Picture other)
    {
        int colours = one.Channels == 4 ? 3 : one.Channels;
        return Enumerable.Range(0, one.Samples.Length).Where(i => i % one.Channels < colours).Average(i => Math.Abs(one.Samples[i] - other.Samples[i]));
    }

    private static Picture Shifted(Picture picture) => picture.Map(picture.Width, picture.Height, (x, y) => (Math.Max(0, x - 1), y));

    private static Picture Noisy(Picture picture, double sigma, int seed)
    {
        var random = new Random(seed);
        byte[] samples = [.. picture.Samples];
        for (int i = 0; i < samples.Length; i++)
        {
            if (picture.Channels == 4 && i % 4 == 3) continue;
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), normal = radius * Math.Cos(2 * Math.PI * random.NextDouble());
            samples[i] = (byte)Math.Clamp((int)Math.Round(samples[i] + sigma * normal), 0, 255);
        }

        return picture with { Samples = samples };
    }

    private static Picture Turned(Picture picture, double degrees)
    {
        double angle = degrees / 180 * Math.PI, middleX = (picture.Width - 1) / 2.0, middleY = (picture.Height - 1) / 2.0;
        var samples = new List<byte>();
        for (int row = 0; row < picture.Height; row++)
            for (int column = 0; column < picture.Width; column++)
            {
                // Counter-clockwise, rows counting down: what comes here was further clockwise.
                double x = middleX + Math.Cos(angle) * (column - middleX) - Math.Sin(angle) * (row - middleY), y = middleY + Math.Sin(angle) * (column - middleX) + Math.Cos(angle) * (row - middleY);
                for (int channel = 0; channel < picture.Channels; channel++)
                {
                    double sum = 0;
                    for (int corner = 0; corner < 4; corner++)
                    {
                        int left = (int)Math.Floor(x) + corner % 2, top = (int)Math.Floor(y) + corner / 2;
                        double weight = (1 - Math.Abs(x - left)) * (1 - Math.Abs(y - top));
                        sum += weight * picture.Pixel(Math.Clamp(left, 0, picture.Width - 1), Math.Clamp(top, 0, picture.Height - 1))[channel];
                    }

                    samples.Add((byte)Math.Clamp((int)Math.Round(sum), 0, 255));
                }
            }

        return picture with { Samples = [.. samples] };
    }
}
