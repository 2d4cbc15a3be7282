using System.Runtime.InteropServices;
using Cenote.Tests.Golden;

namespace Cenote.Tests;

/// <summary>Every kernel of gradients against the last one, the specification, over random plans, in memory that ends at a guard page.</summary>
public class GradientKernelTests
{
    private const int Cases = 200;

    public static TheoryData<string, bool> Rows => [.. from type in (string[])["Single", "Double", "Half", "BFloat16"] from isChosen in (bool[])[true, false] select (type, isChosen)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_kernel_gives_the_reference_s_bits(string type, bool isChosen)
    {
        switch (type)
        {
            case "Single": Run<float>(isChosen); break;
            case "Double": Run<double>(isChosen); break;
            case "Half": Run<Half>(isChosen); break;
            default: Run<BFloat16>(isChosen); break;
        }
    }

    [Fact]
    public void Results_have_the_same_bits_for_any_number_of_threads()
    {
        Check([2, 19, 61, 83], threads => new MaxPool2d(3, 2, 1) { MaxDegreeOfParallelism = threads });
        Check([2, 3, 150, 70], threads => new MaxPool2d(5, 1, 2) { MaxDegreeOfParallelism = threads });
        Check([1, 9, 50, 70], threads => new MaxPool2d(13, 1, 6) { MaxDegreeOfParallelism = threads });
        Check([2, 19, 61, 83], threads => new AvgPool2d(3, 1, 1, countIncludePad: false) { MaxDegreeOfParallelism = threads });
        Check([1, 5, 140, 170], threads => new AvgPool2d(17, 1, 8) { MaxDegreeOfParallelism = threads });
        Check([1, 5, 140, 170], threads => new AvgPool2d(17, 1, 8, countIncludePad: false) { MaxDegreeOfParallelism = threads });
        Check([2, 37, 90, 70], threads => new AvgPool2d(40, 2, 8) { MaxDegreeOfParallelism = threads });
        Check([8, 64, 33, 31], threads => new AdaptiveAvgPool2d((7, 9)) { MaxDegreeOfParallelism = threads });
        Check([8, 64, 33, 33], threads => new GlobalAvgPool2d() { MaxDegreeOfParallelism = threads });
    }

    /// <summary>A number that falls by one from window to window is the same tap, but behind the first tap of a row another one.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 2)]
    public unsafe void Runs_of_windows_that_choose_one_tap(int stride, int dilation)
    {
        var random = new Random(7);
        PoolPlan pooling = new MaxPool2d(19, stride, 9, dilation).Plan(1, 2, 90, 150);
        float[] gradients = [.. Enumerable.Range(0, (int)pooling.OutputElements).Select(_ => random.NextSingle() - 0.5f)], result = new float[pooling.InputElements];
        var numbers = new ushort[gradients.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = (ushort)(i == 0 || numbers[i - 1] == 0 || random.Next(40) == 0 ? random.Next(19 * 19) : numbers[i - 1] - 1);
        fixed (float* from = gradients, to = result)
        fixed (ushort* marks = numbers)
        {
            TensorLayout order = pooling.Dense(byChannels: false, ofOutput: true);
            PoolJob job = PoolJob.Of(pooling.Transposed, from, order, to, pooling.Dense(byChannels: false, ofOutput: false), default) with { Offsets = new(marks, sizeof(ushort), order) };
            IReadOnlyList<PoolKernel> kernels = ChosenGradient.Instance[ElementType.Single].Kernels;
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            float[] expected = [.. result];
            foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
            {
                Array.Fill(result, 77);
                kernel.Run(job, 0, kernel.Units(job));
                Assert.Equal(expected, result);
            }
        }
    }

    /// <summary>Many windows per input or few, in planes of any number, of short rows and of many bytes, whose windows choose as they do and, one in so many, a tap outside the input.</summary>
    [Theory]
    [InlineData(3, 1, 1, 10, 14, 14)]
    [InlineData(5, 1, 1, 8, 20, 20)]
    [InlineData(5, 1, 1, 19, 9, 13)]
    [InlineData(5, 1, 2, 16, 30, 25)]
    [InlineData(7, 2, 1, 11, 43, 40)]
    [InlineData(13, 1, 1, 9, 20, 8)]
    [InlineData(17, 1, 1, 8, 20, 24)]
    [InlineData(31, 3, 1, 12, 61, 63)]
    [InlineData(4, 3, 1, 11, 47, 9)]
    [InlineData(2, 4, 1, 5, 300, 7)]
    [InlineData(1, 2, 1, 9, 30, 2)]
    [InlineData(3, 3, 2, 9, 131, 131)]
    public void Windows_of_planes_in_turn(int kernel, int stride, int dilation, int channels, int height, int width)
    {
        foreach (int oneIn in (int[])[int.MaxValue, 150, 2])
        {
            Turn<float>(new MaxPool2d(kernel, stride, kernel / 2 * dilation, dilation), [2, channels, height, width], oneIn, byChannels: false, "plane scatter");
            Turn<double>(new MaxPool2d(kernel, stride, kernel / 2 * dilation, dilation), [2, channels, height, width], oneIn, byChannels: false, "plane scatter");
        }
    }

    /// <summary>Volumes, pixels and planes whose windows choose as they do and, one in so many, a tap outside the input; strides longer than windows, and windows that reach out of the input everywhere.</summary>
    [Theory]
    [InlineData(5, 4, 2, 1, 12, 17, 2, 3)]
    [InlineData(6, 2, 3, 1, 34, 2, 1, 16)]
    [InlineData(2, 1, 0, 1, 19, 8, 6, 7)]
    [InlineData(3, 4, 1, 1, 40, 11, 9, 6)]
    [InlineData(3, 2, 2, 2, 17, 7, 9, 10)]
    [InlineData(1, 3, 0, 1, 9, 8, 5, 11)]
    [InlineData(2, 4, 0, 1, 140, 5, 6, 6)]
    [InlineData(2, 2, 0, 1, 3, 2, 70, 90)]
    public void Windows_whose_taps_a_table_places(int kernel, int stride, int padding, int dilation, int channels, int depth, int height, int width)
    {
        foreach (bool byChannels in (bool[])[false, true])
        {
            foreach (int oneIn in (int[])[int.MaxValue, 50, 2])
            {
                var layer = new MaxPool3d(kernel, stride, padding, dilation);
                Turn<float>(layer, [2, channels, depth, height, width], oneIn, byChannels, byChannels && stride == 1 ? null : "table scatter");
                Turn<double>(layer, [1, channels, depth, height, width], oneIn, byChannels, byChannels && stride == 1 ? null : "table scatter");
            }
        }
    }

    /// <summary>Planes of any number that are turned in parts, and pixels of any width: rows and slices that the same windows read, or none.</summary>
    [Theory]
    [InlineData(5, 3, 0, 1, 20, 5, 6, 17)]
    [InlineData(3, 4, 1, 1, 33, 16, 10, 13)]
    [InlineData(5, 3, 2, 1, 25, 9, 5, 7)]
    [InlineData(2, 4, 0, 1, 70, 13, 3, 3)]
    [InlineData(1, 2, 0, 1, 9, 8, 17, 7)]
    [InlineData(2, 1, 0, 1, 37, 3, 40, 8)]
    [InlineData(3, 2, 2, 2, 8, 4, 50, 61)]
    [InlineData(3, 1, 1, 1, 15, 4, 7, 8)]
    public unsafe void Shares_of_pixels_and_of_planes(int kernel, int stride, int padding, int dilation, int channels, int depth, int height, int width)
    {
        var random = new Random(17);
        foreach (bool byChannels in (bool[])[false, true])
        {
            foreach (bool countIncludePad in (bool[])[false, true])
            {
                PoolPlan pooling = new AvgPool3d(kernel, stride, padding, ceilMode: true, countIncludePad, dilation: dilation).Plan([2, channels, depth, height, width]);
                using var gradientMemory = new GuardedMemory((nuint)(pooling.OutputElements * sizeof(float)));
                using var resultMemory = new GuardedMemory((nuint)(pooling.InputElements * sizeof(float)));
                Fill(random, new Span<float>(gradientMemory.Pointer, (int)pooling.OutputElements));
                PoolJob job = PoolJob.Of(pooling.Transposed, gradientMemory.Pointer, pooling.Dense(byChannels, ofOutput: true), resultMemory.Pointer, pooling.Dense(byChannels, ofOutput: false), default);
                Agree<float>(random, MeanGradient.Instance, job, byChannels ? "shares of pixels" : "turned shares");
            }
        }
    }

    /// <summary>Windows that slide by one and choose as they do, each column's in one row, and, one in so many, any tap; in lines of fewer windows than inputs, of as many and of more.</summary>
    [Theory]
    [InlineData(3, 3, 2, 1, 37, 45)]
    [InlineData(3, 3, 1, 1, 130, 33)]
    [InlineData(5, 5, 1, 2, 20, 35)]
    [InlineData(2, 7, 3, 0, 29, 40)]
    [InlineData(7, 4, 1, 3, 9, 64)]
    [InlineData(9, 3, 1, 2, 40, 100)]
    [InlineData(4, 8, 1, 3, 90, 33)]
    public void Windows_that_choose_one_row_in_a_column(int rows, int columns, int dilation, int padding, int height, int width)
    {
        foreach (bool byChannels in (bool[])[false, true])
        {
            foreach (int oneIn in (int[])[int.MaxValue, 1000, 20])
            {
                var layer = new MaxPool2d((rows, columns), 1, (Math.Min(padding, rows / 2), Math.Min(padding, columns / 2)), dilation);
                Turn<float>(layer, [2, byChannels ? 37 : 3, height, width], oneIn, byChannels, "routes");
                Turn<double>(layer, [1, byChannels ? 16 : 2, height, width], oneIn, byChannels, "routes");
            }
        }
    }

    /// <summary>Windows that share no input: rows that end within a window, behind the last one or in the padding, and pixels that fill registers and that do not.</summary>
    [Theory]
    [InlineData(2, 2, 0, 3, 7, 131)]
    [InlineData(2, 2, 1, 17, 9, 260)]
    [InlineData(1, 2, 0, 33, 8, 129)]
    [InlineData(3, 3, 1, 20, 650, 201)]
    [InlineData(2, 5, 1, 21, 650, 203)]
    [InlineData(4, 4, 2, 16, 650, 255)]
    [InlineData(17, 19, 8, 18, 450, 350)]
    public void Windows_that_share_no_input(int kernel, int stride, int padding, int channels, int height, int width)
    {
        if (!System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated) return;
        foreach (bool byChannels in (bool[])[false, true])
        {
            if (byChannels && channels < 16) continue;
            // Tables for so many places would be too large.
            if (byChannels || stride < 19) Turn<float>(new MaxPool2d(kernel, stride, padding), [1, channels, height, width], 5, byChannels, "apart, 512 bits");
            if (byChannels || stride < 19) Turn<double>(new MaxPool2d(kernel, stride, padding), [1, channels, height, width], 5, byChannels, "apart, 512 bits");
        }
    }

    private static unsafe void Turn<T>(IndexedPool layer, nint[] shape, int oneIn, bool byChannels, string? expectedKernel)
        where T : unmanaged
    {
        var random = new Random(13);
        PoolPlan pooling = layer.Plan(shape);
        PoolIndices chosen = layer.ForwardWithIndices(Random(random, shape)).Indices;
        using var gradientMemory = new GuardedMemory((nuint)(pooling.OutputElements * sizeof(T)));
        using var offsetMemory = new GuardedMemory((nuint)(pooling.OutputElements * chosen.BytesPerIndex));
        using var resultMemory = new GuardedMemory((nuint)(pooling.InputElements * sizeof(T)));
        Span<T> result = new(resultMemory.Pointer, (int)pooling.InputElements);
        Fill(random, new Span<T>(gradientMemory.Pointer, (int)pooling.OutputElements));
        TensorLayout order = pooling.Dense(byChannels, ofOutput: true), rows = pooling.Dense(byChannels: false, ofOutput: true);
        var offsets = new OffsetMemory(offsetMemory.Pointer, chosen.BytesPerIndex, order);
        fixed (byte* first = &chosen.First)
        {
            var given = new OffsetMemory(first, chosen.BytesPerIndex, rows);
            for (long n = 0; n < pooling.Batch; n++)
                for (long c = 0; c < pooling.Channels; c++)
                    for (long d = 0; d < pooling.Depth.OutputLength; d++)
                        for (long h = 0; h < pooling.Height.OutputLength; h++)
                            for (long w = 0; w < pooling.Width.OutputLength; w++)
                            {
                                var place = new OutputPlace(n, c, d, h, w);
                                offsets[place.In(order)] = given[place.In(rows)];
                            }
        }

        for (long i = 0; i < pooling.OutputElements; i++)
            if (random.Next(oneIn) == 0) offsets[i] = random.NextInt64(pooling.Taps);
        PoolJob job = PoolJob.Of(pooling.Transposed, gradientMemory.Pointer, order, resultMemory.Pointer, pooling.Dense(byChannels, ofOutput: false), default) with { Offsets = offsets };
        Agree<T>(random, ChosenGradient.Instance, job, expectedKernel);
    }

    /// <summary>All kernels that accept a job, the expected one among them, write the last one's bits.</summary>
    private static unsafe void Agree<T>(Random random, PoolOperator gradient, in PoolJob job, string? expectedKernel)
        where T : unmanaged
    {
        IReadOnlyList<PoolKernel> kernels = gradient[ElementTypes.Of<T>()].Kernels;
        Span<T> result = new(job.Output, (int)job.Plan.OutputElements);
        kernels[^1].Run(job, 0, kernels[^1].Units(job));
        T[] expected = result.ToArray();
        var accepting = new List<PoolKernel>();
        foreach (PoolKernel kernel in kernels.SkipLast(1))
            if (kernel.Accepts(job)) accepting.Add(kernel);
        using var scratch = new GuardedScratch();
        if (expectedKernel is not null) Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, accepting.Any(kernel => kernel.Name.StartsWith(expectedKernel, StringComparison.Ordinal)));
        foreach (PoolKernel kernel in accepting)
        {
            result.Fill(Elements.FromDouble<T>(77));
            long units = kernel.Units(job), cut = random.NextInt64(units + 1);
            kernel.Run(job, cut, units);
            kernel.Run(job, 0, cut);
            Assert.True(MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes(result)), $"{kernel.Name} {typeof(T).Name} {job.Plan.Transposed}");
        }
    }

