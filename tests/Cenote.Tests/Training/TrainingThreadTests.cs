using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Indices, gradients and unpooling have the same bits however the work is cut, over any number of threads.</summary>
public class TrainingThreadTests
{
    public static TheoryData<MaxPool, AvgPool, nint[]> Jobs => new()
    {
        { new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1), [2, 5, 37, 41] },
        { new MaxPool2d(3, 1, 1), new AvgPool2d(3, 1, 1, divisorOverride: 7), [2, 18, 13, 11] },
        { new MaxPool2d((2, 3), 1, dilation: (2, 1), ceilMode: true), new AvgPool2d((2, 3), 1, dilation: (2, 1), ceilMode: true), [3, 3, 29, 83] },
        { new MaxPool2d(11, 1, 5), new AvgPool2d(11, 1, 5, countIncludePad: false), [1, 3, 31, 33] },
        { new MaxPool1d(21, 1, 10), new AvgPool1d(21, 1, 10), [2, 9, 513] },
        { new MaxPool3d((2, 3, 9), (1, 2, 1)), new AvgPool3d((2, 3, 9), (1, 2, 1)), [2, 3, 7, 9, 31] },
        { new MaxPool2d(3, 2, 1) { ZeroPadding = true }, new AvgPool2d((3, 2), (2, 3), Padding.SameLower, dilation: (2, 2)), [2, 5, 37, 41] },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Any_cut_over_any_number_of_threads_gives_the_same_bits(MaxPool max, AvgPool average, nint[] shape)
    {
        AssertSameBits<float>(max, average, shape);
        AssertSameBits<double>(max, average, shape);
        AssertSameBits<Half>(max, average, shape);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void Calls_over_several_threads_equal_those_on_one(int threads)
    {
        // Large enough to be shared, ties and overlapping windows everywhere.
        nint[] shape = [2, 6, 80, 81];
        float[] data = Numbers<float>(shape, ties: true);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            List<Array> expected = Results(1, shape, data, channelsLast), actual = Results(threads, shape, data, channelsLast);
            for (int i = 0; i < expected.Count; i++) Assert.Equal(expected[i], actual[i]);
        }
    }

