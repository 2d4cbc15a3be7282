using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Small windows, of which each has kernels of its own: in rows of whole packs and of others, with and without indices, against the CPU bit for bit.</summary>
public sealed class StripTests
{
    private static readonly Dictionary<string, (IndexedPool Maximum, PoolLayer Average, nint[] Shape)> Windows = new()
    {
        // Rows of 16 are made of packs of every type; 9 rows are no multiple of a strip's.
        ["3 by 3, stride 2"] = (new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1, countIncludePad: false), [2, 2, 9, 32]),
        ["2 by 2"] = (new MaxPool2d(2), new AvgPool2d(2), [1, 3, 6, 32]),
        ["3 by 3"] = (new MaxPool2d(3, 1, 1), new AvgPool2d(3, 1, 1), [1, 2, 19, 16]),
        ["5 by 5"] = (new MaxPool2d(5, 1, 2), new AvgPool2d(5, 1, 2, countIncludePad: false), [1, 1, 9, 16]),
        ["5 by 4, stride 2"] = (new MaxPool2d((5, 4), 2, (2, 1)), new AvgPool2d((5, 4), 2, (2, 1)), [1, 2, 9, 32]),
        ["windows that are packs"] = (new MaxPool1d(4), new AvgPool1d(4), [2, 3, 64]),
        ["windows that are parts of packs"] = (new MaxPool2d((1, 3), 4), new AvgPool2d((1, 3), 4), [1, 2, 5, 64]),
        ["dilated in rows of packs"] = (new MinPool2d(3, 1, (1, 0), dilation: (3, 2)), new SumPool2d(3, 1, 1), [1, 2, 12, 16]),
        ["dilated, stride 3"] = (new MaxPool2d(5, 3, 2, dilation: (2, 4)), new AvgPool2d(5, 3, 2), [1, 2, 14, 20]),
        ["three depths"] = (new MaxPool3d(3, 2, 1), new AvgPool3d(3, 2, 1, countIncludePad: false), [1, 2, 5, 6, 32]),
        ["one window, clipped"] = (new MaxPool2d(3, padding: 1), new AvgPool2d(3, padding: 1, countIncludePad: false), [1, 4, 3, 3]),
        ["a plane that one window covers"] = (new MaxPool2d((3, 5), 1, (1, 2)), new AvgPool2d((3, 5), 1, (1, 2)), [3, 4, 1, 1]),
    };

    public static TheoryData<string, string> Cases => [.. Devices.Names.SelectMany(device => Windows.Keys.Select(window => new TheoryDataRow<string, string>(device.Data, window)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Small_windows(string device, string window)
    {
        var (maximum, average, shape) = Windows[window];
        Each<float>();
        Each<System.Half>();
        if (window != "3 by 3, stride 2") return;
        Each<double>();
        Each<BFloat16>();
        Each<byte>();
        Each<short>();
        Each<uint>();
        Each<long>();

        void Each<T>()
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                // The second input holds nothing but the worst value, of which the first tap is chosen.
                foreach (Tensor<T> x in new[] { Samples.Of<T>(shape, last, special: true), Worst<T>(shape, last) })
                {
                    using GpuTensor<T> input = Devices.Get(device).Upload(x), plain = maximum.Forward(input), mean = average.Forward(input);
                    var (values, indices) = maximum.ForwardWithIndices(x);
                    var (there, chosen) = maximum.ForwardWithIndices(input);
                    using (there)
                    using (chosen)
                    {
                        Samples.AssertSame(values, there.Download(), $"{maximum} of {typeof(T).Name}");
                        Samples.AssertSame(values, plain.Download(), $"{maximum} of {typeof(T).Name} without indices");
                        Samples.AssertSame(indices.ToFlat(), chosen.Download().ToFlat(), $"indices of {maximum} of {typeof(T).Name}");
                        Samples.AssertSame(average.Forward(x), mean.Download(), $"{average} of {typeof(T).Name}");
                    }
                }
            }
        }
    }

    private static Tensor<T> Worst<T>(nint[] shape, bool last)
        where T : unmanaged
    {
        Tensor<T> tensor = Samples.Of<T>(shape, last);
        object worst = default(T) switch
        {
            float => float.NegativeInfinity,
            double => double.NegativeInfinity,
            System.Half => System.Half.NegativeInfinity,
            BFloat16 => (BFloat16)float.NegativeInfinity,
            short => short.MinValue,
            long => long.MinValue,
            _ => default(T),
        };
        tensor.AsTensorSpan().Fill((T)worst);
        return tensor;
    }
}
