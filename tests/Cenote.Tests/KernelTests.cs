using System.Runtime.InteropServices;
using Cenote.Tests.Golden;

namespace Cenote.Tests;

/// <summary>Every kernel of every catalog against the reference, over random plans, in memory that ends at a guard page.</summary>
public class KernelTests
{
    /// <summary>The trait of rows that take the walks of another row, so that a run may leave them out: minima those of maxima, signed integers those of unsigned ones where nothing is divided.</summary>
    internal const string Walks = "walks", OwnWalks = "own", RepeatedWalks = "repeated";

    private const int Cases = 400;

    public static TheoryData<string, string> Rows => [.. from type in (string[])["Single", "Double", "Half", "BFloat16", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"] from @operator in (string[])["max", "min", "avg"] select new TheoryDataRow<string, string>(type, @operator).WithTrait(Walks, @operator == "min" || (@operator == "max" && IsSigned(type)) ? RepeatedWalks : OwnWalks)];

    internal static bool IsSigned(string type) => type.StartsWith("Int", StringComparison.Ordinal) || type == "SByte";

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_kernel_gives_the_reference_s_bits(string type, string @operator)
    {
        switch (type)
        {
            case "Single": Run<float>(@operator); break;
            case "Double": Run<double>(@operator); break;
            case "Half": Run<Half>(@operator); break;
            case "BFloat16": Run<BFloat16>(@operator); break;
            case "SByte": Run<sbyte>(@operator); break;
            case "Byte": Run<byte>(@operator); break;
            case "Int16": Run<short>(@operator); break;
            case "UInt16": Run<ushort>(@operator); break;
            case "Int32": Run<int>(@operator); break;
            case "UInt32": Run<uint>(@operator); break;
            case "Int64": Run<long>(@operator); break;
            default: Run<ulong>(@operator); break;
        }
    }

    /// <summary>Sums of bytes that just fit 16 bits, those that do not, and those of more taps than any register kernel takes.</summary>
    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(258)]
    [InlineData(300)]
    [InlineData(8300)]
    [InlineData(65536)]
    [InlineData(65537)]
    public void Sums_of_the_largest_elements_keep_within_the_lanes(int taps)
    {
        var layer = new AvgPool1d(taps, 1);
        int length = taps + 300;
        PoolPlan plan = layer.Plan([1, 1, length]);
        var output = new byte[plan.OutputElements];
        layer.Forward<byte>(plan, [.. Enumerable.Repeat(byte.MaxValue, length)], output);
        Assert.All(output, mean => Assert.Equal(byte.MaxValue, mean));
        var signed = new sbyte[plan.OutputElements];
        layer.Forward<sbyte>(plan, [.. Enumerable.Repeat(sbyte.MinValue, length)], signed);
        Assert.All(signed, mean => Assert.Equal(sbyte.MinValue, mean));
    }

    /// <summary>Whether the reference, which takes nanoseconds for each tap, is to walk this plan: all small ones, and a few of the rest, which would take half of the tests' time.</summary>
    internal static bool IsWorthwhile(Random random, PoolPlan plan) => plan.OutputElements * plan.Taps <= 1_000_000 || random.Next(6) == 0;

    private static unsafe void Run<T>(string @operator)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        bool isMean = @operator == "avg";
        var random = new Random(17);
        int compared = 0;
        for (int number = 0; number < Cases; number++)
        {
            PoolLayer layer = Layer(random, @operator, number, out nint[] shape);
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
            Order order = IsOfPixels(number) || IsOfSignals(number) ? Order.ChannelsLast : (Order)random.Next(3);
            // Slices leave gaps between pixels, planes and batches.
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = Layout(plan, order, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, gap);
            // Input and output may lie in different orders.
            TensorLayout to = Layout(plan, random.Next(8) == 0 ? (Order)random.Next(3) : order, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, gap);
            long inputLength = Extent(plan, from, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            long outputLength = Extent(plan, to, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            using var inputMemory = new GuardedMemory((nuint)(inputLength * sizeof(T)));
            using var outputMemory = new GuardedMemory((nuint)(outputLength * sizeof(T)));
            Span<T> input = new(inputMemory.Pointer, (int)inputLength), output = new(outputMemory.Pointer, (int)outputLength);
            Fill(random, input);
            T untouched = input[0];
            var job = new PoolJob(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            IReadOnlyList<PoolKernel> kernels = layer.Operator[ElementTypes.Of<T>()].Kernels;
            PoolKernel reference = kernels[^1];
            PoolKernel[] accepting = [.. kernels.SkipLast(1).Where(kernel => kernel.Accepts(job))];
            if (accepting.Length == 0) continue;
            output.Fill(untouched);
            reference.Run(job, 0, reference.Units(job));
            T[] expected = output.ToArray();
            T[]? bounds = null;
            bool isWide = layer is GlobalAvgPool;
            if (isMean && Elements.IsFloating<T>() && (isWide || plan.MaxCount > PoolPlan.MostTapsInOrder))
            {
                // Means of magnitudes: what the rounding of sums in any order is measured by.
                T[] kept = input.ToArray();
                foreach (ref T element in input) element = Elements.Magnitude(element);
                reference.Run(job, 0, reference.Units(job));
                bounds = output.ToArray();
                kept.CopyTo(input);
            }

            foreach (PoolKernel kernel in accepting)
            {
                output.Fill(untouched);
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                using var partials = new GuardedMemory((nuint)kernel.PartialBytes(job));
                PoolJob split = job with { Partials = partials.Pointer };
                kernel.Run(split, cut, units);
                kernel.Run(split, 0, cut);
                kernel.Complete(split);
                Check($"case {number}: {kernel.Name} {typeof(T).Name} {plan} {order}, gaps of {gap}", expected, output, bounds, plan.MaxCount, isWide);
                compared++;
            }
        }

        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, compared > 0);
    }

    private static void Check<T>(string name, T[] expected, ReadOnlySpan<T> actual, T[]? bounds, long taps, bool isWide)
        where T : unmanaged
    {
        if (MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes(actual))) return;
        for (int i = 0; i < expected.Length; i++)
        {
            bool isRight = Elements.Same(expected[i], actual[i])
                || (bounds is not null && (isWide ? IsCloseToWide(expected[i], actual[i], bounds[i], taps) : IsClose(expected[i], actual[i], bounds[i], taps)));
            if (!isRight) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {actual[i]}");
        }
    }

    /// <summary>Whether a sum in another order may come to this: rounded once per tap, relative to the magnitudes; where those overflow, to anything.</summary>
    private static bool IsClose<T>(T expected, T actual, T bound, long taps)
        where T : unmanaged
    {
        double size = Math.Abs(Elements.ToDouble(bound)), value = Elements.ToDouble(actual);
        if (!double.IsFinite(size)) return double.IsInfinity(size) || double.IsNaN(value);
        double sums = size * taps * (typeof(T) == typeof(double) ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1);
        return Math.Abs(Elements.ToDouble(expected) - value) <= sums + Elements.Spacing(actual);
    }

    /// <summary>The same for sums that are wider than the element: what is left is the rounding of the result.</summary>
    private static bool IsCloseToWide<T>(T expected, T actual, T bound, long taps)
        where T : unmanaged
    {
        double size = Math.Abs(Elements.ToDouble(bound)), value = Elements.ToDouble(actual);
        // Only doubles can overflow.
        if (!double.IsFinite(size)) return typeof(T) == typeof(double) && (double.IsInfinity(size) || double.IsNaN(value));
        double lost = double.BitIncrement(1) - 1, sums = size * taps * (typeof(T) == typeof(double) ? lost * lost : lost);
        double rounding = typeof(T) == typeof(double) ? Math.BitIncrement(Math.Abs(value)) - Math.Abs(value) : typeof(T) == typeof(float) ? MathF.BitIncrement((float)Math.Abs(value)) - Math.Abs(value) : Elements.Spacing(actual);
        return Math.Abs(Elements.ToDouble(expected) - value) <= sums + rounding;
    }

    /// <summary>Whether a case is of many taps and few channels side by side, with short rows of outputs.</summary>
    private static bool IsOfPixels(int number) => number % 12 == 3;

    /// <summary>Whether a case is of signals with channels side by side, whose windows share taps along the row.</summary>
    private static bool IsOfSignals(int number) => number % 12 == 9;

    private static PoolLayer Layer(Random random, string @operator, int number, out nint[] shape)
    {
        // Large windows over volumes; windows that share rows, over pixels of one to many registers.
        bool isDeep = number % 12 == 10, isShared = number % 12 == 6;
        int rank = isDeep ? 3 : IsOfSignals(number) ? 1 : isShared || IsOfPixels(number) ? 2 : 1 + random.Next(3);
        // Lengths around the widths of registers, and channels too.
        int longest = rank == 1 ? 300 : rank == 2 ? 70 : 20;
        nint Length() => 1 + random.Next(random.Next(2) == 0 ? 9 : longest);
        shape = new nint[rank + 2];
        shape[0] = 1 + random.Next(2);
        shape[1] = 1 + random.Next(random.Next(2) == 0 ? 4 : 70 / rank);
        for (int axis = 0; axis < rank; axis++) shape[2 + axis] = Length();
        // Volumes of whole registers of channels are made slice by slice.
        if (rank == 3 && number % 2 == 0) shape[1] = 8 * (1 + random.Next(3));
        if (number % 3 == 2)
        {
            GlobalShape(random, number, shape);
            return (@operator, rank) switch
            {
                ("max", 1) => new GlobalMaxPool1d(),
                ("max", 2) => new GlobalMaxPool2d(),
                ("max", _) => new GlobalMaxPool3d(),
                ("min", 1) => new GlobalMinPool1d(),
                ("min", 2) => new GlobalMinPool2d(),
                ("min", _) => new GlobalMinPool3d(),
                (_, 1) => new GlobalAvgPool1d { IntegerRounding = (IntegerRounding)random.Next(2) },
                (_, 2) => new GlobalAvgPool2d { IntegerRounding = (IntegerRounding)random.Next(2) },
                _ => new GlobalAvgPool3d { IntegerRounding = (IntegerRounding)random.Next(2) },
            };
        }

        // Windows around each input have kernels of their own.
        int around = number % 6 == 1 ? 3 + 2 * random.Next(2) : 0, apart = 1 + random.Next(2);
        // So have those with less padding, and those of three taps at strides of two.
        int margin = number % 12 == 1 ? random.Next(3) : 0, hop = number % 12 == 1 && around == 3 ? 1 + random.Next(2) : 1;
        if (hop > 1) apart = 1;
        // Of many planes, and rows that leave a part of their last register empty.
        if (around > 0 && rank == 2) (shape[1], shape[2], shape[3]) = (2 + random.Next(6), 1 + random.Next(number % 4 == 1 ? 80 : 16), 8 + random.Next(48));
        // Large windows over small planes, too.
        bool isLarge = number % 12 == 4 && rank == 2;
        if (isLarge) (shape[1], shape[2], shape[3]) = (1 + random.Next(3), 1 + random.Next(30), 1 + random.Next(50));
        // And over volumes, by rows and by pixels.
        if (isDeep) (shape[1], shape[2], shape[3], shape[4]) = (random.Next(2) == 0 ? 1 + random.Next(3) : 8 * (1 + random.Next(9)), 1 + random.Next(14), 1 + random.Next(10), 1 + random.Next(random.Next(2) == 0 ? 12 : 70));
        if (isShared) (shape[1], shape[2], shape[3]) = (8 + random.Next(200), 1 + random.Next(40), 1 + random.Next(12));
        // From a part of a register to more than one group of them.
        if (IsOfSignals(number)) (shape[1], shape[2]) = (1 + random.Next(random.Next(2) == 0 ? 40 : 140), 1 + random.Next(random.Next(2) == 0 ? 30 : 300));
        // Pixels of a part of a register, of any element type.
        if (IsOfPixels(number)) shape[1] = 1 + random.Next(random.Next(2) == 0 ? 16 : 64);
        int[] kernel = new int[rank], stride = new int[rank], before = new int[rank], after = new int[rank], dilation = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            kernel[axis] = isShared ? 2 + random.Next(6) : 1 + random.Next(random.Next(6) == 0 ? 40 : 5);
            dilation[axis] = isShared ? 1 : 1 + Math.Max(0, random.Next(5) - 2);
            stride[axis] = 1 + random.Next(isShared ? 4 : random.Next(4) == 0 ? 7 : 3);
            before[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            after[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            if (isLarge) (kernel[axis], stride[axis], before[axis], after[axis]) = (6 + random.Next(8), 1, random.Next(6), random.Next(6));
            // One row of many slices is a walk of its own.
            if (isDeep && axis == 1 && random.Next(6) == 0) (kernel[0], kernel[1], dilation[1], stride[1], before[1], after[1]) = (16, 1, 1, 1, 0, 0);
            else if (isDeep) (kernel[axis], dilation[axis], stride[axis], before[axis], after[axis]) = (3 + random.Next(6), 1, 1 + random.Next(axis == 2 ? 4 : 2), random.Next(3), random.Next(3));
            if (IsOfSignals(number)) (kernel[axis], dilation[axis], stride[axis]) = (1 + random.Next(10), 1 + random.Next(8) / 7, 1 + random.Next(4));
            if (IsOfPixels(number)) (kernel[axis], dilation[axis], stride[axis]) = (3 + random.Next(5), 1, 1 + random.Next(3));
            if (IsOfSignals(number) || IsOfPixels(number)) (before[axis], after[axis]) = (random.Next(2) * random.Next(kernel[axis]), random.Next(2) * random.Next(kernel[axis]));
            if (IsOfPixels(number))
            {
                // Often one output, and the last row of taps often the input's last.
                shape[2 + axis] = Math.Max(1, kernel[axis] - before[axis] - after[axis]) + (random.Next(3) == 0 ? 0 : random.Next(24));
            }

            if (around > 0) (kernel[axis], dilation[axis], stride[axis], before[axis], after[axis]) = (around, apart, hop, Math.Max(0, around / 2 * apart - margin), Math.Max(0, around / 2 * apart - margin));
        }

        Spatial k = Spatial.Create(kernel), s = Spatial.Create(stride), d = Spatial.Create(dilation);
        var p = new Padding(Spatial.Create(before), Spatial.Create(after));
        bool ceil = random.Next(2) == 0, count = random.Next(2) == 0, zero = random.Next(8) == 0;
        long? divisor = random.Next(5) == 0 ? random.Next(2) == 0 ? -3 : 7 : null;
        var rounding = (IntegerRounding)random.Next(2);
        return (@operator, rank) switch
        {
            ("max", 1) => new MaxPool1d(k, s, p, d, ceil) { ZeroPadding = zero },
            ("max", 2) => new MaxPool2d(k, s, p, d, ceil) { ZeroPadding = zero },
            ("max", _) => new MaxPool3d(k, s, p, d, ceil) { ZeroPadding = zero },
            ("min", 1) => new MinPool1d(k, s, p, d, ceil),
            ("min", 2) => new MinPool2d(k, s, p, d, ceil),
            ("min", _) => new MinPool3d(k, s, p, d, ceil),
            (_, 1) => new AvgPool1d(k, s, p, ceil, count, divisor, d) { IntegerRounding = rounding },
            (_, 2) => new AvgPool2d(k, s, p, ceil, count, divisor, d) { IntegerRounding = rounding },
            _ => new AvgPool3d(k, s, p, ceil, count, divisor, d) { IntegerRounding = rounding },
        };
    }

    /// <summary>Planes around the widths of registers, some that outgrow narrow sums, and a few that are cut into blocks.</summary>
    private static void GlobalShape(Random random, int number, Span<nint> shape)
    {
        bool isHuge = number % 100 == 5, isLarge = number % 10 == 5;
        int channels = isHuge ? 1 + random.Next(3) : isLarge ? 1 + random.Next(8) : 1 + random.Next(70);
        int pixels = isHuge ? 600_000 / channels + random.Next(2000) : isLarge ? 1 + random.Next(70_000 / channels) : 1 + random.Next(70);
        shape[0] = isHuge ? 1 : 1 + random.Next(3);
        shape[1] = channels;
        for (int axis = 2; axis < shape.Length - 1; axis++) pixels /= (int)(shape[axis] = 1 + random.Next((int)Math.Sqrt(pixels)));
        shape[^1] = pixels;
    }

    internal enum Order
    {
        RowMajor,
        ChannelsLast,
        Backwards,
    }

    internal static TensorLayout Layout(PoolPlan plan, Order order, long depth, long height, long width, long gap)
    {
        long n = plan.Batch, c = plan.Channels, plane = depth * height * width + gap, pixel = c + gap;
        return order switch
        {
            Order.RowMajor => TensorLayout.RowMajor(c, depth, height, width) with { Channel = plane, Batch = c * plane + gap },
            // Of an axis of length 1 a tensor may say any stride, and says 0.
            Order.ChannelsLast => new(depth * height * width * pixel + gap, 1, height * width * pixel, width * pixel, width == 1 ? 0 : pixel),
            _ => new(1, n, n * c, n * c * depth, n * c * depth * height),
        };
    }

    /// <summary>How many elements lie from the first to the last.</summary>
    internal static long Extent(PoolPlan plan, in TensorLayout layout, long depth, long height, long width) =>
        1 + (plan.Batch - 1) * layout.Batch + (plan.Channels - 1) * layout.Channel + (depth - 1) * layout.Depth + (height - 1) * layout.Height + (width - 1) * layout.Width;

    internal static void Fill<T>(Random random, Span<T> elements)
        where T : unmanaged
    {
        int kind = random.Next(7), sign = 2 * random.Next(2) - 1;
        T[] extremes = Elements.Extremes<T>();
        foreach (ref T element in elements)
        {
            double number = (random.NextDouble() * 2 - 1) * 100;
            element = kind switch
            {
                0 => extremes[random.Next(extremes.Length)],
                1 when random.Next(20) == 0 => extremes[random.Next(extremes.Length)],
                // Ties; of the second kind with a zero as the greatest, of either sign.
                2 or 5 => Elements.FromDouble<T>(random.Next(kind == 2 ? 3 : 2) - 1) is var tie && random.Next(3) == 0 && Elements.IsFloating<T>() ? Elements.FromDouble<T>(-0.0) : tie,
                6 => Elements.FromDouble<T>(sign * (1 + Math.Abs(number))),
                _ => Elements.FromDouble<T>(number),
            };
        }

        if (kind != 6 || elements.Length < 2) return;
        // Zeros in one place only: there the order of the taps matters.
        int place = random.Next(elements.Length - 1);
        elements[place] = Elements.FromDouble<T>(sign * 0.0);
        elements[place + 1] = Elements.FromDouble<T>(-sign * 0.0);
    }
}
