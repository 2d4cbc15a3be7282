using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cenote.Tests.Golden;

namespace Cenote.Tests;

/// <summary>Every kernel that says which taps it chose against the reference, values and offsets, in memory that ends at a guard page.</summary>
public class IndexedKernelTests
{
    private const int Cases = 600;

    public static TheoryData<string, bool> Types => [.. from type in Enum.GetNames<ElementType>() from isMax in (bool[])[true, false] select new TheoryDataRow<string, bool>(type, isMax).WithTrait(KernelTests.Walks, !isMax || KernelTests.IsSigned(type) ? KernelTests.RepeatedWalks : KernelTests.OwnWalks)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_kernel_chooses_the_reference_s_taps(string type, bool isMax)
    {
        switch (Enum.Parse<ElementType>(type))
        {
            case ElementType.Single: Run<float>(isMax); break;
            case ElementType.Double: Run<double>(isMax); break;
            case ElementType.Half: Run<Half>(isMax); break;
            case ElementType.BFloat16: Run<BFloat16>(isMax); break;
            case ElementType.SByte: Run<sbyte>(isMax); break;
            case ElementType.Byte: Run<byte>(isMax); break;
            case ElementType.Int16: Run<short>(isMax); break;
            case ElementType.UInt16: Run<ushort>(isMax); break;
            case ElementType.Int32: Run<int>(isMax); break;
            case ElementType.UInt32: Run<uint>(isMax); break;
            case ElementType.Int64: Run<long>(isMax); break;
            default: Run<ulong>(isMax); break;
        }
    }

    /// <summary>Numbers of three bytes, which are kept in four.</summary>
    [Fact]
    public void Windows_of_very_many_taps_say_which_they_chose()
    {
        const int Taps = 70_000, Length = Taps + 50;
        var random = new Random(5);
        float[] input = [.. Enumerable.Range(0, Length).Select(_ => (float)random.Next(1 << 20))];
        long[] expected = [.. Enumerable.Range(0, Length - Taps + 1).Select(o => (long)o + Array.IndexOf(input[o..(o + Taps)], input[o..(o + Taps)].Max()))];
        var pool = new MaxPool1d(Taps, 1);
        Assert.Equal(expected, pool.ForwardWithIndices(Tensor.Create(input, [1, Length])).Indices.ToFlat());
        Assert.Equal(expected, pool.ForwardWithIndices(Tensor.Create([.. input.Select(value => (double)value)], [1, Length])).Indices.ToFlat());
        Assert.Equal(expected, pool.ForwardWithIndices(Tensor.Create([.. input.Select(value => (long)value)], [1, Length])).Indices.ToFlat());
    }

    /// <summary>Channels-last rows so long that their lines are combined in runs of rows sooner than those of one channel.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(16)]
    public void Long_lines_choose_what_short_ones_do(int kernel)
    {
        nint[] shape = [2, 168, 23, 19];
        nint[] lastStrides = [168 * 23 * 19, 1, 168 * 19, 168];
        var random = new Random(7);
        Tensor<float> rows = Tensor.Create([.. Enumerable.Range(0, 2 * 168 * 23 * 19).Select(_ => (float)random.Next(300))], shape), pixels = Tensor.CreateFromShape<float>(shape, lastStrides);
        rows.CopyTo(pixels);
        var pool = new MaxPool2d(kernel, 1, kernel / 2);
        var (expected, expectedIndices) = pool.ForwardWithIndices(rows);
        var (actual, actualIndices) = pool.ForwardWithIndices(pixels);
        Assert.Equal(expected, actual);
        Assert.Equal(expectedIndices.ToFlat(), actualIndices.ToFlat());
    }

    /// <summary>A NaN in each row, and runs that begin at each: rows of dilated windows that begin above the input are read by others than the first.</summary>
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(1, 2, 2)]
    [InlineData(1, 0, 1)]
    [InlineData(2, 1, 1)]
    public unsafe void Every_row_is_watched(int stride, int padding, int dilation)
    {
        const int Rows = 9, Columns = 43;
        PoolPlan plan = new MaxPool2d(3, stride, (padding, 1), (dilation, stride == 1 ? 2 : 1)).Plan([1, 1, Rows, Columns]);
        TensorLayout from = TensorLayout.RowMajor(1, 1, Rows, Columns), to = TensorLayout.RowMajor(1, 1, plan.Height.OutputLength, plan.Width.OutputLength);
        IReadOnlyList<PoolKernel> kernels = ArgExtremeOperator<Greatest>.Instance[ElementType.Single].Kernels;
        float[] input = new float[Rows * Columns], output = new float[plan.OutputElements];
        byte[] offsets = new byte[plan.OutputElements];
        fixed (float* inputs = input, outputs = output)
        fixed (byte* numbers = offsets)
        {
            var job = PoolJob.Of(plan, inputs, from, outputs, to, default) with { Offsets = new(numbers, 1, to) };
            for (int row = 0; row < Rows; row++)
            {
                var random = new Random(row);
                foreach (ref float value in input.AsSpan()) value = random.Next(100);
                input[row * Columns + 21] = float.NaN;
                kernels[^1].Run(job, 0, kernels[^1].Units(job));
                float[] expected = [.. output];
                byte[] chosen = [.. offsets];
                foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
                {
                    for (long cut = 0; cut < kernel.Units(job); cut++)
                    {
                        output.AsSpan().Clear();
                        kernel.Run(job, cut, kernel.Units(job));
                        kernel.Run(job, 0, cut);
                        Assert.True(expected.AsSpan().SequenceEqual(output) && chosen.AsSpan().SequenceEqual(offsets), $"{kernel.Name}, a NaN in row {row}, cut at {cut}");
                    }
                }
            }
        }
    }

