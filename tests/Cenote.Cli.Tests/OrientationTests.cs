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
        _place.Run("max a.jpg -k 1x2 -s 1").Succeeded();
        Picture expected = Upright(Pictures.Decode(jpeg), orientation).Pool(new MaxPool2d((1, 2), 1));
        Picture actual = Pictures.Decode(_place.Read("a.max.png"));
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
