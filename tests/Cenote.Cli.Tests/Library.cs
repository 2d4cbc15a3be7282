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

    /// <summary>PyTorch's indices of the maxima.</summary>
    public static NpyArray Indices(IndexedPool layer, NpyArray array, bool channelsLast) => array.Code switch
    {
        "f2" => Indices<Half>(layer, array, channelsLast),
        "f4" => Indices<float>(layer, array, channelsLast),
        "f8" => Indices<double>(layer, array, channelsLast),
        "i1" => Indices<sbyte>(layer, array, channelsLast),
        "i2" => Indices<short>(layer, array, channelsLast),
        "i4" => Indices<int>(layer, array, channelsLast),
        "i8" => Indices<long>(layer, array, channelsLast),
        "u1" => Indices<byte>(layer, array, channelsLast),
        "u2" => Indices<ushort>(layer, array, channelsLast),
        "u4" => Indices<uint>(layer, array, channelsLast),
        "u8" => Indices<ulong>(layer, array, channelsLast),
        _ => throw new ArgumentException(array.Code, nameof(array)),
    };

    private static NpyArray Indices<T>(IndexedPool layer, NpyArray array, bool channelsLast)
        where T : unmanaged => Apply<T, long>(layer.SpatialRank, array, channelsLast, "i8", input => layer.ForwardWithIndices(input).Indices.ToFlat());

    private static NpyArray Pool<T>(PoolLayer layer, NpyArray array, bool channelsLast)
        where T : unmanaged => Apply<T, T>(layer.SpatialRank, array, channelsLast, array.Code, input => layer.Forward(input));

    private static NpyArray Apply<TIn, TOut>(int dims, NpyArray array, bool channelsLast, string code, Func<Tensor<TIn>, Tensor<TOut>> work)
        where TIn : unmanaged
        where TOut : unmanaged
    {
        NpyArray moved = array.ChannelsFirst(dims, channelsLast);
        long[] leading = moved.Shape[..^dims], spatial = moved.Shape[^dims..];
        long channels = leading.Length == 0 ? 1 : leading[^1], batch = leading.SkipLast(1).Aggregate(1L, (product, length) => product * length);
        Tensor<TOut> result = work(Tensor.Create(moved.Values<TIn>(), [.. ((long[])[batch, channels, .. spatial]).Select(length => (nint)length)]));

        var values = new TOut[result.FlattenedLength];
        result.FlattenTo(values);
        long[] shape = [.. leading, .. result.Lengths[2..].ToArray().Select(length => (long)length)];
        return NpyArray.Of(code, shape, values).ChannelsBack(dims, channelsLast);
    }
}
