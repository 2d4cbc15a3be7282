namespace Cenote.Cli.Tests;

/// <summary>Padded samples on the command line: masks and lengths of the global layers.</summary>
public sealed class MaskTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("global-avg", new[] { 2f, 20, 6, 60 })]
    [InlineData("global-sum", new[] { 6f, 60, 12, 120 })]
    [InlineData("global-max", new[] { 3f, 30, 8, 80 })]
    [InlineData("global-min", new[] { 1f, 10, 4, 40 })]
    [InlineData("global-lp --norm 1", new[] { 6f, 60, 12, 120 })]
    [InlineData("global-gem --norm 1", new[] { 2f, 20, 6, 60 })]
    public void Padding_takes_no_part(string verb, float[] expected)
    {
        WriteSentences();
        foreach (string option in (string[])["--mask mask.npy", "--mask words.npy", "--mask bits.npy", "--lengths lengths.npy"])
        {
            _place.Run($"{verb} x.npy --dims 1 {option} -o y.npy --force").Succeeded();
            Assert.Equal(expected, _place.ReadArray("y.npy").Values<float>(), Close);
            Assert.Equal([2L, 2, 1], _place.ReadArray("y.npy").Shape);
            _place.Run($"{verb} last.npy --dims 1 --layout nhwc {option} -o y.npy --force").Succeeded();
            Assert.Equal(expected, _place.ReadArray("y.npy").Values<float>(), Close);
        }

        static bool Close(float one, float other) => Math.Abs(one - other) <= 1e-5f * Math.Abs(one);
    }

    [Fact]
    public void A_batch_of_none_has_masks_of_none()
    {
        _place.Write("x.npy", NpyArray.Floats([0, 3, 8, 9]));
        _place.Write("m.npy", NpyArray.Bytes([0, 8, 9]));
        _place.Write("l.npy", NpyArray.Of("i4", [0], Array.Empty<int>()));
        foreach (string option in (string[])["--mask m.npy", "--lengths l.npy"])
        {
            _place.Run($"global-avg x.npy {option} -o y.npy --force").Succeeded();
            Assert.Equal([0L, 3, 1, 1], _place.ReadArray("y.npy").Shape);
        }
    }

    [Fact]
    public void Indices_lie_in_the_whole_plane_and_never_in_the_padding()
    {
        _place.Write("x.npy", NpyArray.Floats([2, 1, 4], 9, 1, 5, 9, 1, 1, 1, 1));
        _place.Write("m.npy", NpyArray.Bytes([2, 4], 0, 1, 1, 0, 0, 0, 0, 0));
        _place.Run("global-max x.npy --dims 1 --mask m.npy -o y.npy --indices i.npy").Succeeded();
        Assert.Equal([2L, -1], _place.ReadArray("i.npy").Values<long>());
        Assert.Equal([5f, float.NegativeInfinity], _place.ReadArray("y.npy").Values<float>());
        _place.Run("global-min x.npy --dims 1 --mask m.npy -o y.npy --indices i.npy --force").Succeeded();
        Assert.Equal([1L, -1], _place.ReadArray("i.npy").Values<long>());
        Assert.Equal([1f, float.PositiveInfinity], _place.ReadArray("y.npy").Values<float>());
    }

    [Fact]
    public void In_two_dimensions_lengths_are_one_per_axis_or_one_for_both()
    {
        _place.Write("x.npy", NpyArray.Floats([2, 1, 2, 3], 1, 2, 9, 3, 4, 9, 5, 9, 9, 9, 9, 9));
        _place.Write("each.npy", NpyArray.Of("i4", [2, 2], [2, 2, 1, 1]));
        _place.Write("both.npy", NpyArray.Of("u1", [2], (byte[])[2, 1]));
        foreach (string lengths in (string[])["each", "both"])
        {
            _place.Run($"global-avg x.npy --lengths {lengths}.npy -o y.npy --force").Succeeded();
            Assert.Equal([2.5f, 5], _place.ReadArray("y.npy").Values<float>());
        }
    }

    [Fact]
    public void A_mask_of_every_plane_of_its_own_and_one_in_another_memory_order()
    {
        NpyArray x = NpyArray.Random("f8", [3, 2, 5], seed: 7), whole = NpyArray.Random("u1", [3, 2, 5], seed: 8), shared = NpyArray.Random("i2", [3, 5], seed: 9);
        // A mask of random numbers has no zeros to speak of.
        whole = NpyArray.Bytes(whole.Shape, [.. whole.Elements.Select(value => (byte)(value % 2))]);
        shared = NpyArray.Of("i2", shared.Shape, [.. shared.Values<short>().Select(value => (short)(value % 2))]);
        double[] values = x.Values<double>();
        double[] byPlane = [.. Enumerable.Range(0, 6).Select(plane => Sum(plane, i => whole.Elements[plane * 5 + i] != 0))];
        double[] bySample = [.. Enumerable.Range(0, 6).Select(plane => Sum(plane, i => shared.Values<short>()[plane / 2 * 5 + i] != 0))];
        foreach (bool fortran in (bool[])[false, true])
            foreach (bool other in (bool[])[false, true])
            {
                _place.Write("x.npy", x, new(IsFortran: fortran));
                _place.Write("whole.npy", whole, new(IsFortran: other));
                _place.Write("shared.npy", shared, new(IsFortran: other, IsBigEndian: fortran));
                _place.Run("global-sum x.npy --dims 1 --mask whole.npy -o y.npy --force").Succeeded();
                Assert.Equal(byPlane, _place.ReadArray("y.npy").Values<double>(), Close);
                _place.Run("global-sum x.npy --dims 1 --mask shared.npy -o y.npy --force").Succeeded();
                Assert.Equal(bySample, _place.ReadArray("y.npy").Values<double>(), Close);
            }

        double Sum(int plane, Func<int, bool> isReal) => Enumerable.Range(0, 5).Where(isReal).Sum(i => values[plane * 5 + i]);

        static bool Close(double one, double other) => Math.Abs(one - other) <= 1e-9;
    }

    [Fact]
    public void A_picture_has_a_mask_too()
    {
        _place.Write("photo.png", Pictures.Png(new Picture(2, 2, 3, [10, 20, 30, 0, 0, 0, 50, 60, 70, 0, 0, 0])));
        _place.Write("left.npy", NpyArray.Bytes([2, 2], 1, 0, 1, 0));
        _place.Run("global-avg photo.png --mask left.npy -o y.npy").Succeeded();
        Assert.Equal((byte[])[30, 40, 50], _place.ReadArray("y.npy").Elements);
    }

    [Fact]
    public void The_report_says_that_samples_were_masked()
    {
        WriteSentences();
        Assert.StartsWith("x.npy  2×2×5 → 2×2×1  global-lp p-norm 2 masked  ", _place.Run("global-lp x.npy --dims 1 --norm 2 --lengths lengths.npy").Succeeded().Printed, StringComparison.Ordinal);
        Assert.StartsWith("x.npy  2×2×5 → 2×2×1  global-avg masked  ", _place.Run("global-avg x.npy --dims 1 --lengths lengths.npy").Succeeded().Printed, StringComparison.Ordinal);
        Assert.Contains("  on cpu  ", _place.Run("global-avg x.npy --dims 1 --lengths lengths.npy --device cpu --force").Succeeded().Printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mask mask.npy --lengths lengths.npy", "--mask and --lengths are both given; one of them says what is real.")]
    [InlineData("--mask missing.npy", "--mask: missing.npy: no such file.")]
    [InlineData("--mask x.npy", "--mask: x.npy is an array of f4; a mask is an npy array of integers or booleans.")]
    [InlineData("--mask lengths.npy", "--mask: lengths.npy is 2, and x.npy is 2×2×5; it must be 2×5.")]
    [InlineData("--lengths mask.npy", "--lengths: mask.npy is 2×5, and x.npy is 2×2×5; it must be 2.")]
    [InlineData("--lengths long.npy", "--lengths has 6 for sample 1; x.npy allows 0 to 5 there.")]
    [InlineData("--mask -", "--mask is -, standard input, which is read once; INPUT must then be one file.", "x.npy x.npy --out-dir .")]
    [InlineData("--lengths lengths.npy --onnx y.onnx", "--onnx is given beside a mask; ONNX's pooling has none.")]
    [InlineData("--lengths lengths.npy --device simulated", "x.npy: a mask has no kernel for devices; leave --device out, or say auto.")]
    public void What_is_no_mask_is_refused(string options, string line, string input = "x.npy")
    {
        WriteSentences();
        _place.Write("long.npy", NpyArray.Of("i8", [2], [3L, 6]));
        string[] before = _place.Snapshot;
        Assert.Equal($"cenote: {line}", _place.Run($"global-avg {input} --dims 1 {options}").Refused());
        Assert.Equal(before, _place.Snapshot);
    }

    /// <summary>Two sentences of two channels: three words, and two.</summary>
    private void WriteSentences()
    {
        NpyArray x = NpyArray.Floats([2, 2, 5], 1, 2, 3, 9, float.NaN, 10, 20, 30, 9, 9, 4, 8, 9, 9, 9, 40, 80, float.NaN, 9, 9);
        _place.Write("x.npy", x);
        _place.Write("last.npy", x.Permute([0, 2, 1]));
        _place.Write("lengths.npy", NpyArray.Of("i8", [2], [3L, 2]));
        _place.Write("mask.npy", NpyArray.Of("i8", [2, 5], [1L, 1, 1, 0, 0, 1, 1, 0, 0, 0]));
        _place.Write("words.npy", NpyArray.Of("u2", [2, 5], (ushort[])[7, 1, 3, 0, 0, 1, 9, 0, 0, 0]));
        _place.Write("bits.npy", new NpyArray("b1", [2, 5], [1, 1, 1, 0, 0, 1, 1, 0, 0, 0]));
    }
}
