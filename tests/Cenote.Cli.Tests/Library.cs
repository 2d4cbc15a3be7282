using System.Numerics.Tensors;

namespace Cenote.Cli.Tests;

/// <summary>What the library gives for an array: copied into channels first, pooled, and copied back.</summary>
internal static class Library
{
    public static NpyArray Pool(PoolLayer layer, NpyArray array, bool channelsLast) => array.Code switch
    {
        "f2" => Pool<Half>(layer, array, channelsLast),
        "f4" => Pool<float>(layer, array, channelsLast),
        "f8" => Pool<double>(layer, array, channelsLast),
        "i1" => Pool<sbyte>(layer, array, channelsLast),
        "i2" => Pool<short>(layer, array, channelsLast),
        "i4" => Pool<int>(layer, array, channelsLast),
        "i8" => Pool<long>(layer, array, channelsLast),
        "u1" => Pool<byte>(layer, array, channelsLast),
        "u2" => Pool<ushort>(layer, array, channelsLast),
        "u4" => Pool<uint>(layer, array, channelsLast),
        "u8" => Pool<ulong>(layer, array, channelsLast),
        _ => throw new ArgumentException(array.Code, nameof(array)),
    };

    private static NpyArray Pool<T>(PoolLayer layer, NpyArray array, bool channelsLast)
        where T : unmanaged
    {
        int rank = array.Shape.Length, dims = layer.SpatialRank;
        int[] axes = [.. Enumerable.Range(0, rank)];
        int[] channelsFirst = channelsLast ? [.. axes[..^(dims + 1)], rank - 1, .. axes[^(dims + 1)..^1]] : axes;
        NpyArray moved = array.Permute(channelsFirst);

        long[] leading = moved.Shape[..^dims], spatial = moved.Shape[^dims..];
        long channels = leading.Length == 0 ? 1 : leading[^1], batch = leading.SkipLast(1).Aggregate(1L, (product, length) => product * length);
        Tensor<T> pooled = layer.Forward(Tensor.Create(moved.Values<T>(), [.. ((long[])[batch, channels, .. spatial]).Select(length => (nint)length)]));

        var values = new T[pooled.FlattenedLength];
        pooled.FlattenTo(values);
        long[] shape = [.. leading, .. pooled.Lengths[2..].ToArray().Select(length => (long)length)];
        return NpyArray.Of(array.Code, shape, values).Permute([.. axes.Select(axis => Array.IndexOf(channelsFirst, axis))]);
    }
}
