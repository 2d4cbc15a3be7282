using Cenote.Tests.Golden;

namespace Cenote.Tests.Blocks;

/// <summary>The kernels of counted means and of pyramids in memory that ends at a guard page.</summary>
public class BlockKernelTests
{
    private const int Cases = 120;

    [Fact]
    public void Counted_floats() => Counted<float>();

    [Fact]
    public void Counted_doubles() => Counted<double>();

    [Fact]
    public void Counted_bytes() => Counted<byte>();

    [Fact]
    public void Counted_signed_bytes() => Counted<sbyte>();

    [Fact]
    public void Counted_shorts() => Counted<short>();

    [Fact]
    public void Counted_unsigned_shorts() => Counted<ushort>();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pyramids(bool countsData)
    {
        Pyramid<byte>(countsData);
        Pyramid<ushort>(countsData);
        Pyramid<float>(countsData);
        Pyramid<int>(countsData);
    }

    /// <summary>Every register kernel gives the reference's bits, whatever the elements are.</summary>
    private static unsafe void Counted<T>()
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(23);
        int compared = 0;
        for (int number = 0; number < Cases; number++)
        {
            var (layer, shape) = Layer(random, countsData: true);
            PoolPlan plan;
            try
            {
                plan = layer.Plan(shape);
            }
            catch (ArgumentException)
            {
                continue;
            }

            var order = (KernelTests.Order)random.Next(3);
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = KernelTests.Layout(plan, order, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, gap);
            TensorLayout to = KernelTests.Layout(plan, order, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, gap);
            long inputLength = KernelTests.Extent(plan, from, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            long outputLength = KernelTests.Extent(plan, to, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            using var inputMemory = new GuardedMemory((nuint)(inputLength * sizeof(T)));
            using var outputMemory = new GuardedMemory((nuint)(outputLength * sizeof(T)));
            Span<T> input = new(inputMemory.Pointer, (int)inputLength), output = new(outputMemory.Pointer, (int)outputLength);
            KernelTests.Fill(random, input);
            foreach (ref T element in input)
                if (random.Next(3) == 0) element = Elements.FromDouble<T>(3);
            IReadOnlyList<PoolKernel> kernels = layer.Operator[ElementTypes.Of<T>()].Kernels;
            var job = new PoolJob(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            output.Clear();
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = output.ToArray();
            foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
            {
                output.Clear();
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                kernel.Run(job, cut, units);
                kernel.Run(job, 0, cut);
                compared++;
                for (int i = 0; i < expected.Length; i++)
                    if (!Elements.Same(expected[i], output[i])) Assert.Fail($"case {number}: {kernel.Name} {typeof(T).Name} {plan} {layer.IntegerRounding} {order}, gaps of {gap}\nelement {i}: expected {expected[i]}, got {output[i]}");
            }
        }

        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, compared > 0);
    }

    /// <summary>A pyramid cut anywhere gives what its levels give by themselves: of integers, and of floats at the first level, the same bits.</summary>
    private static unsafe void Pyramid<T>(bool countsData)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(29);
        for (int number = 0; number < Cases; number++)
        {
            var (layer, shape) = Layer(random, countsData);
            bool last = random.Next(2) == 0;
            if (last && random.Next(2) == 0) shape[1] = 1 + random.Next(5);
            int levels = 1 + random.Next(4);
            PoolPlan[] plans;
            try
            {
                plans = [.. Enumerable.Range(1, levels).Select(level => layer.AtLevel(level).Plan(shape))];
            }
            catch (ArgumentException)
            {
                continue;
            }

            using var inputMemory = new GuardedMemory((nuint)(plans[0].InputElements * sizeof(T)));
            GuardedMemory[] outputs = [.. plans.Select(plan => new GuardedMemory((nuint)(plan.OutputElements * sizeof(T))))];
            Span<T> input = new(inputMemory.Pointer, (int)plans[0].InputElements);
            foreach (ref T element in input) element = Elements.FromDouble<T>(random.Next(3) == 0 ? 3 : random.Next(200));
            PyramidLevel[] made = [.. plans.Zip(outputs, (plan, memory) => new PyramidLevel(plan, memory.Pointer, Order(plan, last)))];
            PoolKernel kernel = PyramidKernel.Of(layer, ElementTypes.Of<T>(), made, last ? plans[0].Channels : 1);
            TensorLayout from = Order(plans[0].Channels, plans[0].Depth.InputLength, plans[0].Height.InputLength, plans[0].Width.InputLength, last);
            PoolJob job = PoolJob.Of(plans[^1], inputMemory.Pointer, from, outputs[^1].Pointer, Order(plans[^1], last), default);
            using var partials = new GuardedMemory((nuint)kernel.PartialBytes(job));
            if (kernel.PartialBytes(job) > 0) job = job with { Partials = partials.Pointer };
            long units = kernel.Units(job), cut = random.NextInt64(units + 1);
            kernel.Run(job, cut, units);
            kernel.Run(job, 0, cut);
            if (kernel.PartialBytes(job) > 0) kernel.Complete(job);
            for (int level = 1; level <= levels; level++)
            {
                var expected = new T[plans[level - 1].OutputElements];
                BlockReduce alone = layer.AtLevel(level);
                alone.Forward<T>(alone.Plan(shape), InRows<T>(input, shape, last), expected);
                T[] actual = InRows<T>(new(outputs[level - 1].Pointer, expected.Length), plans[level - 1].OutputShape, last);
                for (int i = 0; i < expected.Length; i++)
                    if (!(Elements.Same(expected[i], actual[i]) || (level > 1 && typeof(T) == typeof(float) && Math.Abs(Elements.ToDouble(expected[i]) - Elements.ToDouble(actual[i])) <= 1e-4))) Assert.Fail($"case {number}, level {level}: {typeof(T).Name} {plans[level - 1]} {layer.IntegerRounding}{(last ? " channels last" : "")}\nelement {i}: expected {expected[i]}, got {actual[i]}");
            }

            foreach (GuardedMemory output in outputs) output.Dispose();
        }
    }

