using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Indices, gradients and unpooling on every device against the CPU: bit for bit.</summary>
public sealed class IndexedTests
{
    public static TheoryData<string> Names => Devices.Names;

    private static readonly (IndexedPool Layer, nint[] Shape)[] Choosing =
    [
        (new MaxPool2d(3, 2, 1), [2, 4, 7, 9]),
        (new MaxPool2d(3, 1, 1) { ZeroPadding = true }, [1, 3, 5, 4]),
        (new MaxPool2d(3, 2, 1, ceilMode: true) { ZeroPadding = true }, [1, 3, 6, 4]),
        (new MaxPool2d((2, 3), (1, 2), (0, 2), dilation: (2, 2)), [1, 3, 6, 8]),
        (new MaxPool3d(2, 1, 1), [1, 2, 3, 4, 3]),
        (new MaxPool1d(300, 7, 40), [1, 2, 400]),
        (new MaxPool1d(2, 1, 2, dilation: 4), [1, 2, 2]),
        (new MinPool2d(2), [2, 3, 5, 5]),
        (new MaxPool2d(5, 1, 2), [1, 2, 6, 7]),
        (new MinPool3d(3, 2, 1, dilation: (3, 1, 1)), [1, 2, 5, 11, 4]),
        (new AdaptiveMaxPool2d((3, 5)), [1, 2, 7, 4]),
        (new GlobalMaxPool2d(), [2, 5, 9, 31]),
        (new GlobalMinPool1d(), [2, 3, 7]),
        // One window over all of the input, and beyond.
        (new MaxPool2d((5, 6), 1, 2), [1, 3, 1, 2]),
        (new MaxPool1d(5, 5, 2), [1, 4, 3]),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_indices(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, shape) in Choosing) Each<float>(layer, shape);
        Each<double>(Choosing[0].Layer, Choosing[0].Shape);
        Each<System.Half>(Choosing[0].Layer, Choosing[0].Shape);
        Each<BFloat16>(Choosing[1].Layer, Choosing[1].Shape);
        Each<byte>(Choosing[0].Layer, Choosing[0].Shape);
        Each<sbyte>(Choosing[1].Layer, Choosing[1].Shape);
        Each<ulong>(Choosing[2].Layer, Choosing[2].Shape);

        void Each<T>(IndexedPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Samples.Of<T>(shape, last, special: true);
                var (values, indices) = layer.ForwardWithIndices(x);
                using GpuTensor<T> input = gpu.Upload(x), plain = layer.Forward(input);
                var (there, chosen) = layer.ForwardWithIndices(input);
                using (there)
                using (chosen)
                {
                    Samples.AssertSame(values, there.Download(), $"{layer} of {typeof(T).Name}");
                    Samples.AssertSame(values, plain.Download(), $"{layer} of {typeof(T).Name} without indices");
                    Samples.AssertSame(indices.ToFlat(), chosen.Download().ToFlat(), $"indices of {layer} of {typeof(T).Name}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_maxima(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, shape) in Choosing) Each<float>(layer, shape);
        Each<double>(Choosing[0].Layer, Choosing[0].Shape);
        Each<System.Half>(Choosing[0].Layer, Choosing[0].Shape);
        Each<BFloat16>(Choosing[0].Layer, Choosing[0].Shape);

        void Each<T>(IndexedPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Samples.Of<T>(shape, last, special: true);
                var (values, indices) = layer.ForwardWithIndices(x);
                Tensor<T> dy = Samples.Of<T>(values.Lengths.ToArray(), last, seed: 2);
                using GpuTensor<T> input = gpu.Upload(x), gradient = gpu.Upload(dy);
                var (there, chosen) = layer.ForwardWithIndices(input);
                using (there)
                using (chosen)
                using (GpuTensor<T> result = layer.Backward(gradient, chosen))
                    Samples.AssertSame(layer.Backward(dy, indices), result.Download(), $"gradient of {layer} of {typeof(T).Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_averages(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, shape) in new (LinearPool, nint[])[]
        {
            (new AvgPool2d(3, 2, 1, countIncludePad: false), [2, 4, 7, 9]),
            (new AvgPool2d((2, 3), 1, (1, 0), dilation: (2, 3)), [1, 3, 6, 9]),
            (new AvgPool2d(2, 3, divisorOverride: -5), [1, 3, 8, 7]),
            (new SumPool1d(4, 3, ceilMode: true), [2, 3, 12]),
            (new AvgPool3d(2, 1, 1), [1, 2, 3, 3, 4]),
            (new AdaptiveAvgPool2d((3, 5)), [1, 2, 7, 4]),
            (new GlobalAvgPool2d(), [2, 3, 5, 4]),
        })
        {
            Each<float>(layer, shape);
            Each<System.Half>(layer, shape);
        }

        Each<double>(new AvgPool2d(3, 2, 1), [2, 4, 7, 9]);
        Each<BFloat16>(new AvgPool2d(3, 2, 1), [2, 4, 7, 9]);

        void Each<T>(LinearPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> dy = Samples.Of<T>(layer.Plan(shape).OutputShape.ToArray(), last);
                using GpuTensor<T> gradient = gpu.Upload(dy), result = layer.Backward(gradient, shape);
                Samples.AssertSame(layer.Backward(dy, shape), result.Download(), $"gradient of {layer} of {typeof(T).Name}");
            }
        }
    }

    /// <summary>Rows of whole packs: neighbouring inputs have one thread.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_neighbouring_inputs(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (max, avg, shape) in new (IndexedPool, LinearPool, nint[])[]
        {
            (new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1, countIncludePad: false), [2, 2, 5, 16]),
            (new MaxPool2d(3, 1, 1), new AvgPool2d(3, 1, 1), [1, 2, 4, 8]),
            (new MaxPool2d(2, 5), new AvgPool2d(2, 5), [1, 2, 7, 24]),
            (new MaxPool2d((1, 7), 3, (0, 3)) { ZeroPadding = true }, new AvgPool2d((1, 7), 3, (0, 3)), [1, 1, 3, 16]),
            (new MaxPool2d(3, 2, ceilMode: true), new SumPool2d(3, 2, ceilMode: true), [1, 1, 4, 16]),
            (new MaxPool2d(2, 2, dilation: 2), new AvgPool2d(2, 2, dilation: 2), [1, 1, 4, 16]),
            (new AdaptiveMaxPool2d((2, 5)), new AdaptiveAvgPool2d((2, 5)), [1, 2, 3, 16]),
            (new GlobalMaxPool2d(), new GlobalAvgPool2d(), [1, 2, 3, 8]),
            (new MaxPool3d(2, 1, 1), new AvgPool3d(2, 1, 1), [1, 1, 3, 3, 8]),
        })
        {
            Each<float>(max, avg, shape);
            Each<double>(max, avg, shape);
            Each<System.Half>(max, avg, shape);
            Each<BFloat16>(max, avg, shape);
        }

