using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>How calls share threads: the same bits however the work is cut, and no call in another's way.</summary>
public class ThreadTests
{
    /// <summary>Worth several threads, on a machine that has them.</summary>
    private static readonly nint[] Large = [4, 16, 160, 161];

    public static TheoryData<PoolLayer, nint[]> Jobs => new()
    {
        { new MaxPool2d(3, 2, 1), [2, 5, 37, 41] },
        { new MaxPool2d((2, 3), 1, dilation: (2, 1), ceilMode: true), [3, 3, 29, 83] },
        { new AvgPool2d(3, 2, 1, ceilMode: true), [2, 5, 37, 41] },
        { new AvgPool2d(7, 1), [1, 77, 13, 21] },
        { new AvgPool2d(2, padding: new Padding((1, 0), (0, 1)), countIncludePad: false), [1, 7, 31, 33] },
        { new MaxPool2d(11, 1, 5), [1, 3, 61, 53] },
        { new AvgPool2d(11, 1, 5), [1, 3, 61, 53] },
        { new AvgPool2d((13, 2), (2, 1)), [2, 2, 71, 19] },
        { new AvgPool1d(21, 1, 10), [2, 9, 513] },
        { new AvgPool3d(3, 1, 1), [1, 5, 7, 9, 21] },
        { new AvgPool3d(3, 2, 1), [1, 3, 9, 13, 41] },
        { new MaxPool3d((2, 3, 9), (1, 2, 1)), [2, 3, 7, 9, 31] },
        { new AvgPool3d(7, 1, 3), [1, 2, 19, 23, 37] },
        { new AvgPool3d((5, 9, 6), (2, 1, 3), (2, 4, 1)), [1, 3, 23, 29, 71] },
        { new MaxPool3d((9, 3, 5), 1, (4, 1, 2)), [1, 2, 19, 23, 37] },
        { new GlobalAvgPool2d(), [3, 17, 23, 29] },
        { new GlobalMaxPool2d(), [3, 17, 23, 29] },
        { new MaxPool2d(3, 2, 1) { ZeroPadding = true }, [2, 5, 37, 41] },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Any_cut_over_any_number_of_threads_gives_the_same_bits(PoolLayer layer, nint[] shape)
    {
        AssertSameBits(layer, shape, random => random.NextSingle() - 0.5f);
        AssertSameBits(layer, shape, random => random.NextDouble() - 0.5);
        AssertSameBits(layer, shape, random => (Half)(random.NextDouble() - 0.5));
        AssertSameBits(layer, shape, random => (byte)random.Next(256));
        AssertSameBits(layer, shape, random => random.Next());
    }

    /// <summary>Which planes make a run depends on the threads, and one with NaN has all of its run made anew: sums that cancel show in which order they were added.</summary>
    [Fact]
    public void The_mean_of_a_plane_is_the_same_beside_any_other()
    {
        var plane = new BFloat16[16];
        (plane[0], plane[1], plane[4]) = ((BFloat16)1e30f, (BFloat16)1f, (BFloat16)(-1e30f));
        BFloat16[] both = [.. plane, .. Enumerable.Repeat(BFloat16.NaN, plane.Length)];
        var pool = new GlobalAvgPool2d();
        BFloat16 alone = pool.Forward(Tensor.Create(plane, [1, 1, 4, 4])).ToArray()[0];
        Assert.Equal(alone, pool.Forward(Tensor.Create(both, [1, 2, 4, 4])).ToArray()[0]);
    }

    [Fact]
    public void Calls_from_within_parallel_loops_give_the_same_bits()
    {
        Tensor<float> input = Tensor.Create(Random(Large), Large);
        float[] expected = new AvgPool2d(3, 1, 1) { MaxDegreeOfParallelism = 1 }.Forward(input).ToArray();
        var pool = new AvgPool2d(3, 1, 1);
        Parallel.For(0, 24, _ => Assert.Equal(expected, pool.Forward(input).ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_call_may_be_made_from_within_another_s_progress(int threads)
    {
        Tensor<float> input = Tensor.Create(Random(Large), Large);
        var pool = new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads };
        float[] expected = pool.Forward(input).ToArray();
        int calls = 0;
        var progress = new Progress(value =>
        {
            if (calls++ > 3) return;
            Assert.Equal(expected, pool.Forward(input).ToArray());
            // From another thread too, while this one waits within the call.
            Assert.Equal(expected, Task.Run(() => pool.Forward(input).ToArray()).GetAwaiter().GetResult());
        });
        Assert.Equal(expected, pool.Forward(input, progress).ToArray());
        Assert.True(calls > 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_failing_progress_fails_the_call_as_itself(int threads)
    {
        Tensor<float> input = Tensor.Create(Random(Large), Large);
        var pool = new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads };
        var failure = new InvalidTimeZoneException("mine");
        for (int i = 0; i < 20; i++)
            Assert.Same(failure, Assert.Throws<InvalidTimeZoneException>(() => pool.Forward(input, new Progress(value => throw failure))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_call_can_be_cancelled_from_another_thread(int threads)
    {
        using var source = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        Tensor<float> input = Tensor.Create(Random(Large), Large);
        var pool = new MaxPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads };
        Task cancelling = Task.Run(
            () =>
            {
                begun.Wait(TestContext.Current.CancellationToken);
                source.Cancel();
            },
            TestContext.Current.CancellationToken);
        var progress = new Progress(value =>
        {
            begun.Set();
            source.Token.WaitHandle.WaitOne();
        });
        var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => pool.Forward(input, progress, source.Token));
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await cancelling;
        pool.Forward(input, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Progress_rises_to_one_over_many_threads()
    {
        var seen = new List<double>();
        Tensor<float> input = Tensor.Create(Random(Large), Large);
        var pool = new MaxPool2d(3, 1, 1);
        OnCrew(pool, Large, Random(Large), cuts: 40, threads: 7, new Progress(seen.Add));
        Assert.Equal(Enumerable.Range(1, 40).Select(run => run / 40.0), seen);
    }

    [Fact]
    public void After_a_failure_the_next_call_is_whole()
    {
        float[] data = Random(Large);
        for (int i = 0; i < 50; i++)
        {
            int reports = 0;
            Assert.Throws<InvalidTimeZoneException>(() => Pool(new Progress(value =>
            {
                if (reports++ == i % 5) throw new InvalidTimeZoneException();
            })));
            reports = 0;
            Pool(new Progress(value => reports++));
            Assert.Equal(64, reports);
        }

        void Pool(Progress progress) => OnCrew(new MaxPool2d(3, 1, 1), Large, data, cuts: 64, threads: 7, progress);
    }

    private static void AssertSameBits<T>(PoolLayer layer, nint[] shape, Func<Random, T> next)
        where T : unmanaged
    {
        var random = new Random(11);
        long count = 1;
        foreach (nint length in shape) count *= length;
        T[] data = [.. Enumerable.Range(0, (int)count).Select(_ => next(random))];
        foreach (bool channelsLast in (bool[])[false, true])
        {
            T[] expected = OnCrew(layer, shape, data, cuts: 1, threads: 1, null, channelsLast);
            foreach (int threads in (int[])[1, 2, 7])
                foreach (long cuts in (long[])[3, 7, 32, long.MaxValue])
                    Assert.Equal(expected, OnCrew(layer, shape, data, cuts, threads, null, channelsLast));
        }
    }

    /// <summary>Pools over any number of threads, whatever the machine and the size; cut into so many runs, if there are as many units.</summary>
    private static unsafe T[] OnCrew<T>(PoolLayer layer, nint[] shape, T[] data, long cuts, int threads, IProgress<double>? progress, bool channelsLast = false)
        where T : unmanaged
    {
        PoolPlan plan = layer.Plan(shape);
        var output = new T[plan.OutputElements];
        fixed (T* from = data, to = output)
        {
            var job = new PoolJob(
                plan,
                from,
                Layout(plan, channelsLast, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength),
                to,
                Layout(plan, channelsLast, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength),
                default);
            PoolKernel kernel = layer.Operator[ElementTypes.Of<T>()].Find(job);
            long units = kernel.Units(job);
            Crew.Run(new CutJob(kernel, job, units, Math.Min(cuts, units)), threads, progress);
        }

        return output;
    }

    private static TensorLayout Layout(PoolPlan plan, bool channelsLast, long depth, long height, long width)
    {
        long c = plan.Channels;
        return channelsLast ? new(depth * height * width * c, 1, height * width * c, width * c, c) : TensorLayout.RowMajor(c, depth, height, width);
    }

    private static float[] Random(nint[] shape)
    {
        var random = new Random(3);
        var data = new float[(int)TensorPrimitives.Product<nint>(shape)];
        foreach (ref float element in data.AsSpan()) element = random.NextSingle();
        return data;
    }

    private sealed class Progress(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}
