using Cenote.Tests.Golden;
using static Cenote.Tests.KernelTests;

namespace Cenote.Tests;

/// <summary>Every kernel of norms against the reference, over random plans, in memory that ends at a guard page.</summary>
public class NormKernelTests
{
    private const int Cases = 200;

    public static TheoryData<string, double> Rows => [.. from type in (string[])["Single", "Double", "Half", "BFloat16"] from p in (double[])[1, 2, 2.75, 3, double.PositiveInfinity] select (type, p)];

    public static TheoryData<string, double> MeanRows => [.. from type in (string[])["Single", "Double", "Half", "BFloat16"] from p in (double[])[1, 3, 3.5] select (type, p)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_kernel_gives_the_reference_s_bits(string type, double p)
    {
        switch (type)
        {
            case "Single": Run<float>(p, isMean: false); break;
            case "Double": Run<double>(p, isMean: false); break;
            case "Half": Run<Half>(p, isMean: false); break;
            default: Run<BFloat16>(p, isMean: false); break;
        }
    }

    [Theory]
    [MemberData(nameof(MeanRows))]
    public void Every_kernel_of_generalised_means_gives_the_reference_s_bits(string type, double p)
    {
        switch (type)
        {
            case "Single": Run<float>(p, isMean: true); break;
            case "Double": Run<double>(p, isMean: true); break;
            case "Half": Run<Half>(p, isMean: true); break;
            default: Run<BFloat16>(p, isMean: true); break;
        }
    }

    private static unsafe void Run<T>(double p, bool isMean)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(23);
        int compared = 0;
        for (int number = 0; number < Cases; number++)
        {
            PoolLayer layer = Layer(random, p, isMean, number, out nint[] shape);
            PoolPlan plan;
            try
            {
                plan = layer.Plan(shape);
            }
            catch (ArgumentException)
            {
                continue;
            }

            if (!IsWorthwhile(random, plan)) continue;
            var order = (Order)random.Next(3);
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = Layout(plan, order, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, gap);
            TensorLayout to = Layout(plan, order, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, gap);
            long inputLength = Extent(plan, from, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            long outputLength = Extent(plan, to, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            using var inputMemory = new GuardedMemory((nuint)(inputLength * sizeof(T)));
            using var outputMemory = new GuardedMemory((nuint)(outputLength * sizeof(T)));
            Span<T> input = new(inputMemory.Pointer, (int)inputLength), output = new(outputMemory.Pointer, (int)outputLength);
            Fill(random, input);
            var job = new PoolJob(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            IReadOnlyList<PoolKernel> kernels = layer.Operator[ElementTypes.Of<T>()].Kernels;
            T[] expected = Reference(layer, job, output);
            bool inOrder = !plan.IsGlobal && plan.MaxCount <= PoolPlan.MostTapsInOrder;
            T[] bounds = inOrder || double.IsInfinity(p) ? expected : Reference(new LpOperator(new(p, IsTrue: true, Taps: 0), wholePlane: plan.IsGlobal), job, output);
            foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
            {
                output.Clear();
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                using var partials = new GuardedMemory((nuint)kernel.PartialBytes(job));
                PoolJob split = job with { Partials = partials.Pointer };
                kernel.Run(split, cut, units);
                kernel.Run(split, 0, cut);
                kernel.Complete(split);
                for (int i = 0; i < expected.Length; i++)
                    if (!(Elements.Same(expected[i], output[i]) || (!inOrder && IsClose(expected[i], output[i], bounds[i], plan.MaxCount)))) Assert.Fail($"case {number}: {kernel.Name} {typeof(T).Name} {plan} {order}, gaps of {gap}\nelement {i}: expected {expected[i]}, got {output[i]}");
                compared++;
            }
        }

        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, compared > 0);
    }

    private static T[] Reference<T>(PoolLayer layer, in PoolJob job, Span<T> output)
        where T : unmanaged => Reference(layer.Operator, job, output);

    private static T[] Reference<T>(PoolOperator @operator, in PoolJob job, Span<T> output)
        where T : unmanaged
    {
        PoolKernel reference = @operator[ElementTypes.Of<T>()].Kernels[^1];
        output.Clear();
        reference.Run(job, 0, reference.Units(job));
        return output.ToArray();
    }

    /// <summary>Whether sums in another order may come to this: rounded once per tap, relative to the norm of the magnitudes; where that overflows, to anything.</summary>
    private static bool IsClose<T>(T expected, T actual, T bound, long taps)
        where T : unmanaged
    {
        double size = Elements.ToDouble(bound), value = Elements.ToDouble(actual);
        if (!double.IsFinite(size)) return true;
        double sums = size * taps * (typeof(T) == typeof(double) ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1);
        return Math.Abs(Elements.ToDouble(expected) - value) <= sums + 2 * Elements.Spacing(actual);
    }

    private static PoolLayer Layer(Random random, double p, bool isMean, int number, out nint[] shape)
    {
        int rank = 1 + random.Next(3), longest = rank == 1 ? 200 : rank == 2 ? 50 : 14;
        shape = [1 + random.Next(2), 1 + random.Next(random.Next(2) == 0 ? 4 : 40), .. Enumerable.Range(0, rank).Select(_ => (nint)(1 + random.Next(random.Next(2) == 0 ? 9 : longest)))];
        if (number % 3 == 2)
        {
            if (number % 30 == 5) (shape[0], shape[1], shape[^1]) = (1, 2, 40_000);
            if (isMean) return rank switch { 1 => new GlobalGeMPool1d(p), 2 => new GlobalGeMPool2d(p), _ => new GlobalGeMPool3d(p) };
            return rank switch { 1 => new GlobalLpPool1d(p), 2 => new GlobalLpPool2d(p), _ => new GlobalLpPool3d(p) };
        }

        int[] kernel = [.. Enumerable.Range(0, rank).Select(_ => 1 + random.Next(random.Next(6) == 0 ? 30 : 4))];
        int[] dilation = [.. kernel.Select(_ => 1 + Math.Max(0, random.Next(5) - 2))], stride = [.. kernel.Select(_ => 1 + random.Next(random.Next(4) == 0 ? 7 : 3))];
        int[] before = [.. kernel.Select((k, axis) => random.Next(2) * random.Next((k - 1) * dilation[axis] + 1))], after = [.. kernel.Select((k, axis) => random.Next(2) * random.Next((k - 1) * dilation[axis] + 1))];
        Spatial k = Spatial.Create(kernel), s = Spatial.Create(stride), d = Spatial.Create(dilation);
        var padding = new Padding(Spatial.Create(before), Spatial.Create(after));
        bool ceil = random.Next(2) == 0;
        if (isMean)
        {
            double epsilon = random.Next(2) == 0 ? 1e-6 : 0.25;
            return rank switch
            {
                1 => new GeMPool1d(p, k, s, ceil, padding, d) { Epsilon = epsilon },
                2 => new GeMPool2d(p, k, s, ceil, padding, d) { Epsilon = epsilon },
                _ => new GeMPool3d(p, k, s, ceil, padding, d) { Epsilon = epsilon },
            };
        }

        bool isTrue = double.IsInfinity(p) || random.Next(2) == 0;
        return rank switch
        {
            1 => new LpPool1d(p, k, s, ceil, padding, d) { TrueNorm = isTrue },
            2 => new LpPool2d(p, k, s, ceil, padding, d) { TrueNorm = isTrue },
            _ => new LpPool3d(p, k, s, ceil, padding, d) { TrueNorm = isTrue },
        };
    }
}