    [Theory]
    [InlineData(3, 70, 64)]
    [InlineData(2, 400, 40)]
    public void From_the_input_many_planes_are_done_in_parts(int batch, int channels, int side)
    {
        nint[] shape = [batch, channels, side, side], outputs = [batch, channels, side - 1, side - 1];
        var pool = new MaxPool2d(2, 1);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            Tensor<double> input = Dense.Of(Numbers<double>(shape, ties: true), shape, 2, channelsLast), gradient = Dense.Of(Numbers<double>(outputs, ties: false), outputs, 2, channelsLast);
            var seen = new List<double>();
            double[] actual = Dense.RowMajor(pool.BackwardFromInput(gradient, input, new Collect(seen)));
            Dense.RequireSame($"{pool.Plan(shape)}, {(channelsLast ? "channels last" : "row-major")}", Dense.RowMajor(pool.Backward(gradient, pool.ForwardWithIndices(input).Indices)), actual);
            Assert.Equal(1, seen[^1]);
        }
    }

    [Fact]
    public void Progress_of_training_calls_rises_to_one()
    {
        nint[] shape = [2, 6, 80, 81];
        Tensor<float> input = Tensor.Create(Numbers<float>(shape, ties: false), shape);
        var max = new MaxPool2d(3, 2, 1) { MaxDegreeOfParallelism = 1 };
        var average = new AvgPool2d(3, 2, 1) { MaxDegreeOfParallelism = 1 };
        (Tensor<float> values, PoolIndices indices) = max.ForwardWithIndices(input);
        AssertRises(progress => max.ForwardWithIndices(input, progress));
        AssertRises(progress => max.Backward(values, indices, progress));
        AssertRises(progress => max.BackwardFromInput(values, input, progress));
        AssertRises(progress => max.Gather(input, indices, progress));
        AssertRises(progress => average.Backward(values, shape, progress));
        AssertRises(progress => new MaxUnpool2d(3, 2, 1).Forward(values, indices, new Spatial(80, 81), progress));
        AssertRises(progress => new MaxUnpool2d(3, 2, 1).Backward(input, indices, progress));
    }

    [Fact]
    public void Training_calls_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        CancellationToken token = source.Token;
        Tensor<float> input = Tensor.Create(new float[64], [1, 1, 8, 8]);
        var max = new MaxPool2d(2);
        (Tensor<float> values, PoolIndices indices) = max.ForwardWithIndices(input);
        source.Cancel();
        Action[] calls =
        [
            () => max.ForwardWithIndices(input, cancellationToken: token),
            () => max.Backward(values, indices, cancellationToken: token),
            () => max.BackwardFromInput(values, input, cancellationToken: token),
            () => max.Gather(input, indices, cancellationToken: token),
            () => new AvgPool2d(2).Backward(values, [1, 1, 8, 8], cancellationToken: token),
            () => new MaxUnpool2d(2).Forward(values, indices, cancellationToken: token),
            () => new MaxUnpool2d(2).Backward(input, indices, cancellationToken: token),
        ];
        foreach (Action call in calls) Assert.Equal(token, Assert.ThrowsAny<OperationCanceledException>(call).CancellationToken);
    }

    private static void AssertRises(Action<IProgress<double>> call)
    {
        var seen = new List<double>();
        call(new Collect(seen));
        Assert.NotEmpty(seen);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(1, seen[^1]);
    }

    private static List<Array> Results(int threads, nint[] shape, float[] data, bool channelsLast)
    {
        var max = new MaxPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads };
        var average = new AvgPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads };
        var unpool = new MaxUnpool2d(3, 2, 1) { MaxDegreeOfParallelism = threads };
        var mean = new GlobalAvgPool2d { MaxDegreeOfParallelism = threads };
        Tensor<float> input = Dense.Of(data, shape, 2, channelsLast);
        (Tensor<float> values, PoolIndices indices) = max.ForwardWithIndices(input);
        nint[] outputs = values.Lengths.ToArray();
        Tensor<float> gradient = Dense.Of(Numbers<float>(outputs, ties: false), outputs, 2, channelsLast);
        Tensor<float> unpooled = unpool.Forward(gradient, indices, new Spatial((int)shape[2], (int)shape[3]));
        return
        [
            Dense.RowMajor(values), Dense.RowMajor(indices.ToFlat()), Dense.RowMajor(max.Backward(gradient, indices)), Dense.RowMajor(max.BackwardFromInput(gradient, input)),
            Dense.RowMajor(max.Gather(input, indices)), Dense.RowMajor(average.Backward(gradient, shape)), Dense.RowMajor(mean.Backward(mean.Forward(input), shape)),
            Dense.RowMajor(unpooled), Dense.RowMajor(unpool.Forward(gradient, indices.ToFlat(), new Spatial((int)shape[2], (int)shape[3]))),
            Dense.RowMajor(unpool.Backward(input, indices)), Dense.RowMajor(unpool.Backward(input, indices.ToFlat())),
        ];
    }

    private static void AssertSameBits<T>(MaxPool max, AvgPool average, nint[] shape)
        where T : unmanaged
    {
        PoolPlan plan = max.Plan(shape);
        T[] input = Numbers<T>(shape, ties: true);
        T[] gradient = Numbers<T>(plan.OutputShape, ties: false), averaged = Numbers<T>(average.Plan(shape).OutputShape, ties: false);
        foreach (bool channelsLast in (bool[])[false, true])
        {
            (T[] Values, byte[] Indices, T[] Chosen, T[] Spread)? expected = null;
            foreach (int threads in (int[])[1, 2, 7])
            {
                foreach (long cuts in (long[])[1, 3, 32, long.MaxValue])
                {
                    var indices = new byte[plan.OutputElements * OffsetMemory.SizeFor(plan.Taps)];
                    T[] values = OnCrew<T>(max.IndexedOperator, plan, input, indices, threads, cuts, channelsLast);
                    T[] chosen = OnCrew<T>(ChosenGradient.Instance, plan.Transposed, gradient, indices, threads, cuts, channelsLast);
                    T[] spread = OnCrew<T>(MeanGradient.Instance, average.Plan(shape).Transposed, averaged, null, threads, cuts, channelsLast);
                    if (expected is null) expected = (values, indices, chosen, spread);
                    else
                    {
                        string name = $"{plan}, {Elements.Name<T>()}, {threads} threads, {cuts} cuts, {(channelsLast ? "channels last" : "row-major")}";
                        Dense.RequireSame($"{name}: values", expected.Value.Values, values);
                        Dense.RequireSame($"{name}: indices", expected.Value.Indices, indices);
                        Dense.RequireSame($"{name}: gradient", expected.Value.Chosen, chosen);
                        Dense.RequireSame($"{name}: gradient of the average", expected.Value.Spread, spread);
                    }
                }
            }
        }
    }

    /// <summary>Runs over any number of threads, whatever the machine and the size; cut into so many runs, if there are as many units.</summary>
    private static unsafe T[] OnCrew<T>(PoolOperator @operator, PoolPlan plan, T[] data, byte[]? indices, int threads, long cuts, bool channelsLast)
        where T : unmanaged
    {
        var output = new T[plan.OutputElements];
        fixed (T* from = data, to = output)
        fixed (byte* offsets = indices)
        {
            TensorLayout inputs = Layout(plan, channelsLast, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            TensorLayout outputs = Layout(plan, channelsLast, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            // Offsets lie as the pooling's outputs do, which of a transposed plan are the inputs.
            bool transposed = !ReferenceEquals(@operator, ArgExtremeOperator<Greatest>.Instance);
            PoolJob job = PoolJob.Of(plan, from, inputs, to, outputs, default);
            if (indices is not null) job = job with { Offsets = new(offsets, OffsetMemory.SizeFor((transposed ? plan.Transposed : plan).Taps), transposed ? inputs : outputs) };
            PoolKernel kernel = @operator[ElementTypes.Of<T>()].Find(job);
            Assert.Equal(0, kernel.PartialBytes(job));
            long units = kernel.Units(job);
            Crew.Run(new CutJob(kernel, job, units, Math.Min(cuts, units)), threads, null);
        }

        return output;
    }

    private static TensorLayout Layout(PoolPlan plan, bool channelsLast, long depth, long height, long width)
    {
        long c = plan.Channels;
        return channelsLast ? new(depth * height * width * c, 1, height * width * c, width * c, c) : TensorLayout.RowMajor(c, depth, height, width);
    }

    private static T[] Numbers<T>(ReadOnlySpan<nint> shape, bool ties)
        where T : unmanaged
    {
        var random = new Random(13);
        var numbers = new T[(int)TensorPrimitives.Product(shape)];
        foreach (ref T number in numbers.AsSpan()) number = Elements.FromDouble<T>(ties ? random.Next(5) : random.NextDouble() - 0.5);
        return numbers;
    }

    private sealed class Collect(List<double> seen) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (seen) seen.Add(value);
        }
    }
}