    private static void Check(nint[] shape, Func<int, PoolLayer> layer)
    {
        var random = new Random(11);
        PoolLayer onAllCores = layer(-1);
        System.Numerics.Tensors.Tensor<float> input = Random(random, shape), gradient = Random(random, [.. onAllCores.Plan(shape).OutputShape]);
        float[] expected = Backward(onAllCores, input, gradient);
        foreach (int threads in (int[])[1, 2, 7]) Assert.True(MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(Backward(layer(threads), input, gradient))), $"{onAllCores} on {threads} threads");
    }

    private static float[] Backward(PoolLayer layer, System.Numerics.Tensors.Tensor<float> input, System.Numerics.Tensors.Tensor<float> gradient) => layer is IndexedPool pool
        ? [.. pool.Backward(gradient, pool.ForwardWithIndices(input).Indices)]
        : [.. ((LinearPool)layer).Backward(gradient, input.Lengths)];

    private static System.Numerics.Tensors.Tensor<float> Random(Random random, nint[] shape)
    {
        nint length = 1;
        foreach (nint axis in shape) length *= axis;
        return System.Numerics.Tensors.Tensor.Create([.. Enumerable.Range(0, (int)length).Select(_ => random.NextSingle() - 0.5f)], shape);
    }

    private static unsafe void Run<T>(bool isChosen)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var ran = new HashSet<string>();
        for (int number = 0; number < Cases; number++)
        {
            // Of its own, so that which kernels accept a case, or that it is left out, does not show in the next one.
            var random = new Random(23_000 + number);
            PoolPlan? pooling = Plan(random, isChosen, number);
            if (pooling is null) continue;
            // The windows that give up order stay, every one.
            if (number % 20 != 6 && !KernelTests.IsWorthwhile(random, pooling)) continue;
            PoolPlan plan = pooling.Transposed;
            var (order, markOrder, toOrder) = ((Order)random.Next(3), (Order)random.Next(3), (Order)random.Next(3));
            // Mostly all lie in one order.
            if (random.Next(4) > 0) (markOrder, toOrder) = (order, order);
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = Layout(plan, order, pooling.Depth.OutputLength, pooling.Height.OutputLength, pooling.Width.OutputLength, gap);
            TensorLayout marks = Layout(plan, markOrder, pooling.Depth.OutputLength, pooling.Height.OutputLength, pooling.Width.OutputLength, 0);
            TensorLayout to = Layout(plan, toOrder, pooling.Depth.InputLength, pooling.Height.InputLength, pooling.Width.InputLength, gap);
            long gradients = Extent(plan, from, pooling.Depth.OutputLength, pooling.Height.OutputLength, pooling.Width.OutputLength);
            long results = Extent(plan, to, pooling.Depth.InputLength, pooling.Height.InputLength, pooling.Width.InputLength);
            int size = OffsetMemory.SizeFor(pooling.Taps);
            using var gradientMemory = new GuardedMemory((nuint)(gradients * sizeof(T)));
            using var offsetMemory = new GuardedMemory((nuint)(pooling.OutputElements * size));
            using var resultMemory = new GuardedMemory((nuint)(results * sizeof(T)));
            Span<T> gradient = new(gradientMemory.Pointer, (int)gradients), result = new(resultMemory.Pointer, (int)results);
            Fill(random, gradient);
            PoolJob job = PoolJob.Of(plan, gradientMemory.Pointer, from, resultMemory.Pointer, to, default);
            if (isChosen)
            {
                var offsets = new OffsetMemory(offsetMemory.Pointer, size, marks);
                // Any tap: one in the padding gives nothing to anyone.
                long most = random.Next(3) == 0 ? Math.Min(3, pooling.Taps) : pooling.Taps;
                for (long i = 0; i < pooling.OutputElements; i++) offsets[i] = random.NextInt64(most);
                job = job with { Offsets = offsets };
            }

            IReadOnlyList<PoolKernel> kernels = (isChosen ? (PoolOperator)ChosenGradient.Instance : MeanGradient.Instance)[ElementTypes.Of<T>()].Kernels;
            PoolKernel[] accepting = [.. kernels.SkipLast(1).Where(kernel => kernel.Accepts(job))];
            if (accepting.Length == 0) continue;
            T untouched = Elements.FromDouble<T>(77);
            result.Fill(untouched);
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = result.ToArray();
            T[]? bounds = !isChosen && plan.MaxCount > PoolPlan.MostTapsInOrder ? Bounds(kernels[^1], job, gradient, result, pooling.DivisorOverride < 0) : null;
            foreach (PoolKernel kernel in accepting)
            {
                result.Fill(untouched);
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                kernel.Run(job, cut, units);
                kernel.Run(job, 0, cut);
                Compare($"case {number}: {kernel.Name} {typeof(T).Name} {pooling} {order} to {toOrder}, gaps of {gap}", expected, result, bounds, plan.MaxCount);
                ran.Add(kernel.Name);
            }
        }

        // Sums of 16-bit elements are not made where they belong.
        string[] others = isChosen ? ["place", "scatter", "plain scatter", .. sizeof(T) > 2 ? ["table scatter"] : (string[])[]] : ["spread", "sliding gradients", "separable gradients"];
        foreach (string name in others) Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, ran.Contains(name));
        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, ran.Any(name => name.StartsWith("gradient tiles", StringComparison.Ordinal)));
    }

    /// <summary>Sums of magnitudes: what the rounding of sums in any order is measured by.</summary>
    private static T[] Bounds<T>(PoolKernel reference, in PoolJob job, Span<T> gradient, Span<T> result, bool isNegative)
        where T : unmanaged
    {
        T[] kept = gradient.ToArray();
        foreach (ref T element in gradient) element = Elements.FromDouble<T>(Elements.ToDouble(Elements.Magnitude(element)) * (isNegative ? -1 : 1));
        reference.Run(job, 0, reference.Units(job));
        kept.CopyTo(gradient);
        return result.ToArray();
    }

    private static void Compare<T>(string name, T[] expected, ReadOnlySpan<T> actual, T[]? bounds, long windows)
        where T : unmanaged
    {
        for (int i = 0; i < expected.Length; i++)
        {
            bool isRight = Elements.Same(expected[i], actual[i]) || (bounds is not null && IsClose(expected[i], actual[i], bounds[i], windows));
            if (!isRight) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {actual[i]}");
        }
    }

    /// <summary>Whether a sum in another order may come to this: rounded once per window and division, relative to the magnitudes; where those overflow, to anything.</summary>
    private static bool IsClose<T>(T expected, T actual, T bound, long windows)
        where T : unmanaged
    {
        double size = Math.Abs(Elements.ToDouble(bound)), value = Elements.ToDouble(actual);
        bool isDouble = typeof(T) == typeof(double);
        // The sum may overflow before it is divided.
        if (!(size < (isDouble ? 1e300 : typeof(T) == typeof(Half) ? 6e4 : 1e33))) return true;
        double sums = 2 * size * windows * (isDouble ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1) + windows * (isDouble ? double.Epsilon : float.Epsilon);
        return Math.Abs(Elements.ToDouble(expected) - value) <= sums + Elements.Spacing(actual);
    }

    private static PoolPlan? Plan(Random random, bool isChosen, int number)
    {
        int rank = 1 + random.Next(3), longest = rank == 1 ? 300 : rank == 2 ? 60 : 14;
        var shape = new nint[rank + 2];
        (shape[0], shape[1]) = (1 + random.Next(2), 1 + random.Next(random.Next(2) == 0 ? 4 : 70 / rank));
        for (int axis = 0; axis < rank; axis++) shape[2 + axis] = 1 + random.Next(random.Next(2) == 0 ? 9 : longest);
        // Rows and channels of more than one tile.
        if (number % 20 == 7) shape[^1] = 3000 + random.Next(9000) / (int)shape[1];
        if (number % 20 == 9) shape[1] = 250 + random.Next(300) / rank;
        int[] kernel = new int[rank], stride = new int[rank], before = new int[rank], after = new int[rank], dilation = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            kernel[axis] = 1 + random.Next(random.Next(6) == 0 ? 40 / rank : 5);
            dilation[axis] = 1 + Math.Max(0, random.Next(6) - 2);
            stride[axis] = 1 + random.Next(random.Next(4) == 0 ? 9 : 4);
            // Large windows that slide by one.
            if (number % 5 == 1) (kernel[axis], stride[axis], shape[2 + axis]) = ((rank == 1 ? 40 : rank == 2 ? 7 : 4) + random.Next(12 / rank), 1, shape[2 + axis] + 15);
            // So large that order is given up for speed, at stride 1 and 2. The reference takes long over them.
            if (number % 40 == 6) (kernel[axis], dilation[axis]) = ((rank == 1 ? 260 : rank == 2 ? 17 : 7) + random.Next(6 / rank), 1 + random.Next(2));
            if (number % 40 == 26) (kernel[axis], stride[axis], dilation[axis]) = ((rank == 1 ? 520 : rank == 2 ? 34 : 14) + random.Next(6 / rank), 2, 1 + random.Next(3));
            if (number % 20 == 6) (shape[0], shape[1], shape[2 + axis]) = (1, Math.Min(shape[1], rank == 1 ? 40 : number % 80 == 6 ? 18 : 3), (kernel[axis] - 1) * dilation[axis] + 1 + random.Next(rank == 1 ? 200 : rank == 2 ? 20 : 5));
            before[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            after[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
        }

        try
        {
            PoolLayer layer = Layer(random, isChosen, rank, number, new(Spatial.Create(before), Spatial.Create(after)), Spatial.Create(kernel), Spatial.Create(stride), Spatial.Create(dilation));
            return layer.Plan(shape);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static PoolLayer Layer(Random random, bool isChosen, int rank, int number, Padding p, Spatial k, Spatial s, Spatial d)
    {
        bool ceil = random.Next(2) == 0, count = random.Next(2) == 0;
        long? divisor = random.Next(5) == 0 ? random.Next(2) == 0 ? -3 : 7 : null;
        if (random.Next(8) == 0) p = random.Next(2) == 0 ? Padding.SameUpper : Padding.SameLower;
        if (number % 10 == 3)
        {
            return (isChosen, rank) switch
            {
                (true, 1) => new GlobalMaxPool1d(),
                (true, 2) => new GlobalMaxPool2d(),
                (true, _) => new GlobalMaxPool3d(),
                (false, 1) => new GlobalAvgPool1d(),
                (false, 2) => new GlobalAvgPool2d(),
                (false, _) => new GlobalAvgPool3d(),
            };
        }

        // Lengths that are mostly no multiples of each other. A maximum never chooses what its uneven window has not got.
        if (!isChosen && number % 20 == 18)
        {
            Spatial size = Spatial.Create([.. Enumerable.Range(0, rank).Select(_ => 1 + random.Next(rank == 1 ? 200 : rank == 2 ? 30 : 9))]);
            return rank switch { 1 => new AdaptiveAvgPool1d(size), 2 => new AdaptiveAvgPool2d(size), _ => new AdaptiveAvgPool3d(size) };
        }

        return (isChosen, rank) switch
        {
            (true, 1) => new MaxPool1d(k, s, p, d, ceil),
            (true, 2) => new MaxPool2d(k, s, p, d, ceil),
            (true, _) => new MaxPool3d(k, s, p, d, ceil),
            (false, 1) => new AvgPool1d(k, s, p, ceil, count, divisor, d),
            (false, 2) => new AvgPool2d(k, s, p, ceil, count, divisor, d),
            (false, _) => new AvgPool3d(k, s, p, ceil, count, divisor, d),
        };
    }

    private enum Order
    {
        RowMajor,
        ChannelsLast,
        Backwards,
    }

    private static TensorLayout Layout(PoolPlan plan, Order order, long depth, long height, long width, long gap)
    {
        long n = plan.Batch, c = plan.Channels, plane = depth * height * width + gap, pixel = c + gap;
        return order switch
        {
            Order.RowMajor => TensorLayout.RowMajor(c, depth, height, width) with { Channel = plane, Batch = c * plane + gap },
            Order.ChannelsLast => new(depth * height * width * pixel + gap, 1, height * width * pixel, width * pixel, width == 1 ? 0 : pixel),
            _ => new(1, n, n * c, n * c * depth, n * c * depth * height),
        };
    }

    /// <summary>How many elements lie from the first to the last.</summary>
    private static long Extent(PoolPlan plan, in TensorLayout layout, long depth, long height, long width) =>
        1 + (plan.Batch - 1) * layout.Batch + (plan.Channels - 1) * layout.Channel + (depth - 1) * layout.Depth + (height - 1) * layout.Height + (width - 1) * layout.Width;

    private static void Fill<T>(Random random, Span<T> elements)
        where T : unmanaged
    {
        int kind = random.Next(4);
        T[] extremes = Elements.Extremes<T>();
        foreach (ref T element in elements)
        {
            bool isExtreme = kind == 0 || (kind == 1 && random.Next(20) == 0);
            element = isExtreme ? extremes[random.Next(extremes.Length)] : Elements.FromDouble<T>((random.NextDouble() * 2 - 1) * 100);
        }
    }
}
