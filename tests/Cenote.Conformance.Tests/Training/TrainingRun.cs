using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Training;

/// <summary>What the comparisons of indices, gradients and unpooling share. Arrays are in row-major order of their axes.</summary>
internal static class TrainingRun
{
    public static TheoryData<int, string> Rows(params Type[] types) => [.. from rank in (int[])[1, 2, 3] from type in types select (rank, type.Name)];

    public static nint[] Lengths(long[] shape) => [.. shape.Select(length => (nint)length)];

    public static long[] Shape(ReadOnlySpan<nint> lengths) => [.. lengths.ToArray().Select(length => (long)length)];

    public static long Count(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);

    public static Tensor<T> Tensor<T>(T[] elements, long[] shape, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        long[] strides = Layouts.Strides(shape, spatialRank, channelsLast);
        return Layouts.Tensor(Layouts.Scatter(elements, shape, strides), shape, strides);
    }

    /// <summary>A tensor to be filled: whatever is left of this shows.</summary>
    public static Tensor<T> Garbage<T>(long[] shape, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        var memory = new T[Count(shape)];
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

    /// <summary>For each output of one plane, whether its window has a tap inside the input; by enumeration.</summary>
    public static bool[] HaveTaps(PoolCase @case, long[] outputShape)
    {
        bool[] have = [true];
        for (int axis = 0; axis < @case.SpatialRank; axis++)
        {
            long length = @case.Shape[^(@case.SpatialRank - axis)];
            bool[] along = [.. from o in Enumerable.Range(0, (int)outputShape[^(@case.SpatialRank - axis)])
                               select Enumerable.Range(0, @case.Kernel[axis]).Any(tap => o * @case.Stride[axis] - @case.Padding[axis] + tap * @case.Dilation[axis] is var at && at >= 0 && at < length)];
            have = [.. from before in have from here in along select before && here];
        }

        return have;
    }

    public static void RequireSame<T>(string name, T[] expected, T[] actual)
        where T : unmanaged
    {
        Assert.True(expected.Length == actual.Length, $"{name}\nexpected {expected.Length} elements, got {actual.Length}");
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Elements.Same(expected[i], actual[i]), $"{name}\nelement {i}: expected {expected[i]}, got {actual[i]}");
    }

    public static float[] Widen<T>(T[] elements)
        where T : unmanaged => [.. elements.Select(element => (float)Elements.ToDouble(element))];

    /// <summary>Rounded to a narrower type; a sum that has become too small for it is +0, as every sum of 0 is.</summary>
    public static T[] Round<T>(float[] elements)
        where T : unmanaged => [.. elements.Select(element => Elements.FromDouble<T>(element) is var rounded && Elements.ToDouble(rounded) == 0 ? default : rounded)];
}
