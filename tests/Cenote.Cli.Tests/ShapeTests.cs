namespace Cenote.Cli.Tests;

/// <summary>The size arithmetic, against sizes worked out by hand.</summary>
public sealed class ShapeTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("16000 -k 400 -s 160",
        "16000 → 98  (k400 s160)",
        "length: floor((16000 + 0 + 0 − 1·(400 − 1) − 1) / 160) + 1 = floor(15600 / 160) + 1 = 98")]
    [InlineData("112x112 -k 3 -s 2 -p 1",
        "112×112 → 56×56  (k3 s2 p1)",
        "height: floor((112 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(111 / 2) + 1 = 56",
        "width: floor((112 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(111 / 2) + 1 = 56")]
    [InlineData("16x7X9 -k 2x3x4 -s 1x2x3 -p 1x0x2 -d 3x1x2 --ceil",
        "16×7×9 → 15×3×3  (k2×3×4 s1×2×3 p1×0×2 d3×1×2 ceil)",
        "depth: ceil((16 + 1 + 1 − 3·(2 − 1) − 1) / 1) + 1 = ceil(14 / 1) + 1 = 15",
        "height: ceil((7 + 0 + 0 − 1·(3 − 1) − 1) / 2) + 1 = ceil(4 / 2) + 1 = 3",
        "width: ceil((9 + 2 + 2 − 2·(4 − 1) − 1) / 3) + 1 = ceil(6 / 3) + 1 = 3")]
    [InlineData("5x6 -k 2x3 -s 2 -p 1x0:0x1",
        "5×6 → 3×3  (k2×3 s2 p1×0:0×1)",
        "height: floor((5 + 1 + 0 − 1·(2 − 1) − 1) / 2) + 1 = floor(4 / 2) + 1 = 3",
        "width: floor((6 + 0 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(4 / 2) + 1 = 3")]
    [InlineData("5x6 -k 2x3 -s 2 --same upper",
        "5×6 → 3×3  (k2×3 s2 same-upper)",
        "height: ceil(5 / 2) = 3, padding 0 before and 1 after",
        "width: ceil(6 / 2) = 3, padding 0 before and 1 after")]
    [InlineData("5 -k 2 -d 3 --same lower",
        "5 → 3  (k2 s2 same-lower d3)",
        "length: ceil(5 / 2) = 3, padding 2 before and 1 after")]
    public void Each_axis_is_worked_out_with_its_numbers(string arguments, params string[] lines) =>
        Assert.Equal(lines, _place.Run($"shape {arguments}").Succeeded().PrintedLines);

    [Fact]
    public void A_last_window_that_would_start_behind_the_input_is_dropped()
    {
        string[] lines = _place.Run("shape 5 -k 1 -s 2 --ceil").Succeeded().PrintedLines;
        Assert.StartsWith("5 → 3  ", lines[0], StringComparison.Ordinal);
        lines = _place.Run("shape 4 -k 1 -s 2 --ceil").Succeeded().PrintedLines;
        Assert.StartsWith("4 → 2  ", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_no_memory_holds_are_worked_out() =>
        Assert.StartsWith("10000000001 → 5000000000  ", _place.Run("shape 10000000001 -k 3 -s 2").Succeeded().Printed, StringComparison.Ordinal);

    [Fact]
    public void A_stack_tells_every_size_and_what_an_output_sees() => Assert.Equal(
        [
            "layer         size     receptive field  effective stride",
            "input         224×224  1                1",
            "conv 7 s2 p3  112×112  7                2",
            "max 3 s2 p1   56×56    11               4",
            "avg 2x1       28×56    15×11            8×4",
            "global-avg    1×1      231              8×4",
        ],
        _place.Run("shape", "224x224", "--stack", "conv 7 s2 p3, max 3 s2 p1, avg 2x1, global-avg").Succeeded().PrintedLines);

    [Fact]
    public void A_stack_takes_padding_that_differs() => Assert.Contains("max 3 s2 p0:1  4", _place.Run("shape", "8", "--stack", "max 3 s2 p0:1").Succeeded().Printed, StringComparison.Ordinal);

    [Theory]
    [InlineData("max 2, max 9", "SIZE: layer 2 (max 9): input height 4 is too small: with padding 0 before and 0 after it has 4 taps, and one window spans 9 (kernelSize 9, dilation 1); the output size would be 0, and must be at least 1.")]
    [InlineData("max 2 p5", "--stack: layer 1 (max 2 p5): padding 5 on axis height is 5; each side may be at most (kernelSize − 1)·dilation = (2 − 1)·1 = 1.")]
    [InlineData("max 2 s", "--stack: of 'max 2 s' the number is ''; it must be a whole number from 1 to 2147483647, or one per axis such as 2x3.")]
    [InlineData("max 2 s1 s2", "--stack has 's2' in 'max 2 s1 s2', which says so a second time.")]
    [InlineData("pool 2", "--stack has 'pool 2'; it must be conv, max or avg, a kernel, and perhaps s2, p1, d2, ceil or same-upper, same-lower (conv 7 s2 p3); or global-max, global-avg.")]
    public void A_stack_that_cannot_be_is_refused_by_the_layer(string stack, string message) =>
        Assert.Equal($"cenote: {message}", _place.Run("shape", "8x8", "--stack", stack).Refused());

    [Fact]
    public void One_window_or_a_stack_is_needed()
    {
        Assert.Contains("-k or --stack is missing", _place.Run("shape 8x8").Refused(), StringComparison.Ordinal);
        Assert.Contains("--stack and -k are both given", _place.Run("shape", "8x8", "-k", "2", "--stack", "max 2").Refused(), StringComparison.Ordinal);
    }
}
