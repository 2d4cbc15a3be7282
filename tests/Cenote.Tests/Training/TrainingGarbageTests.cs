using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Training into memory of the caller leaves no garbage, once warm.</summary>
[Collection(nameof(Alone))]
public class TrainingGarbageTests
{
    private const int Calls = 100;

    private static readonly nint[][] Small = [[1, 3, 17, 19], [2, 40, 5, 6]];

    private static readonly nint[] Large = [2, 16, 80, 81];

    public static TheoryData<MaxPool2d, AvgPool2d> Layers => new()
    {
        { new(3, 2, 1), new(3, 2, 1) },
        { new(2), new(2) },
        { new(5, 1, 2), new(5, 1, 2, countIncludePad: false) },
        { new(3, 1, 2, 2) { ZeroPadding = true }, new(3, 1, 2, dilation: 2) },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void On_one_thread(MaxPool2d max, AvgPool2d average)
    {
        foreach (nint[] shape in Small)
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                AssertNone<float>(max, average, shape, channelsLast);
                AssertNone<double>(max, average, shape, channelsLast);
                AssertNone<Half>(max, average, shape, channelsLast);
                AssertNone<BFloat16>(max, average, shape, channelsLast);
            }
        }
    }

    [Fact]
    public void On_several_threads()
    {
        Assert.SkipWhen(Environment.ProcessorCount == 1, "needs two cores");
        var max = new MaxPool2d(3, 2, 1);
        var average = new AvgPool2d(3, 2, 1);
        PoolPlan plan = max.Plan(Large);
        Tensor<float> input = Tensor.Create(new float[plan.InputElements], Large), gradient = Tensor.Create(new float[plan.OutputElements], plan.OutputShape);
        Tensor<float> output = Tensor.Create(new float[plan.OutputElements], plan.OutputShape), result = Tensor.Create(new float[plan.InputElements], Large);
        PoolIndices indices = max.CreateIndices(Large);
        AssertNone(() => max.ForwardWithIndices(input, output, indices));
        AssertNone(() => max.Backward(gradient, indices, result));
        AssertNone(() => average.Backward(gradient, result));
    }

    private static void AssertNone<T>(MaxPool2d max, AvgPool2d average, nint[] shape, bool channelsLast)
        where T : unmanaged
    {
        nint[] outputs = max.Plan(shape).OutputShape.ToArray();
        Assert.Equal(outputs, average.Plan(shape).OutputShape);
        Tensor<T> input = Dense.Garbage<T>(shape, 2, channelsLast), output = Dense.Garbage<T>(outputs, 2, channelsLast);
        Tensor<T> gradient = Dense.Garbage<T>(outputs, 2, channelsLast), result = Dense.Garbage<T>(shape, 2, channelsLast);
        PoolIndices indices = max.CreateIndices(shape);
        max.ForwardWithIndices(input, output, indices);
        max.Backward(gradient, indices, result);
        average.Backward(gradient, result);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) max.ForwardWithIndices(input, output, indices);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) max.Backward(gradient, indices, result);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++) average.Backward(gradient, result);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertNone(Action call)
    {
        for (int i = 0; i < Calls / 5; i++) call();
        // The whole process is counted, workers and all; what else goes on in it may disturb a few calls.
        int clean = 0;
        for (int i = 0; i <= Calls; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            call();
            if (GC.GetTotalAllocatedBytes(precise: true) == before) clean++;
        }

        Assert.True(clean >= Calls * 95 / 100, $"{clean} of {Calls} calls left no garbage");
    }
}
