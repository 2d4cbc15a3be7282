using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Training;

/// <summary>Gradients against libtorch, live, over random cases with fixed seeds. Its 16-bit gradients add up in 16 bits, ours in float: they are compared with its float ones, rounded once.</summary>
public class GradientDifferentialTests
{
    internal const int MaxCasesPerRow = 400, AverageCasesPerRow = 600, GlobalCasesPerRow = 120;

    // Comparisons alone: libtorch's 3-D average refuses kernels that only fit with the padding.
    internal const int LeastAveragesPerRow = 450;

    private const int WindowsInOrder = 32;

    public static TheoryData<int, string> Rows => TrainingRun.Rows(typeof(float), typeof(double), typeof(Half), typeof(BFloat16));

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_of_a_maximum_is_libtorch_s(int rank, string element) => Run(element, rank, CompareMax<float>, CompareMax<double>, CompareMax<Half>, CompareMax<BFloat16>);

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_of_an_average_is_libtorch_s(int rank, string element) => Run(element, rank, CompareAverage<float>, CompareAverage<double>, CompareAverage<Half>, CompareAverage<BFloat16>);

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_of_a_global_average_is_libtorch_s(int rank, string element) => Run(element, rank, CompareGlobal<float>, CompareGlobal<double>, CompareGlobal<Half>, CompareGlobal<BFloat16>);