    private static TensorLayout Order(PoolPlan plan, bool last) => Order(plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, last);

    private static TensorLayout Order(long channels, long depth, long height, long width, bool last) => last
        ? new(channels * depth * height * width, 1, channels * height * width, channels * width, channels) : TensorLayout.RowMajor(channels, depth, height, width);

    /// <summary>The elements row by row, of memory with the channels last or in that order already.</summary>
    private static T[] InRows<T>(ReadOnlySpan<T> memory, ReadOnlySpan<nint> shape, bool last)
    {
        if (!last) return memory.ToArray();
        int channels = (int)shape[1], positions = memory.Length / (int)(shape[0] * shape[1]);
        var rows = new T[memory.Length];
        for (int i = 0; i < rows.Length; i++) rows[i] = memory[((i / (channels * positions) * positions) + (i % positions)) * channels + (i / positions % channels)];
        return rows;
    }

    private static (BlockReduce Layer, nint[] Shape) Layer(Random random, bool countsData)
    {
        int rank = 1 + random.Next(3), longest = rank == 1 ? 400 : rank == 2 ? 150 : 40;
        nint[] shape = [1 + random.Next(2), 1 + random.Next(random.Next(2) == 0 ? 3 : 70 / rank), .. Enumerable.Range(0, rank).Select(_ => (nint)(1 + random.Next(random.Next(4) == 0 ? 9 : longest)))];
        Spatial block = Spatial.Create([.. Enumerable.Range(0, rank).Select(_ => random.Next(3) == 0 ? 1 + random.Next(5) : 2)]);
        Reduction method = random.Next(4) == 0 ? Reduction.Sum : Reduction.Mean;
        BlockEdge edge = (BlockEdge)random.Next(3);
        bool nan = random.Next(2) == 0;
        double? noData = countsData ? random.Next(3) == 0 ? 0 : 3 : null;
        int taps = Enumerable.Range(0, rank).Aggregate(1, (product, axis) => product * block[axis]);
        long least = countsData ? 1 + random.Next(Math.Min(3, taps)) : 1;
        var rounding = (IntegerRounding)random.Next(2);
        nan &= countsData;
        return (rank switch
        {
            1 => new BlockReduce1d(block, method) { Edge = edge, IgnoreNaN = nan, NoData = noData, MinCount = least, IntegerRounding = rounding },
            2 => new BlockReduce2d(block, method) { Edge = edge, IgnoreNaN = nan, NoData = noData, MinCount = least, IntegerRounding = rounding },
            _ => new BlockReduce3d(block, method) { Edge = edge, IgnoreNaN = nan, NoData = noData, MinCount = least, IntegerRounding = rounding },
        }, shape);
    }
}
