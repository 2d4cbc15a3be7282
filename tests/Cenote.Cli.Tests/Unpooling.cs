namespace Cenote.Cli.Tests;

/// <summary>Max unpooling by its description: zeros, and each value where its index says, the last one staying.</summary>
internal static class Unpooling
{
    public static NpyArray Expected(NpyArray values, NpyArray indices, long[] spatial, bool channelsLast)
    {
        int dims = spatial.Length, size = values.Size;
        NpyArray moved = values.ChannelsFirst(dims, channelsLast);
        long[] flat = indices.ChannelsFirst(dims, channelsLast).Values<long>();
        long taps = moved.Shape[^dims..].Aggregate(1L, (product, length) => product * length), plane = spatial.Aggregate(1L, (product, length) => product * length);
        var elements = new byte[flat.Length / taps * plane * size];
        for (int i = 0; i < flat.Length; i++)
            if (flat[i] >= 0) moved.Elements.AsSpan(i * size, size).CopyTo(elements.AsSpan((int)((i / taps * plane) + flat[i]) * size));
        return new NpyArray(values.Code, [.. moved.Shape[..^dims], .. spatial], elements).ChannelsBack(dims, channelsLast);
    }
}
