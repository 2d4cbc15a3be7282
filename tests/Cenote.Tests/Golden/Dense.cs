using System.Numerics.Tensors;

namespace Cenote.Tests.Golden;

/// <summary>Dense tensors of either memory order, given and read as arrays in row-major order of the axes.</summary>
internal static class Dense
{
    public static Tensor<T> Of<T>(T[] elements, ReadOnlySpan<nint> shape, int spatialRank, bool channelsLast)
        where T : unmanaged => Of(elements, Long(shape), spatialRank, channelsLast);

    public static Tensor<T> Of<T>(T[] elements, long[] shape, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        long[] strides = Layouts.Strides(shape, spatialRank, channelsLast);
        return Layouts.Tensor(Layouts.Scatter(elements, shape, strides), shape, strides);
    }

    /// <summary>A tensor to be filled: whatever is left of this shows.</summary>
    public static Tensor<T> Garbage<T>(ReadOnlySpan<nint> shape, int spatialRank, bool channelsLast)
        where T : unmanaged => Garbage<T>(Long(shape), spatialRank, channelsLast);

    /// <inheritdoc cref="Garbage{T}(ReadOnlySpan{nint}, int, bool)"/>
    public static Tensor<T> Garbage<T>(long[] shape, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        var memory = new T[shape.Aggregate(1L, (product, length) => product * length)];
        Array.Fill(memory, Elements.FromDouble<T>(77));
        return Layouts.Tensor(memory, shape, Layouts.Strides(shape, spatialRank, channelsLast));
    }

    public static T[] RowMajor<T>(Tensor<T> tensor)
        where T : unmanaged
    {
        var elements = new T[tensor.FlattenedLength];
        if (elements.Length > 0) tensor.FlattenTo(elements);
        return elements;
    }

    /// <summary>Requires the same bits, any NaN being any other.</summary>
    public static void RequireSame<T>(string name, T[] expected, T[] actual)
        where T : unmanaged
    {
        Assert.True(expected.Length == actual.Length, $"{name}\nexpected {expected.Length} elements, got {actual.Length}");
        for (int i = 0; i < expected.Length; i++)
            if (!Elements.Same(expected[i], actual[i])) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {actual[i]}");
    }

    public static float[] Widen<T>(T[] elements)
        where T : unmanaged => [.. elements.Select(element => (float)Elements.ToDouble(element))];

    /// <summary>Rounded to a narrower type; a sum that has become too small for it is +0, as every sum of 0 is.</summary>
    public static T[] Round<T>(float[] elements)
        where T : unmanaged => [.. elements.Select(element => Elements.FromDouble<T>(element) is var rounded && Elements.ToDouble(rounded) == 0 ? default : rounded)];

    private static long[] Long(ReadOnlySpan<nint> shape) => [.. shape.ToArray().Select(length => (long)length)];
}