        void Each<T>(IndexedPool max, LinearPool avg, nint[] shape)
            where T : unmanaged
        {
            Tensor<T> x = Samples.Of<T>(shape, special: true);
            var (values, indices) = max.ForwardWithIndices(x);
            Tensor<T> dy = Samples.Of<T>(values.Lengths.ToArray(), special: true, seed: 2), dz = Samples.Of<T>(avg.Plan(shape).OutputShape.ToArray(), special: true, seed: 3);
            using GpuTensor<T> input = gpu.Upload(x), gradient = gpu.Upload(dy), other = gpu.Upload(dz), shares = avg.Backward(other, shape);
            var (there, chosen) = max.ForwardWithIndices(input);
            using (there)
            using (chosen)
            using (GpuTensor<T> result = max.Backward(gradient, chosen))
                Samples.AssertSame(max.Backward(dy, indices), result.Download(), $"gradient of {max} of {typeof(T).Name}");
            Samples.AssertSame(avg.Backward(dz, shape), shares.Download(), $"gradient of {avg} of {typeof(T).Name}");
        }
    }

    /// <summary>Small windows and whole planes, in both orders: rows that end within a pack, channels that are whole packs and others.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_tiles_and_planes(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (max, avg, shape) in new (IndexedPool, LinearPool, nint[])[]
        {
            (new MaxPool2d(2, 2, 1), new AvgPool2d(2, 2, 1), [1, 8, 5, 7]),
            (new MaxPool2d(2, 1), new AvgPool2d(2, 1), [2, 8, 3, 9]),
            (new MaxPool2d(3, 1, 1), new AvgPool2d(3, 1, 1), [1, 8, 6, 11]),
            (new MaxPool2d(3, 2), new AvgPool2d(3, 2, divisorOverride: 5), [1, 3, 6, 9]),
            (new MaxPool1d(4), new AvgPool1d(4), [1, 8, 18]),
            (new MaxPool2d(4), new AvgPool2d(4), [1, 3, 9, 13]),
            (new MaxPool3d((2, 3, 1), (1, 2, 1), (1, 1, 0), dilation: (2, 1, 1)), new AvgPool3d((2, 3, 1), (1, 2, 1), (1, 1, 0)), [1, 8, 4, 5, 3]),
            (new GlobalMaxPool2d(), new GlobalAvgPool2d(), [3, 8, 3, 5]),
            (new GlobalMaxPool2d(), new GlobalAvgPool2d(), [2, 3, 17, 19]),
            (new GlobalMaxPool1d(), new GlobalAvgPool1d(), [2, 8, 2]),
        })
        {
            Each<float>(max, avg, shape);
            Each<double>(max, avg, shape);
            Each<System.Half>(max, avg, shape);
        }

        void Each<T>(IndexedPool max, LinearPool avg, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Samples.Of<T>(shape, last, special: true);
                var (values, indices) = max.ForwardWithIndices(x);
                Tensor<T> dy = Samples.Of<T>(values.Lengths.ToArray(), last, special: true, seed: 2), dz = Samples.Of<T>(avg.Plan(shape).OutputShape.ToArray(), last, special: true, seed: 3);
                using GpuTensor<T> gradient = gpu.Upload(dy), other = gpu.Upload(dz), shares = avg.Backward(other, shape);
                using GpuIndices there = gpu.Upload(indices);
                using GpuTensor<T> result = max.Backward(gradient, there);
                Samples.AssertSame(max.Backward(dy, indices), result.Download(), $"gradient of {max} of {typeof(T).Name}");
                Samples.AssertSame(avg.Backward(dz, shape), shares.Download(), $"gradient of {avg} of {typeof(T).Name}");
            }
        }
    }

    /// <summary>Gradients of more windows than are added in their order.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_large_averages(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        Each<float>(new AvgPool2d(17, 1, 8), [1, 4, 18, 20]);
        Each<double>(new AvgPool2d(17, 1, 8), [1, 3, 18, 20]);
        Each<System.Half>(new AvgPool1d(300, 1, divisorOverride: 7), [1, 8, 700]);

        void Each<T>(LinearPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> dy = Samples.Of<T>(layer.Plan(shape).OutputShape.ToArray(), last);
                using GpuTensor<T> gradient = gpu.Upload(dy), result = layer.Backward(gradient, shape);
                Samples.AssertNear(layer.Backward(dy, shape), result.Download(), 300, $"gradient of {layer} of {typeof(T).Name}");
            }
        }
    }

    /// <summary>A layer without kept indices pools again; and what lies at the chosen taps is the second-order gradient.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_without_indices_and_of_gradients(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, shape) in Choosing) Each<float>(layer, shape);
        Each<double>(Choosing[0].Layer, Choosing[0].Shape);
        Each<System.Half>(Choosing[1].Layer, Choosing[1].Shape);
        Each<BFloat16>(Choosing[0].Layer, Choosing[0].Shape);

        void Each<T>(IndexedPool layer, nint[] shape)
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Samples.Of<T>(shape, last, special: true), dy = Samples.Of<T>(layer.Plan(shape).OutputShape.ToArray(), last, seed: 2), second = Samples.Of<T>(shape, last, seed: 3);
                using GpuTensor<T> input = gpu.Upload(x), gradient = gpu.Upload(dy), result = layer.BackwardFromInput(gradient, input), arriving = gpu.Upload(second);
                Samples.AssertSame(layer.BackwardFromInput(dy, x), result.Download(), $"gradient of {layer} of {typeof(T).Name} from the input");
                PoolIndices indices = layer.ForwardWithIndices(x).Indices;
                using GpuIndices there = gpu.Upload(indices);
                using GpuTensor<T> gathered = layer.Gather(arriving, there);
                Samples.AssertSame(layer.Gather(second, indices), gathered.Download(), $"{layer} of {typeof(T).Name} gathers");
            }
        }
    }

    /// <summary>Indices that come from the host may be of a pooling that devices do not do.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_by_indices_of_the_CPU(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (IndexedPool layer in new IndexedPool[] { new MedianPool2d(3, 2, 1), new FractionalMaxPool2d(2, outputSize: (3, 4)) })
        {
            Tensor<float> x = Samples.Of<float>([2, 3, 6, 7]);
            var (values, indices) = layer.ForwardWithIndices(x);
            Tensor<float> dy = Samples.Of<float>(values.Lengths.ToArray(), seed: 2);
            using GpuTensor<float> input = gpu.Upload(x), gradient = gpu.Upload(dy);
            using GpuIndices there = gpu.Upload(indices);
            using GpuTensor<float> result = layer.Backward(gradient, there), gathered = layer.Gather(input, there);
            Samples.AssertSame(layer.Backward(dy, indices), result.Download(), $"gradient of {layer}");
            Samples.AssertSame(values, gathered.Download(), $"{layer} gathers");
            Assert.Throws<NotSupportedException>(() => layer.BackwardFromInput(gradient, input));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Indices_of_other_windows_are_refused(string device)
    {
        using GpuTensor<float> input = Devices.Get(device).Upload(Samples.Of<float>([1, 2, 4, 4]));
        var (values, indices) = new MaxPool2d(2).ForwardWithIndices(input);
        using (values)
        using (indices)
        {
            new MaxPool2d(2).ForwardWithIndices(input, values, indices);
            Assert.Throws<ArgumentException>(() => new MaxPool2d(3, 1).Backward(values, indices));
            Assert.Throws<ArgumentException>(() => new MaxPool2d(2, 2).ForwardWithIndices(input, input, indices));
        }
    }
}