    private static unsafe void Run<T>(bool isMax)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var compared = new Dictionary<string, int>();
        IReadOnlyList<PoolKernel> kernels = (isMax ? ArgExtremeOperator<Greatest>.Instance : (PoolOperator)ArgExtremeOperator<Least>.Instance)[ElementTypes.Of<T>()].Kernels;
        for (int number = 0; number < Cases; number++)
        {
            // Of its own, so that which kernels accept a case does not show in the next one.
            var random = new Random(number);
            if (!TryPlan<T>(random, oneIn: sizeof(T) == 1 ? 2 : 4, out PoolPlan? plan) || !KernelTests.IsWorthwhile(random, plan)) continue;
            var order = (KernelTests.Order)random.Next(3);
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = KernelTests.Layout(plan, order, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, gap);
            TensorLayout to = KernelTests.Layout(plan, order, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, gap);
            long inputLength = KernelTests.Extent(plan, from, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            long outputLength = KernelTests.Extent(plan, to, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            int size = OffsetMemory.SizeFor(plan.Taps);
            using var inputMemory = new GuardedMemory((nuint)(inputLength * sizeof(T)));
            using var outputMemory = new GuardedMemory((nuint)(outputLength * sizeof(T)));
            using var offsetMemory = new GuardedMemory((nuint)(plan.OutputElements * size));
            Span<T> input = new(inputMemory.Pointer, (int)inputLength), output = new(outputMemory.Pointer, (int)outputLength);
            Span<byte> offsets = new(offsetMemory.Pointer, (int)plan.OutputElements * size);
            KernelTests.Fill(random, input);
            var job = PoolJob.Of(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default) with { Offsets = new(offsetMemory.Pointer, size, plan.DenseOutput(to)) };
            PoolKernel[] accepting = [.. kernels.SkipLast(1).Where(kernel => kernel.Accepts(job))];
            if (accepting.Length == 0) continue;
            output.Fill(input[0]);
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = output.ToArray();
            byte[] chosen = offsets.ToArray();
            foreach (PoolKernel kernel in accepting)
            {
                output.Fill(input[0]);
                offsets.Fill(0xA5);
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                kernel.Run(job, cut, units);
                kernel.Run(job, 0, cut);
                string name = $"case {number}: {kernel.Name} {typeof(T).Name} {plan} {order}, gaps of {gap}";
                bool isSame = MemoryMarshal.AsBytes<T>(expected).SequenceEqual(MemoryMarshal.AsBytes(output));
                for (int i = 0; i < expected.Length && !isSame; i++)
                    if (!Elements.Same(expected[i], output[i])) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {output[i]}");
                compared[kernel.Name] = compared.GetValueOrDefault(kernel.Name) + 1;
                if (offsets.SequenceEqual(chosen)) continue;
                for (int i = 0; i < chosen.Length; i++)
                    if (chosen[i] != offsets[i]) Assert.Fail($"{name}\nbyte {i} of the offsets, {size} each: expected {chosen[i]}, got {offsets[i]}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", compared.Select(pair => $"{pair.Value} × {pair.Key}")));
        // Every kernel of the catalog has had its turn.
        Assert.All(kernels.SkipLast(1), kernel => Assert.True(compared.ContainsKey(kernel.Name), kernel.Name));
    }

    /// <param name="random">What is left to chance.</param>
    /// <param name="oneIn">Every so many axes have long windows: bytes need them often, to have more taps than a byte can number.</param>
    /// <param name="plan">A plan, where the windows fit the input.</param>
    private static bool TryPlan<T>(Random random, int oneIn, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PoolPlan? plan)
    {
        int rank = 1 + random.Next(3), longest = rank == 1 ? 300 : rank == 2 ? 70 : 16;
        var shape = new nint[rank + 2];
        shape[0] = 1 + random.Next(2);
        shape[1] = 1 + random.Next(random.Next(2) == 0 ? 4 : 140 / rank);
        int[] kernel = new int[rank], stride = new int[rank], before = new int[rank], after = new int[rank], dilation = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            shape[2 + axis] = 1 + random.Next(random.Next(2) == 0 ? 9 : longest);
            kernel[axis] = 1 + random.Next(random.Next(oneIn) == 0 ? 40 : 5);
            dilation[axis] = 1 + Math.Max(0, random.Next(5) - 2);
            // Half of the windows share no tap, as those of most networks do.
            stride[axis] = random.Next(2) == 0 ? kernel[axis] : 1 + random.Next(random.Next(4) == 0 ? 7 : 3);
            before[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            after[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
        }

        // The windows of most networks, which are walked in strips: in planes wide enough, but for the widest registers of bytes.
        if (rank == 2 && random.Next(2) == 0)
        {
            bool isWide = random.Next(2) == 0;
            shape[3] = Math.Max(shape[3], isWide ? 130 : 35);
            shape[2] = Math.Max(shape[2], 1 + random.Next(7));
            kernel[0] = kernel[1] = random.Next(3) == 0 ? 5 : random.Next(3) == 0 ? 2 + 2 * random.Next(2) : 3;
            stride[0] = stride[1] = kernel[0] == 3 ? 1 + random.Next(2) : 1;
            dilation[0] = stride[0] == 1 ? dilation[0] : 1;
            dilation[1] = stride[1] == 1 ? dilation[1] : 1;
            for (int axis = 0; axis < rank; axis++) (before[axis], after[axis]) = (random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1), random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1));
            if (stride[0] == 1 && random.Next(2) == 0)
            {
                // Windows around each input.
                dilation[0] = dilation[1] = kernel[0] == 3 ? 1 + random.Next(2) : 1;
                before[0] = before[1] = after[0] = after[1] = kernel[0] / 2 * dilation[0];
                if (random.Next(2) == 0) shape[3] = 1 + random.Next(40);
            }

            if (random.Next(2) == 0)
            {
                // Whole registers of channels, in more columns or rows than a tile has, or fewer.
                int other = random.Next(2, 4);
                (shape[0], shape[1], shape[other], shape[5 - other]) = (1, 64 * (1 + random.Next(2)), 1 + random.Next(9), 1 + random.Next(45));
            }
        }

        // Those of volumes, whose columns choose first: in rows wide enough, some so long that they are cut.
        if (rank == 3 && random.Next(2) == 0)
        {
            bool isLong = random.Next(12) == 0;
            shape[1] = Math.Min(shape[1], 5);
            shape[4] = Math.Max(shape[4], isLong ? 6400 / Unsafe.SizeOf<T>() : random.Next(2) == 0 ? 130 : 35);
            if (isLong) (shape[0], shape[1], shape[2], shape[3]) = (1, Math.Min(shape[1], 2), Math.Min(shape[2], 3), Math.Min(shape[3], 5));
            for (int axis = 0; axis < rank; axis++)
            {
                kernel[axis] = 2 + random.Next(axis == 2 ? 4 : 2);
                stride[axis] = 1 + random.Next(2);
                dilation[axis] = random.Next(4) == 0 ? 2 : 1;
                (before[axis], after[axis]) = (random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1), random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1));
            }
        }

