namespace Cenote.Cli.Tests;

/// <summary>Pictures from file to file.</summary>
public sealed class PictureTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1, ".png", 0)]
    [InlineData(3, ".png", 2)]
    [InlineData(4, ".png", 6)]
    [InlineData(3, ".webp", 2)]
    [InlineData(4, ".webp", 6)]
    [InlineData(3, ".bmp", 2)]
    public void A_picture_keeps_its_channels_and_every_sample(int channels, string extension, byte pngColour)
    {
        // Random alpha: a colour multiplied by it on the way would not come back.
        var picture = Picture.Random(7, 5, channels, seed: channels);
        _place.Write("a" + extension, Pictures.Encoded(picture, extension));
        _place.Run($"max a{extension} -k 2x3 -s 1x2 -p 1").Succeeded();
        byte[] pooled = _place.Read("a.max.png");
        AssertSame(picture.Pool(new MaxPool2d((2, 3), (1, 2), 1)), Pictures.Decode(pooled));
        Assert.Equal(pngColour, Pictures.PngColour(pooled));
    }

    [Fact]
    public void A_transparent_pixel_keeps_its_colour()
    {
        var picture = new Picture(2, 1, 4, [200, 100, 50, 0, 7, 8, 9, 255]);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run("max a.png -k 1").Succeeded();
        AssertSame(picture, Pictures.Decode(_place.Read("a.max.png")));
    }

    [Fact]
    public void A_webp_is_written_without_loss()
    {
        var picture = new Picture(2, 2, 4, [200, 100, 50, 1, 7, 8, 9, 255, 3, 4, 5, 6, 250, 251, 252, 128]);
        _place.Write("a.png", Pictures.Png(picture));
        _place.Run("max a.png -k 1 -o b.webp").Succeeded();
        Assert.True(_place.Read("b.webp").AsSpan(8).StartsWith("WEBP"u8));
        AssertSame(picture, Pictures.Decode(_place.Read("b.webp")));
    }

    [Fact]
    public void A_webp_that_would_lose_a_colour_is_refused()
    {
        _place.Write("a.png", Pictures.Png(new(2, 1, 4, [0, 0, 50, 0, 7, 8, 9, 255])));
        Assert.Equal("cenote: b.webp: a WebP loses the colour of fully transparent pixels, and the picture has such; write a .png or .npy.", _place.Run("max a.png -k 1 -o b.webp").Refused());
        Assert.Equal(["a.png"], _place.Entries);

        var black = new Picture(2, 1, 4, [0, 0, 0, 0, 7, 8, 9, 255]);
        _place.Write("c.png", Pictures.Png(black));
        _place.Run("max c.png -k 1 -o b.webp").Succeeded();
        AssertSame(black, Pictures.Decode(_place.Read("b.webp")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_jpeg_is_pooled_as_it_decodes(int channels)
    {
        byte[] jpeg = Pictures.Encoded(Picture.Random(16, 8, channels, seed: 3), ".jpg");
        _place.Write("a.jpg", jpeg);
        _place.Run("max a.jpg -k 2").Succeeded();
        AssertSame(Pictures.Decode(jpeg).Pool(new MaxPool2d(2)), Pictures.Decode(_place.Read("a.max.png")));
    }

    [Fact]
    public void A_jpeg_is_written_where_one_is_asked_for()
    {
        _place.Write("a.png", Pictures.Png(new(8, 8, 3, [.. Enumerable.Repeat((byte)120, 192)])));
        _place.Run("max a.png -k 2 -o b.jpg").Succeeded();
        byte[] jpeg = _place.Read("b.jpg");
        Assert.Equal((byte[])[0xFF, 0xD8, 0xFF], jpeg[..3]);
        Picture decoded = Pictures.Decode(jpeg);
        Assert.Equal((4, 4), (decoded.Width, decoded.Height));
        Assert.All(decoded.Samples, sample => Assert.InRange(sample, 118, 122));
    }

    [Theory]
    [InlineData("", 0, 2, 2, 3)]
    [InlineData("--round nearest", 0, 2, 2, 3)]
    [InlineData("--round trunc", 0, 1, 2, 2)]
    public void An_average_of_a_picture_rounds_to_the_nearest(string option, params int[] expected)
    {
        // The means are ½, 1½, 2½ and 2¾.
        _place.Write("a.png", Pictures.Png(new(8, 2, 1, [0, 1, 1, 2, 2, 3, 2, 3, 0, 1, 1, 2, 2, 3, 3, 3])));
        _place.Run($"avg a.png -k 2 {option}").Succeeded();
        Assert.Equal(expected, Pictures.Decode(_place.Read("a.avg.png")).Samples.Select(sample => (int)sample));
    }

    [Fact]
    public void A_png_of_16_bits_is_refused_with_the_reason()
    {
        _place.Write("deep.png", Pictures.DeepPng());
        Assert.StartsWith("cenote: deep.png: a PNG of 16 bits per channel; ", _place.Run("max deep.png -k 1").Refused(), StringComparison.Ordinal);
    }

    private static void AssertSame(Picture expected, Picture actual)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (actual.Width, actual.Height, actual.Channels));
        Assert.Equal(expected.Samples, actual.Samples);
    }
}
