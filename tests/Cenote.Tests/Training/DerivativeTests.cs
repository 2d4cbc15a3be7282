using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Gradients are gradients: by finite differences and by ⟨g, f(x)⟩ = ⟨fᵀ(g), x⟩, over random cases in double.</summary>
public class DerivativeTests
{
    private const int Cases = 120, MostElements = 120;

    [Fact]
    public void Of_an_average_by_finite_differences() => ForSmallCases(3, (cases, @case, name) =>
    {
        AvgPool pool = @case.Average();
        double[] x = cases.Smooth(Inputs(@case)), g = cases.Smooth(Outputs(@case));
        double[] expected = Differences(x, 0.5, at => Dot(g, Forward(pool, @case, at)));
        RequireClose(name, expected, Dense.RowMajor(pool.Backward(Output(@case, g), @case.InputShape)));
    });

    [Fact]
    public void Of_a_maximum_by_finite_differences() => ForSmallCases(4, (cases, @case, name) =>
    {
        // Whole numbers in random order, none of them 0, which padding may be: a quarter up or down changes no winner.
        MaxPool pool = @case.Max();
        double[] x = [.. Enumerable.Range(0, Inputs(@case)).Select(i => i - Inputs(@case) / 2 + 0.5)], g = cases.Smooth(Outputs(@case));
        cases.Random.Shuffle(x);
        double[] expected = Differences(x, 0.25, at => Dot(g, Finite(Forward(pool, @case, at))));
        (_, PoolIndices indices) = pool.ForwardWithIndices(Input(@case, x));
        RequireClose(name, expected, Dense.RowMajor(pool.Backward(Output(@case, g), indices)));
        RequireClose(name, expected, Dense.RowMajor(pool.BackwardFromInput(Output(@case, g), Input(@case, x))));
    });

    [Fact]
    public void Of_unpooling_by_finite_differences() => ForSmallCases(5, (cases, @case, name) =>
    {
        // Overlapping windows choose one input several times: the gradient is that of the value that stayed.
        MaxUnpool unpool = @case.Unpool();
        PoolIndices indices = @case.Max().ForwardWithIndices(Input(@case, cases.Smooth(Inputs(@case)))).Indices;
        double[] values = cases.Smooth(Outputs(@case)), g = cases.Smooth(Inputs(@case));
        var size = Spatial.Create([.. @case.Axes.Select(axis => axis.Length)]);
        double[] expected = Differences(values, 0.5, at => Dot(g, Dense.RowMajor(unpool.Forward(Output(@case, at), indices, size))));
        RequireClose(name, expected, Dense.RowMajor(unpool.Backward(Input(@case, g), indices)));
        RequireClose(name, expected, Dense.RowMajor(unpool.Backward(Input(@case, g), indices.ToFlat())));
    });

    [Fact]
    public void Second_order_of_an_average_is_the_average() => ForSmallCases(6, (cases, @case, name) =>
    {
        AvgPool pool = @case.Average();
        double[] g = cases.Smooth(Outputs(@case)), arriving = cases.Smooth(Inputs(@case));
        double[] expected = Differences(g, 0.5, at => Dot(arriving, Dense.RowMajor(pool.Backward(Output(@case, at), @case.InputShape))));
        RequireClose(name, expected, Forward(pool, @case, arriving));
    });

    [Fact]
    public void Second_order_of_a_maximum_is_to_gather() => ForSmallCases(7, (cases, @case, name) =>
    {
        MaxPool pool = @case.Max();
        PoolIndices indices = pool.ForwardWithIndices(Input(@case, cases.Smooth(Inputs(@case)))).Indices;
        double[] g = cases.Smooth(Outputs(@case)), arriving = cases.Smooth(Inputs(@case));
        double[] expected = Differences(g, 0.5, at => Dot(arriving, Dense.RowMajor(pool.Backward(Output(@case, at), indices))));
        RequireClose(name, expected, Dense.RowMajor(pool.Gather(Input(@case, arriving), indices)));
    });