        // Large windows, of which each lane has a plane of its own.
        if (rank < 3 && random.Next(6) == 0)
        {
            shape[1] = 64 * (1 + random.Next(2));
            for (int axis = 0; axis < rank; axis++)
            {
                shape[2 + axis] = random.Next(3) == 0 ? 1 + random.Next(20) : 64 + random.Next(12);
                kernel[axis] = 7 + random.Next(18);
                stride[axis] = random.Next(2) == 0 ? 1 : 1 + random.Next(kernel[axis] - 1);
                dilation[axis] = 1;
                (before[axis], after[axis]) = (random.Next(2) * random.Next(kernel[axis]), random.Next(2) * random.Next(kernel[axis]));
            }
        }

        Spatial k = Spatial.Create(kernel), s = Spatial.Create(stride), d = Spatial.Create(dilation);
        var p = new Padding(Spatial.Create(before), Spatial.Create(after));
        bool ceil = random.Next(2) == 0, zero = random.Next(16) == 0;
        bool global = random.Next(8) == 0;
        PoolLayer layer = rank switch
        {
            1 when global => new GlobalMaxPool1d(),
            2 when global => new GlobalMaxPool2d(),
            3 when global => new GlobalMaxPool3d(),
            1 => new MaxPool1d(k, s, p, d, ceil) { ZeroPadding = zero },
            2 => new MaxPool2d(k, s, p, d, ceil) { ZeroPadding = zero },
            _ => new MaxPool3d(k, s, p, d, ceil) { ZeroPadding = zero },
        };
        try
        {
            plan = layer.Plan(shape);
        }
        catch (ArgumentException)
        {
            plan = null;
        }

        return plan is not null;
    }
}
