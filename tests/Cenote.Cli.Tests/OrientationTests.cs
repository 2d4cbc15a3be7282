namespace Cenote.Cli.Tests;

/// <summary>Photographs that their camera turned.</summary>
public sealed class OrientationTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_photograph_is_pooled_upright(byte orientation)
    {
        byte[] jpeg = Pictures.Encoded(Picture.Random(12, 8, 3, seed: 8), ".jpg");
        _place.Write("a.jpg", Pictures.Oriented(jpeg, orientation));
        AssertPooled(Upright(Pictures.Decode(jpeg), orientation), "a.jpg");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_png_is_pooled_upright(byte orientation)
    {
        var picture = Picture.Random(12, 8, 4, seed: 9);
        _place.Write("big.png", Pictures.WithChunk(Pictures.Png(picture), "eXIf", Pictures.Exif(orientation)));
        AssertPooled(Upright(picture, orientation), "big.png");

        byte[] little = [.. "II"u8, 42, 0, 8, 0, 0, 0, 2, 0, 0x0F, 1, 2, 0, 1, 0, 0, 0, 65, 0, 0, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
        _place.Write("little.png", Pictures.WithChunk(Pictures.Png(picture), "eXIf", little));
        AssertPooled(Upright(picture, orientation), "little.png");
    }

    [Theory]
    [InlineData("")]
    [InlineData("4D4D002A")]
    [InlineData("4D4D002A00000008")] // The directory would begin at the end,
    [InlineData("4D4D002AFFFFFFFF")] // far behind it,
    [InlineData("4D4D002A00000008FFFF")] // or have entries that are not there,
    [InlineData("4D4D002A00000008FFFF011200030000000100")] // or end inside of one.
    [InlineData("4D4D002A000000080001011200030000000100090000")] // There is no orientation 9.
    [InlineData("4D4D002A000000080001011200020000000100060000")] // A text is none.
    public void An_orientation_that_is_none_is_passed_over(string exif)
    {
        var picture = Picture.Random(12, 8, 4, seed: 10);
        _place.Write("a.png", Pictures.WithChunk(Pictures.Png(picture), "eXIf", Convert.FromHexString(exif)));
        AssertPooled(picture, "a.png");
    }

    [Fact]
    public void What_follows_a_png_and_lies_about_its_length_is_passed_over()
    {
        var picture = Picture.Random(12, 8, 4, seed: 11);
        _place.Write("a.png", [.. Pictures.Png(picture), 255, 255, 255, 255, .. "eXIf"u8, 1, 2, 3, 4, 5]);
        AssertPooled(picture, "a.png");
    }

    private void AssertPooled(Picture upright, string name)
    {
        _place.Run($"max {name} -k 1x2 -s 1").Succeeded();
        Picture expected = upright.Pool(new MaxPool2d((1, 2), 1));
        Picture actual = Pictures.Decode(_place.Read(Path.ChangeExtension(name, ".max.png")));
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Samples, actual.Samples);
    }

    private static Picture Upright(Picture stored, int orientation)
    {
        int width = stored.Width, height = stored.Height, right = width - 1, bottom = height - 1;
        return orientation switch
        {
            2 => stored.Map(width, height, (x, y) => (right - x, y)),
            3 => stored.Map(width, height, (x, y) => (right - x, bottom - y)),
            4 => stored.Map(width, height, (x, y) => (x, bottom - y)),
            5 => stored.Map(height, width, (x, y) => (y, x)),
            6 => stored.Map(height, width, (x, y) => (y, bottom - x)),
            7 => stored.Map(height, width, (x, y) => (right - y, bottom - x)),
            8 => stored.Map(height, width, (x, y) => (right - y, x)),
            _ => stored,
        };
    }
}
