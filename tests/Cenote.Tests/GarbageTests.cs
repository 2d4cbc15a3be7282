using System.Numerics.Tensors;

namespace Cenote.Tests;

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>Calls into memory of the caller leave no garbage, once warm.</summary>
[Collection(nameof(Alone))]
public class GarbageTests
{
    private const int Calls = 100;

    private static readonly nint[][] Small = [[1, 3, 17, 19], [2, 40, 5, 6]];

    private static readonly nint[] Large = [2, 16, 160, 161];

    public static TheoryData<PoolLayer> Layers =>
    [
        new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1, countIncludePad: false), new MaxPool2d(11, 1, 5), new AvgPool2d(11, 1, 5),
        new GlobalAvgPool2d(), new GlobalMaxPool2d(), new MaxPool2d(3, 2, 1) { ZeroPadding = true },
    ];

    [Theory]
    [MemberData(nameof(Layers))]
    public void On_one_thread(PoolLayer layer)
    {
        foreach (nint[] shape in Small)
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                PoolPlan plan = layer.Plan(shape);
                AssertNone<float>(plan, channelsLast);
                AssertNone<double>(plan, channelsLast);
                AssertNone<Half>(plan, channelsLast);
                AssertNone<BFloat16>(plan, channelsLast);
                AssertNone<byte>(plan, channelsLast);
                AssertNone<short>(plan, channelsLast);
                AssertNone<int>(plan, channelsLast);
                AssertNone<long>(plan, channelsLast);
            }
        }
    }

    [Fact]
    public void Of_calls_that_keep_indices()
    {
        // Of few taps, of as many as runs are made for, and of more than a byte can number.
        foreach (var layer in (MaxPool2d[])[new(2), new(3, 2, 1), new(13, 1, 6), new(17, 1, 8)])
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                AssertNoneWithIndices<float>(layer, channelsLast);
                AssertNoneWithIndices<Half>(layer, channelsLast);
                AssertNoneWithIndices<byte>(layer, channelsLast);
            }
        }
    }

    [Fact]
    public void Of_two_kinds_of_tensors_that_take_turns()
    {
        var pool = new MaxPool2d(3, 2, 1);
        PoolPlan plan = pool.Plan(Small[0]), other = new MaxPool2d(3, 2, 1).Plan(Small[1]);
        float[] data = new float[plan.InputElements + other.InputElements], output = new float[plan.OutputElements + other.OutputElements];
        var from = new ReadOnlyTensorSpan<float>(data, plan.InputShape, Strides(plan.InputShape, channelsLast: false));
        var to = new TensorSpan<float>(output, plan.OutputShape, Strides(plan.OutputShape, channelsLast: false));
        foreach (bool channelsLast in (bool[])[false, true])
        {
            PoolPlan next = channelsLast ? plan : other;
            var otherFrom = new ReadOnlyTensorSpan<float>(data, next.InputShape, Strides(next.InputShape, channelsLast));
            var otherTo = new TensorSpan<float>(output, next.OutputShape, Strides(next.OutputShape, channelsLast));
            pool.Forward(from, to);
            pool.Forward(otherFrom, otherTo);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Calls; i++)
            {
                pool.Forward(from, to);
                pool.Forward(otherFrom, otherTo);
            }

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void On_several_threads()
    {
        Assert.SkipWhen(Environment.ProcessorCount == 1, "needs two cores");
        AssertNone(new MaxPool2d(3, 2, 1), new float[2 * 16 * 160 * 161]);
        AssertNone(new MaxPool2d(3, 1, 1), new byte[2 * 16 * 160 * 161]);
        AssertNone(new AvgPool2d(3, 2, 1), new double[2 * 16 * 160 * 161]);
    }

    [Fact]
    public void Of_a_large_call_on_one_thread()
    {
        var pool = new MaxPool2d(3, 2, 1) { MaxDegreeOfParallelism = 1 };
        AssertNone(pool, new float[2 * 16 * 160 * 161]);
    }

    private static void AssertNone<T>(PoolPlan plan, bool channelsLast)
        where T : unmanaged
    {
        var data = new T[plan.InputElements];
        var output = new T[plan.OutputElements];
        var from = new ReadOnlyTensorSpan<T>(data, plan.InputShape, Strides(plan.InputShape, channelsLast));
        var to = new TensorSpan<T>(output, plan.OutputShape, Strides(plan.OutputShape, channelsLast));
        plan.Layer.Forward(from, to);
        plan.Layer.Forward(plan, data.AsSpan(), output.AsSpan());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) plan.Layer.Forward(from, to);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) plan.Layer.Forward(plan, data.AsSpan(), output.AsSpan());
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertNoneWithIndices<T>(MaxPool2d layer, bool channelsLast)
        where T : unmanaged
    {
        PoolPlan plan = layer.Plan(Small[0]);
        var from = new ReadOnlyTensorSpan<T>(new T[plan.InputElements], plan.InputShape, Strides(plan.InputShape, channelsLast));
        var to = new TensorSpan<T>(new T[plan.OutputElements], plan.OutputShape, Strides(plan.OutputShape, channelsLast));
        PoolIndices indices = layer.CreateIndices(plan.InputShape);
        layer.ForwardWithIndices(from, to, indices);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) layer.ForwardWithIndices(from, to, indices);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static nint[] Strides(ReadOnlySpan<nint> shape, bool channelsLast)
    {
        var (c, h, w) = (shape[1], shape[2], shape[3]);
        nint[] strides = channelsLast ? [h * w * c, 1, w * c, c] : [c * h * w, h * w, w, 1];
        for (int axis = 0; axis < 4; axis++) if (shape[axis] == 1) strides[axis] = 0;
        return strides;
    }

    private static void AssertNone<T>(PoolLayer layer, T[] data)
        where T : unmanaged
    {
        PoolPlan plan = layer.Plan(Large);
        var output = new T[plan.OutputElements];
        var from = new ReadOnlyTensorSpan<T>(data, Large, []);
        var to = new TensorSpan<T>(output, plan.OutputShape, []);
        // The whole process is counted, workers and all; what else goes on in it may disturb some calls, and each worker's first one makes its working memory.
        const int First = 10;
        int clean = 0;
        for (int i = -First; i < Calls; i++)
        {
            if (i == 0) clean = 0;
            long before = GC.GetTotalAllocatedBytes(precise: true);
            if (i % 2 == 0) layer.Forward(from, to);
            else layer.Forward(plan, data.AsSpan(), output.AsSpan());
            if (GC.GetTotalAllocatedBytes(precise: true) == before) clean++;
        }

        Assert.True(clean >= Calls * 8 / 10, $"{clean} of {Calls} calls left no garbage");
    }
}
