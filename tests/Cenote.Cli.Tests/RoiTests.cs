using System.Numerics.Tensors;

namespace Cenote.Cli.Tests;

/// <summary>Regions on the command line.</summary>
public sealed class RoiTests : IDisposable
{
    private static readonly float[] Boxes = [0, 1, 1, 9, 13, 1, 0, 4, 8, 8, 1, -3, 2.5f, 40, 11];

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("roi-align --size 2x3 --scale 0.5", "2×3 scale 0.5")]
    [InlineData("roi-align --size 2 --sampling-ratio 2 --aligned", "2 scale 1 sampling-ratio 2 aligned")]
    [InlineData("roi-align --size 3 --mode max", "3 scale 1 max")]
    [InlineData("roi-max --size 3x2 --scale 0.5", "3×2 scale 0.5")]
    public void Regions_are_pooled_as_the_layer_does(string command, string options)
    {
        RoiPool layer = options switch
        {
            "2×3 scale 0.5" => new RoiAlign((2, 3), 0.5),
            "2 scale 1 sampling-ratio 2 aligned" => new RoiAlign(2, 1, 2, aligned: true),
            "3 scale 1 max" => new RoiAlign(3, mode: RoiMode.Max),
            _ => new RoiMaxPool((3, 2), 0.5),
        };
        NpyArray x = NpyArray.Random("f4", [2, 3, 8, 9], seed: 4);
        Tensor<float> expected = layer.Forward(Tensor.Create(x.Values<float>(), [2, 3, 8, 9]), Tensor.Create(Boxes, [3, 5]));
        _place.Write("x.npy", x);
        _place.Write("fortran.npy", x, new(IsFortran: true));
        _place.Write("last.npy", x.Permute([0, 2, 3, 1]));
        _place.Write("rois.npy", NpyArray.Floats([3, 5], Boxes));
        _place.Write("doubles.npy", NpyArray.Of("f8", [3, 5], Array.ConvertAll(Boxes, number => (double)number)), new(IsFortran: true));
        string verb = command.Split(' ')[0], rest = command[verb.Length..];
        Assert.Contains($"  {verb} {options}  ", _place.Run($"{verb} x.npy --rois rois.npy{rest} -o y.npy").Succeeded().Printed, StringComparison.Ordinal);
        Require(_place.ReadArray("y.npy"));
        _place.Run($"{verb} fortran.npy --rois doubles.npy{rest} -o y.npy --force").Succeeded();
        Require(_place.ReadArray("y.npy"));
        _place.Run($"{verb} last.npy --layout nhwc --rois rois.npy{rest} -o y.npy --force").Succeeded();
        Require(_place.ReadArray("y.npy").Permute([0, 3, 1, 2]));

        void Require(NpyArray made)
        {
            Assert.Equal(expected.Lengths.ToArray().Select(length => (long)length), made.Shape);
            Assert.Equal(expected, made.Values<float>());
        }
    }

    [Fact]
    public void One_image_needs_no_number()
    {
        NpyArray x = NpyArray.Random("f8", [3, 8, 9], seed: 5);
        _place.Write("x.npy", x);
        _place.Write("rois.npy", NpyArray.Of("i4", [2, 4], [1, 1, 6, 5, 0, 2, 3, 4]));
        _place.Write("numbered.npy", NpyArray.Of("i4", [2, 5], [0, 1, 1, 6, 5, 0, 0, 2, 3, 4]));
        _place.Run("roi-align x.npy --rois rois.npy --size 2 -o y.npy").Succeeded();
        _place.Run("roi-align x.npy --rois numbered.npy --size 2 -o z.npy").Succeeded();
        Assert.Equal(_place.Read("z.npy"), _place.Read("y.npy"));
        Assert.Equal([2L, 3, 2, 2], _place.ReadArray("y.npy").Shape);
        double[] expected = [.. new RoiAlign(2).Forward(Tensor.Create(x.Values<double>(), [1, 3, 8, 9]), Tensor.Create<double>([1, 1, 6, 5, 0, 2, 3, 4], [2, 4]), [0, 0])];
        Assert.Equal(expected, _place.ReadArray("y.npy").Values<double>());
        _place.Write("none.npy", NpyArray.Floats([0, 5]));
        _place.Write("nameless.npy", NpyArray.Floats([0, 4]));
        foreach (string none in (string[])["none", "nameless"])
        {
            _place.Run($"roi-max x.npy --rois {none}.npy --size 2 -o y.npy --force").Succeeded();
            Assert.Equal([0L, 3, 2, 2], _place.ReadArray("y.npy").Shape);
        }
    }

    [Fact]
    public void Without_images_there_are_no_regions()
    {
        _place.Write("empty.npy", NpyArray.Floats([0, 3, 8, 9]));
        _place.Write("none.npy", NpyArray.Floats([0, 5]));
        _place.Write("one.npy", NpyArray.Floats([1, 5], 0, 1, 1, 2, 2));
        _place.Run("roi-align empty.npy --rois none.npy --size 2 -o y.npy").Succeeded();
        Assert.Equal([0L, 3, 2, 2], _place.ReadArray("y.npy").Shape);
        Assert.EndsWith("boxes has image 0 for region 0; there are no images.", _place.Run("roi-align empty.npy --rois one.npy --size 2 -o z.npy").Refused(), StringComparison.Ordinal);
        Assert.DoesNotContain("z.npy", _place.Entries);
    }

    [Theory]
    [InlineData("roi-align x.npy --size 2", "Option '--rois' is required; see cenote roi-align --help.")]
    [InlineData("roi-align x.npy --rois four.npy --size 2", "--rois: four.npy is 1×4, and x.npy is 2×3×8×9; they must be R×5.")]
    [InlineData("roi-align x.npy --rois image.npy --size 2", "--rois: boxes has image 2 for region 0; it must be a whole number from 0 to 1.")]
    [InlineData("roi-max x.npy --rois nan.npy --size 2", "--rois: boxes has NaN as y1 of region 0; scaled it must be a number of at most 2^40.")]
    [InlineData("roi-max x.npy --rois good.npy --size 2x2x2", "--size: outputSize is 2×2×2, 3 numbers; it must be one number, or (height, width).")]
    [InlineData("roi-max x.npy --rois good.npy --size 2 --scale 0", "--scale is '0'; it must be a number greater than 0.")]
    [InlineData("roi-align x.npy --rois good.npy --size 2 --sampling-ratio 1001", "--sampling-ratio is '1001'; it must be a whole number from 0 to 1000.")]
    [InlineData("roi-align x.npy --rois good.npy --size 2 --mode min", "--mode is 'min'; it must be avg or max.")]
    [InlineData("roi-max x.npy --rois good.npy --size 2 --dims 3", "--dims is 3; regions are pooled along 2 axes.")]
    [InlineData("roi-max five.npy --rois good.npy --size 2", "five.npy: an array of 5 axes (1×2×3×4×4); regions are pooled of channels and 2 spatial axes, with or without N before them.")]
    public void What_is_no_region_is_refused(string arguments, string line)
    {
        _place.Write("x.npy", NpyArray.Random("f4", [2, 3, 8, 9], seed: 4));
        _place.Write("five.npy", NpyArray.Random("f4", [1, 2, 3, 4, 4], seed: 4));
        _place.Write("good.npy", NpyArray.Floats([1, 5], 0, 0, 0, 2, 2));
        _place.Write("four.npy", NpyArray.Floats([1, 4], 0, 0, 2, 2));
        _place.Write("image.npy", NpyArray.Floats([1, 5], 2, 0, 0, 2, 2));
        _place.Write("nan.npy", NpyArray.Floats([1, 5], 0, 0, float.NaN, 2, 2));
        string[] before = _place.Snapshot;
        Assert.Equal($"cenote: {line}", _place.Run(arguments).Refused());
        Assert.Equal(before, _place.Snapshot);
    }
}
