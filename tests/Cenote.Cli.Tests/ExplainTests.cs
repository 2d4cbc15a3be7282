using System.Globalization;
using System.Text.RegularExpressions;

namespace Cenote.Cli.Tests;

/// <summary>What the command says about every window of a small array.</summary>
public sealed partial class ExplainTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    private Outcome Explain(string verb, string values, string options) =>
        _place.Run(["explain", verb, "--values", values, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    [Fact]
    public void The_textbook_example_is_told_window_by_window() => Assert.Equal(
        """
        max 4×4 → 2×2  (k2 s2)
        height: floor((4 + 0 + 0 − 1·(2 − 1) − 1) / 2) + 1 = floor(2 / 2) + 1 = 2
        width: floor((4 + 0 + 0 − 1·(2 − 1) − 1) / 2) + 1 = floor(2 / 2) + 1 = 2

        input
          1   3   2   1
          4   6   5   0
          2   9   3   4
          0   1   7   2

        output (0, 0)  rows 0 to 1, columns 0 to 1
          1   3
          4  [6]
          max(1, 3, 4, 6) = 6

        output (0, 1)  rows 0 to 1, columns 2 to 3
          2   1
         [5]  0
          max(2, 1, 5, 0) = 5

        output (1, 0)  rows 2 to 3, columns 0 to 1
          2  [9]
          0   1
          max(2, 9, 0, 1) = 9

        output (1, 1)  rows 2 to 3, columns 2 to 3
          3   4
         [7]  2
          max(3, 4, 7, 2) = 7

        output
          6   5
          9   7

        [ ] the winner

        """.ReplaceLineEndings("\n"),
        Explain("max", "1 3 2 1; 4 6 5 0; 2 9 3 4; 0 1 7 2", "-k 2").Succeeded().Printed.ReplaceLineEndings("\n"));

    [Fact]
    public void Padding_and_overhang_are_told_apart_and_only_padding_is_divided_by() => Assert.Equal(
        """
        avg 4 → 3  (k3 s2 p1 ceil)
        length: ceil((4 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = ceil(3 / 2) + 1 = 3

        input
           ·    6    2   -3    4    ·    ×

        output (0)  positions -1 to 1
           ·    6    2
          (6 + 2) / 3 ≈ 2.667

        output (1)  positions 1 to 3
           2   -3    4
          (2 − 3 + 4) / 3 = 1

        output (2)  positions 3 to 5
           4    ·    ×
          4 / 2 = 2

        output
          2.667       1       2

        · padding   × overhang of ceil mode, takes no part

        """.ReplaceLineEndings("\n"),
        Explain("avg", "6 2 -3 4", "-k 3 -s 2 -p 1 --ceil").Succeeded().Printed.ReplaceLineEndings("\n"));

    [Fact]
    public void One_output_has_a_story() => Assert.Equal(
        """
        max 4×4 → 2×2  (k2 s1 d2)
        height: floor((4 + 0 + 0 − 2·(2 − 1) − 1) / 1) + 1 = floor(1 / 1) + 1 = 2
        width: floor((4 + 0 + 0 − 2·(2 − 1) − 1) / 1) + 1 = floor(1 / 1) + 1 = 2

        output (1, 0)  rows 1 and 3, columns 0 and 2
          1   3   2   1
         (4)  6  (5)  0
          2   9   3   4
         (0)  1  [7]  2
          max(4, 5, 0, 7) = 7
        height 1: reads input 1 to 3 in steps of 2, 2 inside, 0 padded before, 0 padded after
        width 0: reads input 0 to 2 in steps of 2, 2 inside, 0 padded before, 0 padded after
        winner: input (3, 2)

        ( ) a tap of the window   [ ] the winner

        """.ReplaceLineEndings("\n"),
        Explain("max", "1 3 2 1; 4 6 5 0; 2 9 3 4; 0 1 7 2", "-k 2 -s 1 -d 2 --at 1,0").Succeeded().Printed.ReplaceLineEndings("\n"));

    public static TheoryData<string, string> Verbs => new()
    {
        { "max -k 3 -s 2 -p 1", "MaxPool2d" },
        { "avg -k 3 -s 2 -p 1 --exclude-padding", "AvgPool2d" },
        { "global-max", "GlobalMaxPool2d" },
        { "global-avg", "GlobalAvgPool2d" },
        { "adaptive-max --size 3x2", "AdaptiveMaxPool2d" },
        { "adaptive-avg --size 3x2", "AdaptiveAvgPool2d" },
        { "sum -k 2", "SumPool2d" },
        { "lp -k 2 --norm 2", "LpPool2d" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_output_is_the_library_s(string arguments, string layer)
    {
        // Of one channel and column-major: the axes before the plane are of length 1.
        NpyArray array = NpyArray.Random("f4", [1, 6, 5], seed: 3);
        _place.Write("a.npy", array, new NpyForm(IsBigEndian: false, IsFortran: true, Version: 1));
        string[] words = arguments.Split(' ');
        string[] lines = _place.Run(["explain", words[0], "a.npy", .. words[1..]]).Succeeded().PrintedLines;
        PoolLayer pool = layer switch
        {
            "MaxPool2d" => new MaxPool2d(3, 2, 1),
            "AvgPool2d" => new AvgPool2d(3, 2, 1, countIncludePad: false),
            "GlobalMaxPool2d" => new GlobalMaxPool2d(),
            "GlobalAvgPool2d" => new GlobalAvgPool2d(),
            "AdaptiveMaxPool2d" => new AdaptiveMaxPool2d((3, 2)),
            "AdaptiveAvgPool2d" => new AdaptiveAvgPool2d((3, 2)),
            "SumPool2d" => new SumPool2d(2),
            _ => new LpPool2d(2, 2),
        };
        NpyArray expected = Library.Pool(pool, array, channelsLast: false);
        double[] printed = [.. lines.SkipWhile(line => line != "output").Skip(1).Take((int)expected.Shape[1]).SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        float[] values = expected.Values<float>();
        Assert.Equal(values.Length, printed.Length);
        // Four digits are printed.
        Assert.All(values.Zip(printed), pair => Assert.Equal(pair.First, pair.Second, Math.Abs(pair.First) * 6e-4 + 1e-6));
        // Every output has a line that ends in it.
        Assert.Equal(values.Length, lines.Count(line => line.Contains(" = ", StringComparison.Ordinal) && line.StartsWith("  ", StringComparison.Ordinal) || line.Contains(" ≈ ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Positions_that_no_window_reads_are_named() =>
        Assert.Contains("never read: row 4; columns 2, 5", _place.Run("explain max 5x6 -k 2 -s 2x3").Succeeded().PrintedLines);

    [Fact]
    public void Padding_that_is_zeros_shows_as_zeros_and_wins()
    {
        string printed = Explain("max", "-1 -2 -3", "-k 3 -p 1 -s 2 --zero-padding --at 0").Succeeded().Printed;
        Assert.Contains("max(0, -1, -2) = 0", printed, StringComparison.Ordinal);
        Assert.Contains("winner: none, no tap of the input wins", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("takes no part", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Nan_and_infinities_are_numbers_to_be_typed() =>
        Assert.Contains("  max(1, NaN, -Infinity) = NaN", Explain("max", "1 nan -inf", "-k 3").Succeeded().PrintedLines);

    [Fact]
    public void A_size_has_the_same_digits_every_time()
    {
        string first = _place.Run("explain avg 5x6 -k 2").Succeeded().Printed;
        Assert.Equal(first, _place.Run("explain avg 5x6 -k 2").Succeeded().Printed);
        Assert.All(first.Split('\n').SkipWhile(line => line != "input").Skip(1).Take(5), line => Assert.Matches(@"^(  \d ?){6}$", line));
    }

    [Fact]
    public void Colours_are_for_terminals_or_for_who_asks()
    {
        const string Arguments = "explain max 4x4 -k 2";
        string plain = _place.Run(Arguments).Succeeded().Printed, coloured = _place.Run($"{Arguments} --color always").Succeeded().Printed;
        Assert.DoesNotContain('\e', plain);
        Assert.Contains('\e', coloured);
        Assert.Equal(plain, Escape().Replace(coloured, ""));
        Assert.Equal(plain, _place.Run($"{Arguments} --color never").Succeeded().Printed);
    }

    [Theory]
    [InlineData("explain max -k 2", "INPUT or --values is missing; see cenote explain max --help.")]
    [InlineData("explain", "Required command was not provided; see cenote explain --help.")]
    [InlineData("explain max 4x4 -k 2 --values 1", "INPUT '4x4' and --values are both given; the array comes from one of them.")]
    [InlineData("explain max 17x4 -k 2", "17x4: the input is 17×4, and explaining is for what can be looked at: at most 16×16, or 32 along one axis.")]
    [InlineData("explain max 33 -k 2", "INPUT is '33', and explaining is for what can be looked at: at most 16×16, or 32 along one axis.")]
    [InlineData("explain max 9999999999x9999999999 -k 2", "at most 16×16")]
    [InlineData("explain max 4x4x4 -k 2", "explaining is for one or two.")]
    [InlineData("explain max 4x4 -k 2x2x2", "explaining is for one or two axes.")]
    [InlineData("explain max 4x4 -k 9", "input height 4 is too small")]
    [InlineData("explain max 4x4 -k 2 -p 2", "-p: padding 2 on axis height is 2")]
    [InlineData("explain max 4x4 -k 100000000 -s 1 -p 99999999", "the output is")]
    [InlineData("explain max 4x4 -k 2147483647 -s 2147483647 -p 2147483646", "more than 40 positions")]
    [InlineData("explain max 4 -k 2 -s 1 -d 1000000000 -p 999999999 --ceil", "the output is")]
    [InlineData("explain adaptive-avg 4x4 --size 1000000", "the output is 1000000×1000000")]
    [InlineData("explain max 4x4 -k 2 --at 2,0", "--at is '2,0'; it must be a row from 0 to 1 and a column from 0 to 1, such as 1,1.")]
    [InlineData("explain max 4x4 -k 2 --at 1", "--at is '1'")]
    [InlineData("explain max 4 -k 2 --at 1,1", "it must be an output from 0 to 1.")]
    [InlineData("explain max --values 1,x -k 1", "--values has 'x', which is no number.")]
    [InlineData("explain max --values 1;2,3 -k 1", "--values has a row of 1 numbers and one of 2; rows must be equally long.")]
    [InlineData("explain max --values ; -k 1", "it must be numbers such as")]
    [InlineData("explain mode --values 1.5,2 -k 2", "cenote: --values: elements of float64 have no mode; they must be integers of 8 to 64 bits.")]
    [InlineData("explain max 4x4 -k 2 --color red", "--color is 'red'; it must be auto, always or never.")]
    [InlineData("explain max 4x4 -k 2 -o a.npy", "a figure is written as .svg, .png, .jpg, .jpeg or .webp.")]
    [InlineData("explain max 4x4 -k 2 -o none/a.svg", "-o: the folder of 'none/a.svg' does not exist.")]
    [InlineData("explain max 8x8 -k 2 -s 1 -o a.svg", "has 49 windows, and a figure shows at most 36; --at shows one of them.")]
    [InlineData("explain max 4x4 -k 2 --indices a.npy", "--indices")]
    [InlineData("explain max nothing.npy -k 2", "INPUT is 'nothing.npy'; it must be a size such as 9 or 7x7")]
    [InlineData("explain max photo.png -k 2", "photo.png: a picture; explaining is for small arrays")]
    [InlineData("explain max large.npy -k 2", "large.npy: the input is 3×40")]
    [InlineData("explain max stack.npy -k 2", "stack.npy: an array of 2×3×3")]
    [InlineData("explain max empty.npy -k 2", "empty.npy: an array of 0×3 is empty.")]
    public void What_cannot_be_shown_is_refused_and_nothing_is_written(string arguments, string message)
    {
        _place.Write("photo.png", Pictures.Png(Picture.Random(4, 4, 3, seed: 1)));
        _place.Write("large.npy", NpyArray.Random("f4", [3, 40], seed: 1));
        _place.Write("stack.npy", NpyArray.Random("f4", [2, 3, 3], seed: 1));
        _place.Write("empty.npy", new NpyArray("f4", [0, 3], []));
        string[] before = _place.Snapshot;
        Assert.Contains(message, _place.Run(arguments).Refused(), StringComparison.Ordinal);
        Assert.Equal(before, _place.Snapshot);
    }

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Escape();
}
