namespace Cenote.Cli.Tests;

/// <summary>A picture of bytes.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 for grey, 3 for RGB, 4 for RGBA with alpha not multiplied in.</param>
/// <param name="Samples">Row by row, the channels of a pixel together.</param>
internal sealed record Picture(int Width, int Height, int Channels, byte[] Samples)
{
    public static Picture Random(int width, int height, int channels, int seed)
    {
        var samples = new byte[width * height * channels];
        new Random(seed).NextBytes(samples);
        return new(width, height, channels, samples);
    }

    public static Picture Of(NpyArray channelsFirst)
    {
        NpyArray array = channelsFirst.Permute([1, 2, 0]);
        return new((int)array.Shape[1], (int)array.Shape[0], (int)array.Shape[2], array.Elements);
    }

    /// <summary>Channels × rows × columns.</summary>
    public NpyArray ToArray() => new NpyArray("u1", [Height, Width, Channels], Samples).Permute([2, 0, 1]);

    public Picture Pool(PoolLayer layer) => Of(Library.Pool(layer, ToArray(), channelsLast: false));

    public byte[] Pixel(int x, int y) => Samples.AsSpan((y * Width + x) * Channels, Channels).ToArray();

    /// <summary>The picture whose pixel at (x, y) is this one's at the given place.</summary>
    public Picture Map(int width, int height, Func<int, int, (int X, int Y)> place) => new(
        width,
        height,
        Channels,
        [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) from sample in Pixel(place(x, y).X, place(x, y).Y) select sample]);
}
