namespace Cenote.Cli.Tests;

/// <summary>Pictures to arrays, and back.</summary>
public sealed class ConversionTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_picture_becomes_an_array_of_channels_rows_and_columns_and_a_picture_again(int channels)
    {
        var picture = Picture.Random(6, 4, channels, seed: channels);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run("max a.png -k 1 -o a.npy").Succeeded();
        NpyArray array = _place.ReadArray("a.npy");
        Assert.Equal(picture.ToArray().Shape, array.Shape);
        Assert.Equal(picture.ToArray().Elements, array.Elements);

        _place.Run("max a.npy -k 1 -o b.png").Succeeded();
        Picture back = Pictures.Decode(_place.Read("b.png"));
        Assert.Equal((6, 4, channels), (back.Width, back.Height, back.Channels));
        Assert.Equal(picture.Samples, back.Samples);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_picture_of_one_pixel_becomes_one_number_per_channel(int channels)
    {
        var picture = Picture.Random(6, 4, channels, seed: channels);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run("global-max a.png -o a.npy").Succeeded();
        NpyArray array = _place.ReadArray("a.npy");
        Assert.Equal((long[])[channels, 1, 1], array.Shape);
        Assert.Equal(picture.Pool(new GlobalMaxPool2d()).Samples, array.Elements);
    }

    [Fact]
    public void An_array_of_rows_and_columns_becomes_a_grey_picture()
    {
        _place.Write("a.npy", NpyArray.Bytes([2, 3], 1, 2, 3, 4, 5, 6), new NpyForm(IsFortran: true));
        _place.Run("max a.npy -k 1 -o a.png").Succeeded();
        Picture picture = Pictures.Decode(_place.Read("a.png"));
        Assert.Equal((3, 2, 1), (picture.Width, picture.Height, picture.Channels));
        Assert.Equal((byte[])[1, 2, 3, 4, 5, 6], picture.Samples);
    }

    [Theory]
    [InlineData("f4", 3, 4, 4)]
    [InlineData("u1", 2, 4, 4)]
    [InlineData("u1", 5, 4, 4)]
    [InlineData("u1", 1, 3, 4, 4)]
    public void An_array_that_is_no_picture_is_refused(string code, params int[] shape)
    {
        _place.Write("a.npy", NpyArray.Random(code, [.. shape], seed: 1));
        string line = _place.Run("max a.npy -k 2 -o a.png").Refused();
        Assert.StartsWith($"cenote: a.png: an array of {string.Join('×', shape.SkipLast(2))}×2×2 {code} is no picture; ", line, StringComparison.Ordinal);
        Assert.Equal(["a.npy"], _place.Entries);
    }

    [Theory]
    [InlineData(".webp", 16_383, "WebP", ".png or .jpg or .npy")]
    [InlineData(".jpg", 65_500, "JPEG", ".png or .npy")]
    [InlineData(".png", 1_000_000, "PNG", ".npy")]
    public void A_side_is_as_long_as_its_format_allows(string extension, int most, string format, string others)
    {
        _place.Write("a.npy", new NpyArray("u1", [2, most], new byte[2 * most]));
        _place.Run($"max a.npy -k 2x1 -o a{extension}").Succeeded();
        Assert.Equal((most, 1), Pictures.Size(_place.Read("a" + extension)));

        _place.Write("b.npy", new NpyArray("u1", [most + 1, 2], new byte[2 * most + 2]));
        Assert.Equal($"cenote: b{extension}: a {format} has at most {most} pixels on a side, and the picture has {most + 1}; write a {others}.", _place.Run($"max b.npy -k 1x2 -o b{extension}").Refused());
    }

    [Theory]
    [InlineData("b.png", "f4", 1000, 1000)]
    [InlineData("b.jpg", "u1", 4, 1000, 1000)]
    public void What_cannot_be_written_is_refused_before_the_work(string output, string code, params int[] shape)
    {
        // A million windows of up to a million taps: hours.
        _place.Write("a.npy", NpyArray.Random(code, [.. shape], seed: 1));
        Assert.StartsWith($"cenote: {output}: ", _place.Run($"max a.npy -k 1000 -s 1 -p 999 -o {output}").Refused(), StringComparison.Ordinal);
    }
}
