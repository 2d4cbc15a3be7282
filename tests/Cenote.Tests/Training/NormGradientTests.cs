using System.Numerics.Tensors;
using Cenote.Tests.Family;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Gradients of power means against their formula, window by window in double: every type, memory of any strides up to a page that nobody may touch, zeros, infinities and NaN.</summary>
public class NormGradientTests
{
    private static readonly double[] Exponents = [1, 2, 3, 2.5, 0.5, -1];

    public static TheoryData<SmoothPool, nint[]> Layers
    {
        get
        {
            var layers = new TheoryData<SmoothPool, nint[]>();
            foreach (double p in Exponents)
            {
                foreach (bool isTrue in (bool[])[false, true])
                {
                    if (isTrue && p < 0) continue;
                    layers.Add(new LpPool2d(p, (3, 2), (2, 1), ceilMode: true, padding: (1, 0), dilation: (1, 2)) { TrueNorm = isTrue }, [2, 5, 9, 8]);
                    layers.Add(new LpPool2d(p, 2) { TrueNorm = isTrue }, [1, 19, 6, 35]);
                    layers.Add(new LpPool1d(p, 40, 1) { TrueNorm = isTrue }, [3, 2, 83]);
                    layers.Add(new LpPool3d(p, 2, 1) { TrueNorm = isTrue }, [1, 3, 3, 4, 5]);
                    // More windows per input than keep their order.
                    layers.Add(new LpPool2d(p, 17, 1) { TrueNorm = isTrue }, [1, 2, 40, 37]);
                }

                layers.Add(new GeMPool2d(p, 3, 2, padding: 1), [2, 3, 9, 8]);
                layers.Add(new GlobalGeMPool2d(p), [2, 9, 5, 7]);
                if (p > 0) layers.Add(new GlobalLpPool3d(p), [2, 17, 2, 3, 3]);
            }

            return layers;
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Are_the_formula_s(SmoothPool pool, nint[] shape)
    {
        Compare<float>(pool, shape, 1e-5);
        Compare<double>(pool, shape, 1e-12);
        Compare<Half>(pool, shape, 2e-3);
        Compare<BFloat16>(pool, shape, 1e-2);
    }

    [Fact]
    public void Threads_and_memory_order_change_no_bit()
    {
        Tensor<double> x = Sample.Doubles(new Random(8), [3, 37, 40, 41], 0.1, 3);
        Same(threads => new LpPool2d(2, 3, 1) { TrueNorm = true, MaxDegreeOfParallelism = threads });
        Same(threads => new GeMPool2d(3, 7, 2) { MaxDegreeOfParallelism = threads });
        Same(threads => new GlobalLpPool2d(1.5) { MaxDegreeOfParallelism = threads });

        void Same(Func<int, SmoothPool> layer)
        {
            Tensor<double> g = Sample.Doubles(new Random(9), layer(1).Plan(x.Lengths).OutputShape.ToArray());
            Sample.RequireSameBits(threads => input => layer(threads).Backward(Sample.As<float>(g), input), Sample.As<float>(x));
            Sample.RequireSameBits(threads => input => layer(threads).Backward(g, input), x);
        }
    }

    /// <summary>0/0 and the like stay where they belong.</summary>
    [Fact]
    public void Zeros_infinities_and_NaN()
    {
        float[] x = [0, 0, float.NaN, 1, float.PositiveInfinity, 2, -0f, -3];
        Assert.Equal([0f, 0f, float.NaN, float.NaN, float.NaN, 0f, 0f, -1f], Backward(2));
        Assert.Equal([0f, 0f, 1f, 1f, 1f, 1f, 0f, -1f], Backward(1));

        float[] Backward(double p) => [.. new LpPool1d(p, 2) { TrueNorm = true }.Backward(Tensor.Create<float>([1, 1, 1, 1], [1, 4]), Tensor.Create(x, [1, 8]))];
    }

    private static void Compare<T>(SmoothPool pool, nint[] shape, double tolerance)
        where T : unmanaged
    {
        var random = new Random(5);
        bool isSigned = pool is LpPool { TrueNorm: true } or GlobalLpPool;
        T[] x = [.. Sample.RowMajor(Sample.Doubles(random, shape, 0.5, 2)).Select((value, i) => i % 7 == 3 ? 0.25 : isSigned && random.Next(2) == 0 ? -value : value).Select(Elements.FromDouble<T>)];
        PoolPlan plan = pool.Plan(shape);
        nint[] outputs = plan.OutputShape.ToArray();
        T[] g = [.. Sample.RowMajor(Sample.Doubles(random, outputs)).Select(Elements.FromDouble<T>)];
        (double Sum, double Size)[] expected = Formula(pool, plan, [.. x.Select(Elements.ToDouble)], [.. g.Select(Elements.ToDouble)]);
        for (int order = 0; order < 4; order++)
        {
            using GuardedTensor<T> gradient = new(random, outputs, g), input = new(random, shape, x), result = new(random, shape);
            pool.Backward(gradient.Source, input.Source, result.Span);
            Tensor<T> found = Tensor.CreateFromShapeUninitialized<T>(shape);
            result.Source.CopyTo(found.AsTensorSpan());
            T[] values = Sample.RowMajor(found);
            result.Require($"{pool} of {Elements.Name<T>()}", values);
            for (int i = 0; i < values.Length; i++)
                Assert.True(Math.Abs(Elements.ToDouble(values[i]) - expected[i].Sum) <= tolerance * Math.Max(1, expected[i].Size), $"{pool} of {Elements.Name<T>()}, {input}: element {i} is {values[i]}, and {expected[i].Sum} by the formula");
        }
    }

    /// <summary>The gradients, and the sums of their shares' magnitudes.</summary>
    private static (double Sum, double Size)[] Formula(SmoothPool pool, PoolPlan plan, double[] x, double[] g)
    {
        bool isTrue = pool is LpPool { TrueNorm: true } or GlobalLpPool;
        double p = ((NormPool)pool).NormType, least = pool is GeneralizedMeanPool mean ? mean.Epsilon : double.NegativeInfinity;
        var result = new (double Sum, double Size)[x.Length];
        int output = 0;
        foreach (var (plane, window, extent) in Windows(plan))
        {
            double sum = window.Sum(at => Math.Pow(isTrue ? Math.Abs(x[plane + at]) : x[plane + at], p));
            // y = (sum · scale)^(1/p)
            double scale = isTrue ? 1 : pool is LpPool ? plan.Taps / (double)extent : 1.0 / extent;
            foreach (int at in window)
            {
                double tap = x[plane + at], slope = isTrue ? Math.Sign(tap) * Math.Pow(Math.Abs(tap), p - 1) : tap < least ? 0 : Math.Pow(tap, p - 1);
                double share = g[output] * Math.Pow(sum * scale, (1 / p) - 1) * scale * slope;
                result[plane + at] = (result[plane + at].Sum + share, result[plane + at].Size + Math.Abs(share));
            }

            output++;
        }

        return result;
    }

    /// <summary>The windows in the outputs' row-major order: where their plane begins, their taps in it, and what an average would be divided by.</summary>
    private static IEnumerable<(int Plane, int[] Taps, long Extent)> Windows(PoolPlan plan)
    {
        int size = (int)(plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength);
        for (int plane = 0; plane < plan.Batch * plan.Channels; plane++)
        {
            for (long d = 0; d < plan.Depth.OutputLength; d++)
            {
                for (long h = 0; h < plan.Height.OutputLength; h++)
                {
                    for (long w = 0; w < plan.Width.OutputLength; w++)
                    {
                        Window depth = plan.Depth[d], height = plan.Height[h], width = plan.Width[w];
                        int[] taps = [.. from i in On(depth) from j in On(height) from k in On(width) select (int)((i * plan.Height.InputLength + j) * plan.Width.InputLength + k)];
                        yield return (plane * size, taps, depth.Extent * height.Extent * width.Extent);
                    }
                }
            }
        }

        static IEnumerable<long> On(Window window) => Enumerable.Range(0, (int)window.Count).Select(i => window.Start + i * window.Step);
    }
}
