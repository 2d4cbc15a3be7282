using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Family;

/// <summary>The kernels of uneven windows against the reference, and the same bits in every memory order.</summary>
public class UnevenKernelTests
{
    [Fact]
    public void Every_kernel_gives_the_reference_s_bits()
    {
        Run<float>();
        Run<double>();
        Run<Half>();
        Run<BFloat16>();
        Run<byte>();
    }

    private static unsafe void Run<T>()
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(21);
        HashSet<string> met = [];
        for (int number = 0; number < 120; number++)
        {
            nint[] shape = [1 + random.Next(2), 1 + random.Next(random.Next(2) == 0 ? 3 : 40), 1 + random.Next(40), 1 + random.Next(60)];
            Spatial size = (1 + random.Next(12), 1 + random.Next(12));
            PoolLayer layer = random.Next(2) == 0 ? new AdaptiveMaxPool2d(size) : new AdaptiveAvgPool2d(size);
            PoolPlan plan = layer.Plan(shape);
            if (plan.Slides) continue;
            foreach (KernelTests.Order order in Enum.GetValues<KernelTests.Order>())
            {
                TensorLayout from = KernelTests.Layout(plan, order, 1, shape[2], shape[3], number % 3), to = KernelTests.Layout(plan, order, 1, size[0], size[1], number % 2);
                Compare<T>(random, layer.Operator[ElementTypes.Of<T>()], plan, from, to, met);
                if (typeof(T) == typeof(byte) || layer is AdaptiveMaxPool) continue;
                Compare<T>(random, MeanGradient.Instance[ElementTypes.Of<T>()], plan.Transposed, to, from, met);
            }
        }

        Assert.Contains("uneven windows", met);
        if (!Vector128.IsHardwareAccelerated) return;
        Assert.Contains(met, name => name.StartsWith("turned rows", StringComparison.Ordinal));
        Assert.Contains(met, name => name.StartsWith("folded pixels", StringComparison.Ordinal));
        if (typeof(T) == typeof(byte)) return;
        Assert.Contains(met, name => name.StartsWith("uneven rows", StringComparison.Ordinal));
        Assert.Contains(met, name => name.StartsWith("uneven pixels", StringComparison.Ordinal));
        Assert.Contains("segments", met);
    }

    private static unsafe void Compare<T>(Random random, KernelCatalog catalog, PoolPlan plan, TensorLayout from, TensorLayout to, HashSet<string> met)
        where T : unmanaged
    {
        long inputs = KernelTests.Extent(plan, from, 1, plan.Height.InputLength, plan.Width.InputLength), outputs = KernelTests.Extent(plan, to, 1, plan.Height.OutputLength, plan.Width.OutputLength);
        using GuardedMemory input = new((nuint)(inputs * sizeof(T))), output = new((nuint)(outputs * sizeof(T)));
        Span<T> taps = new(input.Pointer, (int)inputs), results = new(output.Pointer, (int)outputs);
        foreach (ref T tap in taps) tap = Elements.FromDouble<T>(random.Next(-100, 100) / 8.0);
        var job = new PoolJob(plan, input.Pointer, from, output.Pointer, to, default);
        PoolKernel reference = catalog.Kernels[^1];
        results.Clear();
        reference.Run(job, 0, reference.Units(job));
        T[] expected = results.ToArray();
        foreach (PoolKernel kernel in catalog.Kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
        {
            met.Add(kernel.Name);
            results.Clear();
            long units = kernel.Units(job), cut = random.NextInt64(units + 1);
            kernel.Run(job, cut, units);
            kernel.Run(job, 0, cut);
            // Eighths of small numbers: sums are exact in any order.
            for (int i = 0; i < expected.Length; i++) if (!Elements.Same(expected[i], results[i])) Assert.Fail($"{kernel.Name} {typeof(T).Name} {plan}, element {i}: expected {expected[i]}, got {results[i]}");
        }
    }

    /// <summary>Sums that are not exact tell in which order they were added.</summary>
    [Theory]
    [InlineData(3, 50, 61, 7, 6)]
    [InlineData(70, 50, 61, 7, 6)]
    [InlineData(5, 13, 15, 9, 7)]
    [InlineData(40, 15, 31, 15, 7)]
    [InlineData(2, 21, 700, 5, 300)]
    [InlineData(300, 9, 130, 4, 60)]
    public void Memory_order_changes_no_bit(int channels, int height, int width, int rows, int columns)
    {
        Tensor<double> x = Sample.Doubles(new Random(2), [2, channels, height, width]);
        Sample.RequireSameBits(threads => tensor => new AdaptiveAvgPool2d((rows, columns)) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<float>(x));
        Sample.RequireSameBits(threads => tensor => new AdaptiveAvgPool2d((rows, columns)) { MaxDegreeOfParallelism = threads }.Forward(tensor), Sample.As<Half>(x));
        Tensor<double> g = Sample.Doubles(new Random(2), [2, channels, rows, columns]);
        Sample.RequireSameBits(threads => tensor => new AdaptiveAvgPool2d((rows, columns)) { MaxDegreeOfParallelism = threads }.Backward(tensor, [2, channels, height, width]), Sample.As<float>(g));
    }
}
