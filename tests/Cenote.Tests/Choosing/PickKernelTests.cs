using Cenote.Tests.Golden;

namespace Cenote.Tests.Choosing;

/// <summary>The kernels of medians and modes on registers against the one for single windows, values and offsets, in memory that ends at a guard page.</summary>
public class PickKernelTests
{
    private const int Cases = 250;

    public static TheoryData<string, bool> Rows =>
    [
        .. from type in Enum.GetNames<ElementType>() select Row(type, isMedian: true),
        .. from type in Enum.GetValues<ElementType>() where type > ElementType.BFloat16 select Row(type.ToString(), isMedian: false),
    ];

    private static TheoryDataRow<string, bool> Row(string type, bool isMedian) =>
        new TheoryDataRow<string, bool>(type, isMedian).WithTrait(KernelTests.Walks, KernelTests.IsSigned(type) ? KernelTests.RepeatedWalks : KernelTests.OwnWalks);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_kernel_picks_what_single_windows_give(string type, bool isMedian)
    {
        switch (Enum.Parse<ElementType>(type))
        {
            case ElementType.Single: Run<float>(isMedian); break;
            case ElementType.Double: Run<double>(isMedian); break;
            case ElementType.Half: Run<Half>(isMedian); break;
            case ElementType.BFloat16: Run<BFloat16>(isMedian); break;
            case ElementType.SByte: Run<sbyte>(isMedian); break;
            case ElementType.Byte: Run<byte>(isMedian); break;
            case ElementType.Int16: Run<short>(isMedian); break;
            case ElementType.UInt16: Run<ushort>(isMedian); break;
            case ElementType.Int32: Run<int>(isMedian); break;
            case ElementType.UInt32: Run<uint>(isMedian); break;
            case ElementType.Int64: Run<long>(isMedian); break;
            default: Run<ulong>(isMedian); break;
        }
    }

    private static unsafe void Run<T>(bool isMedian)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(31);
        IReadOnlyList<PoolKernel> kernels = (isMedian ? MedianOperator.Instance : (PoolOperator)ModeOperator.Instance)[ElementTypes.Of<T>()].Kernels;
        var compared = new Dictionary<string, int>();
        for (int number = 0; number < Cases; number++)
        {
            if (!TryPlan(random, out PoolPlan? plan) || !KernelTests.IsWorthwhile(random, plan)) continue;
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
            PoolJob job = PoolJob.Of(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            // Some kernels have walks of their own for values alone.
            if (number % 2 == 0) job = job with { Offsets = new(offsetMemory.Pointer, size, plan.DenseOutput(to)) };
            output.Fill(input[0]);
            offsets.Fill(0xA5);
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = output.ToArray();
            byte[] chosen = offsets.ToArray();
            foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
            {
                output.Fill(input[0]);
                offsets.Fill(0xA5);
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                kernel.Run(job, cut, units);
                kernel.Run(job, 0, cut);
                string name = $"case {number}: {kernel.Name} {typeof(T).Name} {plan} {order}, gaps of {gap}";
                for (int i = 0; i < expected.Length; i++)
                    if (!Elements.Same(expected[i], output[i])) Assert.Fail($"{name}\nelement {i}: expected {expected[i]}, got {output[i]}");
                for (int i = 0; i < chosen.Length; i++)
                    if (chosen[i] != offsets[i]) Assert.Fail($"{name}\nbyte {i} of the offsets, {size} each: expected {chosen[i]}, got {offsets[i]}");
                compared[kernel.Name] = compared.GetValueOrDefault(kernel.Name) + 1;
            }
        }

        Assert.All(kernels.SkipLast(1), kernel => Assert.True(compared.GetValueOrDefault(kernel.Name) > 4, kernel.Name));
    }

    internal static bool TryPlan(Random random, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PoolPlan? plan)
    {
        int rank = 1 + random.Next(3), longest = rank == 1 ? 300 : rank == 2 ? 60 : 14;
        var shape = new nint[rank + 2];
        shape[0] = 1 + random.Next(2);
        shape[1] = 1 + random.Next(random.Next(2) == 0 ? 4 : 70 / rank);
        int[] kernel = new int[rank], stride = new int[rank], before = new int[rank], after = new int[rank], dilation = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            shape[2 + axis] = 1 + random.Next(random.Next(2) == 0 ? 9 : longest);
            kernel[axis] = 1 + random.Next(random.Next(3) == 0 ? 60 / rank : rank == 1 ? 30 : rank == 2 ? 6 : 3);
            dilation[axis] = 1 + Math.Max(0, random.Next(5) - 2);
            stride[axis] = 1 + random.Next(random.Next(4) == 0 ? 5 : 3);
            before[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            after[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
        }

        // Windows that have code of their own.
        if (rank > 1 && random.Next(3) == 0)
        {
            int side = 3 + 2 * random.Next(2);
            shape[^1] = 8 + random.Next(120);
            shape[^2] = 3 + random.Next(30);
            for (int axis = 0; axis < rank; axis++)
            {
                (kernel[axis], stride[axis], dilation[axis]) = (axis >= rank - 2 ? side : 1, 1, axis == rank - 1 ? 1 + random.Next(2) : 1);
                before[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
                after[axis] = random.Next(2) * random.Next((kernel[axis] - 1) * dilation[axis] + 1);
            }
        }

        Spatial k = Spatial.Create(kernel), s = Spatial.Create(stride), d = Spatial.Create(dilation);
        var p = new Padding(Spatial.Create(before), Spatial.Create(after));
        bool ceil = random.Next(2) == 0;
        PoolLayer layer = rank switch { 1 => new MedianPool1d(k, s, p, d, ceil), 2 => new MedianPool2d(k, s, p, d, ceil), _ => new MedianPool3d(k, s, p, d, ceil) };
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