    private static void Run(string element, int rank, Action<int> single, Action<int> @double, Action<int> half, Action<int> bfloat16)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        (element switch { nameof(Single) => single, nameof(Double) => @double, nameof(Half) => half, _ => bfloat16 })(rank);
    }

    private static bool IsNarrow<T>() => typeof(T) == typeof(Half) || typeof(T) == typeof(BFloat16);

    private static void CompareMax<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(2000 + rank);
        for (int number = 0; number < MaxCasesPerRow; number++)
        {
            PoolCase @case = generator.NextWhole(isMax: true, rank);
            T[] input = generator.Data<T>(@case);
            bool channelsLast = generator.Coin();
            (_, long[] indices, long[] shape) = IndexDifferentialTests.Expected(@case, input, channelsLast);
            T[] gradient = generator.Data<T>(@case with { Shape = shape });
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {@case}";

            // libtorch would write the gradient of a window without a tap outside its memory. A 0 more changes no sum.
            long[] safe = [.. indices.Select(index => Math.Max(index, 0))];
            T[] given = [.. gradient.Select((g, i) => indices[i] < 0 ? default : g)];
            T[] expected = IsNarrow<T>()
                ? Dense.Round<T>(TorchTraining.MaxBackward(@case, Dense.Widen(given), safe, shape, Dense.Widen(input), channelsLast))
                : TorchTraining.MaxBackward(@case, given, safe, shape, input, channelsLast);

            var pool = (IndexedPool)@case.CreateLayer(1 + generator.Below(3));
            Tensor<T> source = Dense.Of(input, @case.Shape, rank, channelsLast);
            Tensor<T> from = Dense.Of(gradient, shape, rank, generator.Coin());
            (_, PoolIndices chosen) = pool.ForwardWithIndices(source);
            Dense.RequireSame(name, expected, Dense.RowMajor(pool.Backward(from, chosen)));
            Dense.RequireSame($"{name}, from the input", expected, Dense.RowMajor(pool.BackwardFromInput(from, source)));
            Tensor<T> filled = Dense.Garbage<T>(@case.Shape, rank, generator.Coin());
            pool.Backward(from, PoolIndices.FromFlat(pool.Plan(source.Lengths), chosen.ToFlat()), filled);
            Dense.RequireSame($"{name}, filled in", expected, Dense.RowMajor(filled));
        }
    }

    private static void CompareAverage<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(3000 + rank);
        int compared = 0;
        for (int number = 0; number < AverageCasesPerRow; number++)
        {
            PoolCase @case = generator.NextWhole(isMax: false, rank);
            bool channelsLast = generator.Coin();
            var pool = (LinearPool)@case.CreateLayer(1 + generator.Below(3));
            nint[] inputShape = TrainingRun.Lengths(@case.Shape);
            long[] shape = TrainingRun.Shape(pool.Plan(inputShape).OutputShape);
            T[] gradient = generator.Data<T>(@case with { Shape = shape });
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {@case}";

            T[]? expected = Average(@case, gradient, shape, channelsLast);
            if (expected is null)
            {
                Assert.True(WiderOnPurpose.Covers(@case), $"{name}\nlibtorch refuses it, Cenote does not");
                continue;
            }

            Tensor<T> filled = Dense.Garbage<T>(@case.Shape, rank, generator.Coin());
            pool.Backward(Dense.Of(gradient, shape, rank, generator.Coin()), filled);
            T[] allocated = Dense.RowMajor(pool.Backward(Dense.Of(gradient, shape, rank, channelsLast), inputShape));
            long windows = Enumerable.Range(0, rank).Aggregate(1L, (product, axis) => product * Math.Min(shape[^(rank - axis)], (@case.Kernel[axis] + @case.Stride[axis] - 1) / @case.Stride[axis]));
            if (windows <= WindowsInOrder)
            {
                Dense.RequireSame(name, expected, allocated);
                Dense.RequireSame($"{name}, filled in", expected, Dense.RowMajor(filled));
            }
            else
            {
                // Of each input: the sum of the magnitudes of what the windows give it.
                T[] magnitudes = Average(@case with { Divisor = @case.Divisor is { } divisor ? Math.Abs(divisor) : null }, [.. gradient.Select(Elements.Magnitude)], shape, channelsLast)!;
                RequireClose(name, windows, magnitudes, expected, allocated);
                RequireClose($"{name}, filled in", windows, magnitudes, expected, Dense.RowMajor(filled));
            }

            compared++;
        }

        Assert.InRange(compared, LeastAveragesPerRow, AverageCasesPerRow);
    }

    private static T[]? Average<T>(PoolCase @case, T[] gradient, long[] shape, bool channelsLast)
        where T : unmanaged
    {
        if (!IsNarrow<T>()) return TorchTraining.AvgBackward(@case, gradient, shape, channelsLast);
        return TorchTraining.AvgBackward(@case, Dense.Widen(gradient), shape, channelsLast) is { } wide ? Dense.Round<T>(wide) : null;
    }

    private static void RequireClose<T>(string name, long windows, T[] magnitudes, T[] expected, T[] actual)
        where T : unmanaged
    {
        double epsilon = typeof(T) == typeof(double) ? Math.Pow(2, -52) : Math.Pow(2, -23);
        for (int i = 0; i < expected.Length; i++)
        {
            if (Elements.Same(expected[i], actual[i])) continue;
            double allowed = windows * epsilon * Elements.ToDouble(magnitudes[i]) + Elements.Spacing(expected[i]);
            double difference = Math.Abs(Elements.ToDouble(expected[i]) - Elements.ToDouble(actual[i]));
            if (!(difference <= allowed)) Assert.Fail($"{name}\nelement {i}: expected {expected[i]} ± {allowed}, got {actual[i]}");
        }
    }

    private static void CompareGlobal<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(4000 + rank);
        LinearPool pool = rank switch { 1 => new GlobalAvgPool1d(), 2 => new GlobalAvgPool2d(), _ => new GlobalAvgPool3d() };
        for (int number = 0; number < GlobalCasesPerRow; number++)
        {
            PoolCase any = generator.NextWhole(isMax: false, rank);
            int[] plane = [.. any.Shape[^rank..].Select(length => (int)length)];
            PoolCase @case = any with { Kernel = plane, Stride = plane, Padding = new int[rank], CeilMode = false, Divisor = null };
            long[] shape = [.. any.Shape[..^rank], .. Enumerable.Repeat(1L, rank)];
            T[] gradient = generator.Data<T>(any with { Shape = shape });
            bool channelsLast = generator.Coin();
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {@case}";
            T[] actual = Dense.RowMajor(pool.Backward(Dense.Of(gradient, shape, rank, channelsLast), TrainingRun.Lengths(@case.Shape)));

            // PyTorch's layer is a mean, whose gradient is divided once: that of an average over the plane.
            Dense.RequireSame(name, Average(@case, gradient, shape, channelsLast)!, actual);
            if (IsNarrow<T>()) continue;
            T[] adaptive = TorchTraining.AdaptiveAvgBackward(@case, gradient, shape, channelsLast);
            for (int i = 0; i < actual.Length; i++)
            {
                double expected = Elements.ToDouble(adaptive[i]), unit = typeof(T) == typeof(double) ? Math.Max(double.Epsilon, Math.Abs(expected) * Math.Pow(2, -52)) : Math.Max(float.Epsilon, Math.Abs(expected) * Math.Pow(2, -23));
                if (!(Elements.Same(adaptive[i], actual[i]) || Math.Abs(expected - Elements.ToDouble(actual[i])) <= 2 * unit)) Assert.Fail($"{name}\nelement {i}: libtorch's adaptive average says {expected}, ours {actual[i]}");
            }
        }
    }
}
