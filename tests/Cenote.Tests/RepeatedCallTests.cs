using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>A thread keeps what it set up for its last call: calls in any order give what each gives by itself.</summary>
public class RepeatedCallTests
{
    private static readonly nint[] Shape = [2, 5, 11, 19];

    [Fact]
    public void Calls_in_any_order_give_what_each_gives_by_itself()
    {
        Func<float[]>[] calls =
        [
            .. from layer in new PoolLayer[]
               {
                   new MaxPool2d(3, 1, 1), new MinPool2d(3, 1, 1), new MaxPool2d(2), new AvgPool2d(2), new AvgPool2d(3, 1, 1), new AvgPool2d(3, 1, 1, countIncludePad: false), new AvgPool2d(3, 2, 1),
                   new MaxPool2d(5, 1, 2), new AvgPool2d(7, 1, 3), new AvgPool2d(1), new SumPool2d(3, 1, 1), new GlobalAvgPool2d(), new AdaptiveAvgPool2d((4, 7)), new MaxPool3d((1, 3, 3), 1, (0, 1, 1)),
               }
               from order in Enumerable.Range(0, 4)
               select Call(layer, order),
        ];
        float[][] expected = [.. calls.Select(OnAThreadOfItsOwn)];
        var random = new Random(5);
        for (int i = 0; i < 20 * calls.Length; i++)
        {
            // Some twice in a row, some after each other in all their orders.
            int number = i % 3 == 0 ? random.Next(calls.Length) : (i * 5 / 3 + random.Next(2)) % calls.Length;
            Assert.Equal(expected[number], calls[number]());
            Assert.Equal(expected[number], calls[number]());
        }
    }

    /// <summary>Row-major, channels-last, a slice of a larger tensor, and not-a-number among the rest.</summary>
    private static Func<float[]> Call(PoolLayer layer, int order)
    {
        var random = new Random(order);
        nint[] shape = [.. Shape];
        nint room = order == 2 ? 3 : 0, length = shape[2] * (shape[3] + room), channels = shape[1];
        nint[] strides = order == 1 ? [channels * length, 1, channels * shape[3], channels] : [channels * length, length, shape[3] + room, 1];
        float[] elements = [.. Enumerable.Range(0, (int)(shape[0] * channels * length)).Select(_ => random.NextSingle() - 0.5f)];
        if (order == 3) elements[elements.Length / 2] = float.NaN;
        if (layer.SpatialRank == 3) (shape, strides) = ([shape[0], 1, .. shape[1..]], [strides[0], 0, .. strides[1..]]);
        Tensor<float> input = Tensor.Create(elements, shape, strides);
        return () => [.. layer.Forward(input)];
    }

    private static float[] OnAThreadOfItsOwn(Func<float[]> call)
    {
        float[] result = [];
        var thread = new Thread(() => result = call());
        thread.Start();
        thread.Join();
        return result;
    }
}
