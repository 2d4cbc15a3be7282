namespace Cenote.Cli.Tests;

/// <summary>YOLO's chain of maxima on the command line.</summary>
public sealed class SppfTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_input_and_its_maxima_lie_side_by_side_as_channels()
    {
        _place.Write("a.npy", NpyArray.Floats([2, 1, 5], 1, 0, 0, 0, 2, 5, 6, 7, 8, 9));
        Assert.StartsWith("a.npy  2×1×5 → 2×3×5  sppf k3 count 2  ", _place.Run("sppf a.npy --dims 1 -k 3 --count 2").Succeeded().Printed, StringComparison.Ordinal);
        Assert.Equal([1f, 0, 0, 0, 2, 1, 1, 0, 2, 2, 1, 1, 2, 2, 2, 5, 6, 7, 8, 9, 6, 7, 8, 9, 9, 7, 8, 9, 9, 9], _place.ReadArray("a.sppf.npy").Values<float>());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_memory_order_gives_what_the_layer_gives(bool channelsLast, bool fortran)
    {
        NpyArray x = NpyArray.Random("i2", [2, 3, 6, 7], seed: 3);
        var layer = new SppfPool2d((3, 5));
        short[] expected = [.. layer.Forward(System.Numerics.Tensors.Tensor.Create(x.Values<short>(), [2, 3, 6, 7]))];
        _place.Write("a.npy", channelsLast ? x.Permute([0, 2, 3, 1]) : x, new(IsFortran: fortran));
        _place.Run($"sppf a.npy -k 3x5 {(channelsLast ? "--layout nhwc" : "")} -o o.npy").Succeeded();
        NpyArray made = _place.ReadArray("o.npy");
        Assert.Equal(channelsLast ? [2L, 6, 7, 12] : [2L, 12, 6, 7], made.Shape);
        Assert.Equal(expected, (channelsLast ? made.Permute([0, 3, 1, 2]) : made).Values<short>());
    }

    [Theory]
    [InlineData("a.npy -k 4", "-k: kernelSize is 4; it must be odd, and at least 1, so that outputs have the input's size.")]
    [InlineData("a.npy --count 0", "--count is '0'; it must be a whole number from 1 to 1000.")]
    [InlineData("a.npy", "a.npy: an array of 2 axes (2×2); 2 of them and channels need at least 3 (see --dims and --layout).")]
    public void What_is_no_chain_is_refused(string arguments, string line)
    {
        _place.Write("a.npy", NpyArray.Floats([2, 2], 1, 2, 3, 4));
        Assert.Equal($"cenote: {line}", _place.Run($"sppf {arguments}").Refused());
    }
}
