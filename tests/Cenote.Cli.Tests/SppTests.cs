namespace Cenote.Cli.Tests;

/// <summary>Spatial pyramids on the command line.</summary>
public sealed class SppTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("a.npy --dims 1 --sizes 1,2 -o o.npy", new[] { 4f, 3, 4 })]
    [InlineData("a.npy --dims 1 --sizes 2,1 --mode avg -o o.npy", new[] { 2f, 3, 2.5f })]
    [InlineData("a.npy --dims 1 --sizes 4 -o o.npy", new[] { 1f, 3, 2, 4 })]
    public void Sizes_follow_each_other(string arguments, float[] expected)
    {
        _place.Write("a.npy", NpyArray.Floats([1, 4], 1, 3, 2, 4));
        _place.Run($"spp {arguments}").Succeeded();
        Require([1, expected.Length], expected);
    }

    [Fact]
    public void Channels_that_lie_last_stay_last()
    {
        _place.Write("a.npy", NpyArray.Floats([2, 2, 2], 1, 10, 2, 20, 3, 30, 4, 40));
        _place.Run("spp a.npy --layout nhwc --sizes 1,1x2 -o o.npy").Succeeded();
        Require([3, 2], [4, 40, 3, 30, 4, 40]);
    }

    [Theory]
    [InlineData("a.npy --sizes 1,,2", "--sizes is '1,,2'; the size is ''; it must be a whole number")]
    [InlineData("a.npy --sizes 0", "--sizes is '0'; the size is '0'")]
    [InlineData("a.npy --sizes 1x2,1x2x3", "must have as many numbers as each other")]
    [InlineData("a.npy --mode least", "--mode is 'least'; it must be max or avg.")]
    public void What_is_no_pyramid_is_refused(string arguments, string message)
    {
        _place.Write("a.npy", NpyArray.Floats([1, 2, 2], 1, 2, 3, 4));
        Assert.Contains(message, _place.Run($"spp {arguments}").Refused(), StringComparison.Ordinal);
    }

    private void Require(long[] shape, float[] values)
    {
        NpyArray pooled = _place.ReadArray("o.npy");
        Assert.Equal(shape, pooled.Shape);
        Assert.Equal(values, pooled.Values<float>());
    }
}