    [Fact]
    public void Backward_is_the_adjoint()
    {
        var cases = new TrainingCases(8);
        for (int number = 0; number < 5 * Cases; number++)
        {
            TrainingCase @case = cases.Next();
            string name = $"case {number}: {@case}";
            double[] x = cases.Smooth(Inputs(@case)), g = cases.Smooth(Outputs(@case));
            Tensor<double> input = Input(@case, x, cases.Coin()), gradient = Output(@case, g, cases.Coin());

            AvgPool average = @case.Average();
            RequireEqual(name, Dot(g, Dense.RowMajor(average.Forward(input))), Dot(x, Dense.RowMajor(average.Backward(gradient, @case.InputShape))), x.Length);

            MaxPool max = @case.Max();
            (_, PoolIndices indices) = max.ForwardWithIndices(Input(@case, cases.Smooth(Inputs(@case))));
            RequireEqual(name, Dot(g, Dense.RowMajor(max.Gather(input, indices))), Dot(x, Dense.RowMajor(max.Backward(gradient, indices))), x.Length);

            var size = Spatial.Create([.. @case.Axes.Select(axis => axis.Length)]);
            MaxUnpool unpool = @case.Unpool();
            RequireEqual(name, Dot(x, Dense.RowMajor(unpool.Forward(gradient, indices, size))), Dot(g, Dense.RowMajor(unpool.Backward(input, indices))), x.Length);

            LinearPool mean = @case.Rank switch { 1 => new GlobalAvgPool1d(), 2 => new GlobalAvgPool2d(), _ => new GlobalAvgPool3d() };
            double[] perPlane = cases.Smooth(@case.Planes);
            Tensor<double> means = mean.Forward(input);
            RequireEqual(name, Dot(perPlane, Dense.RowMajor(means)), Dot(x, Dense.RowMajor(mean.Backward(Dense.Of(perPlane, means.Lengths, @case.Rank, cases.Coin()), @case.InputShape))), x.Length);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void The_cases_reach_the_edges(int seed)
    {
        int without = 0, padded = 0, clipped = 0, same = 0, stepping = 0, several = 0;
        ForSmallCases(seed, (cases, @case, name) =>
        {
            List<List<long>> windows = @case.Windows();
            if (windows.Any(window => window.All(flat => flat < 0))) without++;
            if (@case.ZeroPadding && windows.Any(window => window.Contains(-1))) padded++;
            if (windows.Select(window => window.Count).Distinct().Count() > 1) clipped++;
            if (@case.Padding.Rule != PaddingRule.Explicit) same++;
            if (@case.Axes.Any(axis => axis.Stride > 1 && axis.Dilation > 1)) stepping++;
            if (@case.MostReaders() > 1) several++;
        });
        int[] counts = [without, padded, clipped, same, stepping, several];
        Assert.All(counts, count => Assert.InRange(count, 4, Cases));
    }

    private static void ForSmallCases(int seed, Action<TrainingCases, TrainingCase, string> test)
    {
        var cases = new TrainingCases(seed);
        for (int number = 0; number < Cases;)
        {
            TrainingCase @case = cases.Next();
            if (Inputs(@case) is 0 or > MostElements || Outputs(@case) > MostElements) continue;
            test(cases, @case, $"case {number}: {@case}");
            number++;
        }
    }

    private static int Inputs(TrainingCase @case) => @case.Planes * @case.Plane;

    private static int Outputs(TrainingCase @case) => @case.Planes * @case.OutputPlane;

    private static Tensor<double> Input(TrainingCase @case, double[] elements, bool channelsLast = false) => Dense.Of(elements, @case.InputShape, @case.Rank, channelsLast);

    private static Tensor<double> Output(TrainingCase @case, double[] elements, bool channelsLast = false) => Dense.Of(elements, @case.OutputShape, @case.Rank, channelsLast);

    private static double[] Forward(PoolLayer pool, TrainingCase @case, double[] x) => Dense.RowMajor(pool.Forward(Input(@case, x)));

    /// <summary>Windows without a tap are −∞ whatever the input.</summary>
    private static double[] Finite(double[] values) => [.. values.Select(value => double.IsNegativeInfinity(value) ? 0 : value)];

    private static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();

    /// <summary>The gradient of a function, by central differences.</summary>
    private static double[] Differences(double[] x, double step, Func<double[], double> function)
    {
        var gradient = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double[] up = [.. x], down = [.. x];
            up[i] += step;
            down[i] -= step;
            gradient[i] = (function(up) - function(down)) / (2 * step);
        }

        return gradient;
    }

    // Linear, or linear around here: differences are exact but for rounding.
    private static void RequireClose(string name, double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) if (!(Math.Abs(expected[i] - actual[i]) <= 1e-9)) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {actual[i]}");
    }

    private static void RequireEqual(string name, double left, double right, int elements) =>
        Assert.True(Math.Abs(left - right) <= 1e-12 * (elements + 1), $"{name}\n⟨g, f(x)⟩ = {left}, ⟨fᵀ(g), x⟩ = {right}");
}
