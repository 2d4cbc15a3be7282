using System.Numerics.Tensors;

namespace Cenote.Tests.Golden;

/// <summary>Runs a case through the layers, in one memory order, by the form that allocates and the form that fills.</summary>
internal static class CenoteRun
{
    /// <summary>The output in row-major order of its axes, and its shape.</summary>
    /// <exception cref="ArgumentException">The layer refused the case.</exception>
    public static (T[] Values, long[] Shape) Run<T>(PoolCase @case, T[] input, bool channelsLast, int threads = 1)
        where T : unmanaged
    {
        PoolLayer layer = @case.CreateLayer(threads);
        Tensor<T> source = Layouts.Tensor(
            Layouts.Scatter(input, @case.Shape, Layouts.Strides(@case.Shape, @case.SpatialRank, channelsLast)),
            @case.Shape,
            Layouts.Strides(@case.Shape, @case.SpatialRank, channelsLast));

        Tensor<T> result = layer.Forward(source);
        long[] shape = [.. result.Lengths.ToArray().Select(length => (long)length)];
        // An input of one point per plane reads the same in both orders; its output is then row-major.
        bool onePoint = @case.Shape[^@case.SpatialRank..].All(length => length == 1);
        long[] strides = Layouts.Strides(shape, @case.SpatialRank, channelsLast && !onePoint);
        if (result.FlattenedLength == 0) return ([], shape);
        RequireStrides(result, shape, strides, @case);
        T[] values = Layouts.Gather(Memory(result), shape, strides);

        // The filling form writes into the other memory order, over garbage.
        long[] otherStrides = Layouts.Strides(shape, @case.SpatialRank, !channelsLast);
        var filled = new T[values.Length];
        Array.Fill(filled, input[0]);
        layer.Forward(source, Layouts.Tensor(filled, shape, otherStrides));
        T[] second = Layouts.Gather<T>(filled, shape, otherStrides);
        Tolerance.Check($"{@case}, allocated and filled in", @case, channelsLast: false, input, values, second);
        return (values, shape);
    }

    /// <summary>The form for callers without tensors: row-major spans.</summary>
    public static T[] RunSpans<T>(PoolCase @case, T[] input)
        where T : unmanaged
    {
        PoolLayer layer = @case.CreateLayer();
        PoolPlan plan = layer.Plan([.. @case.Shape.Select(length => (nint)length)]);
        var output = new T[plan.OutputShape.ToArray().Aggregate(1, (product, length) => product * (int)length)];
        layer.Forward<T>(plan, input, output);
        return output;
    }

    private static void RequireStrides<T>(Tensor<T> tensor, long[] shape, long[] expected, PoolCase @case)
    {
        for (int axis = 0; axis < shape.Length; axis++)
            Assert.True(shape[axis] == 1 || tensor.Strides[axis] == expected[axis], $"{@case}: the output's strides are {string.Join(", ", tensor.Strides.ToArray())}, the input's order gives {string.Join(", ", expected)}");
    }

    private static ReadOnlySpan<T> Memory<T>(Tensor<T> dense)
        where T : unmanaged
    {
        // Dense memory of any axis order: exactly as many elements as the shape has, all in one array.
        return System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref dense.GetPinnableReference(), (int)dense.FlattenedLength);
    }
}
