using System.Runtime.Intrinsics;
using Cenote.Tests.Golden;

namespace Cenote.Tests;

/// <summary>Pictures, whose pixels have two to four channels, are pooled as planes: against the reference, in memory that ends at a guard page.</summary>
public class PlanarTests
{
    public static TheoryData<string, string> Rows => [.. from type in (string[])["Single", "Half", "BFloat16", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32"] from @operator in (string[])["max", "min", "avg"] select (type, @operator)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Pixels_of_few_channels_give_the_reference_s_bits(string type, string @operator)
    {
        switch (type)
        {
            case "Single": Run<float>(@operator); break;
            case "Half": Run<Half>(@operator); break;
            case "BFloat16": Run<BFloat16>(@operator); break;
            case "SByte": Run<sbyte>(@operator); break;
            case "Byte": Run<byte>(@operator); break;
            case "Int16": Run<short>(@operator); break;
            case "UInt16": Run<ushort>(@operator); break;
            case "Int32": Run<int>(@operator); break;
            default: Run<uint>(@operator); break;
        }
    }

    private static unsafe void Run<T>(string @operator)
        where T : unmanaged
    {
        var random = new Random(23);
        int compared = 0, channels = 0;
        // Of four bytes each, small windows are made pixel by pixel.
        bool isWide = sizeof(T) == 4;
        for (int number = 0; number < (isWide ? 120 : 60); number++)
        {
            (int channelCount, int size) = (2 + random.Next(3), sizeof(T));
            bool isTall = number % 20 == 7;
            nint[] shape = [1 + random.Next(2), channelCount, isTall ? 3000 : 1 + random.Next(40), 32 + random.Next(isTall ? 40 : 170)];
            Spatial kernel = (1 + random.Next(random.Next(8) == 0 ? 20 : isWide ? 8 : 4), 1 + random.Next(isWide ? 8 : 5)), stride = (1 + random.Next(isWide ? 2 : 4), 2 + random.Next(isWide ? 1 : 2)), dilation = (1 + random.Next(2), 1 + random.Next(5) / 4);
            var padding = new Padding((random.Next(kernel[0]), random.Next(kernel[1])), (random.Next(kernel[0]), random.Next(kernel[1])));
            bool ceil = random.Next(2) == 0;
            PoolLayer layer = @operator switch
            {
                "max" => new MaxPool2d(kernel, stride, padding, dilation, ceil),
                "min" => new MinPool2d(kernel, stride, padding, dilation, ceil),
                _ => new AvgPool2d(kernel, stride, padding, ceil, random.Next(2) == 0, dilation: dilation) { IntegerRounding = (IntegerRounding)random.Next(2) },
            };
            PoolPlan plan;
            try
            {
                plan = layer.Plan(shape);
            }
            catch (ArgumentException)
            {
                continue;
            }

            // Rows, and images, with gaps between them.
            long gap = random.Next(3), inputRow = plan.Width.InputLength * channelCount + gap, outputRow = plan.Width.OutputLength * channelCount + gap;
            TensorLayout from = new(plan.Height.InputLength * inputRow, 1, 0, inputRow, channelCount), to = new(plan.Height.OutputLength * outputRow, 1, 0, outputRow, channelCount);
            long inputs = plan.Batch * from.Batch - gap, outputs = plan.Batch * to.Batch - gap;
            using var inputMemory = new GuardedMemory((nuint)(inputs * size));
            using var outputMemory = new GuardedMemory((nuint)(outputs * size));
            Span<T> input = new(inputMemory.Pointer, (int)inputs), output = new(outputMemory.Pointer, (int)outputs);
            KernelTests.Fill(random, input);
            var job = new PoolJob(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            IReadOnlyList<PoolKernel> kernels = layer.Operator[ElementTypes.Of<T>()].Kernels;
            PoolKernel? planar = kernels.FirstOrDefault(kernel => kernel.Name == "planar" && kernel.Accepts(job));
            if (planar is null || (@operator == "avg" && Elements.IsFloating<T>() && plan.MaxCount > PoolPlan.MostTapsInOrder)) continue;
            output.Fill(input[0]);
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = output.ToArray();
            output.Fill(input[0]);
            long units = planar.Units(job), cut = random.NextInt64(units + 1);
            planar.Run(job, cut, units);
            planar.Run(job, 0, cut);
            for (int i = 0; i < expected.Length; i++)
                if (!Elements.Same(expected[i], output[i])) Assert.Fail($"case {number}: {typeof(T).Name} {plan}, element {i}: expected {expected[i]}, got {output[i]}");
            compared++;
            channels |= 1 << channelCount;
        }

        Assert.Equal(Vector128.IsHardwareAccelerated ? sizeof(T) < 4 ? 0b11100 : 0b01100 : 0, channels);
        Assert.Equal(Vector128.IsHardwareAccelerated, compared > 10);
    }
}
