using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Every layer on every device against the CPU.</summary>
public sealed class ForwardTests
{
    public static TheoryData<string> Names => Devices.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Maxima_and_minima_have_the_CPUs_bits_in_every_type(string device)
    {
        Each<float>();
        Each<double>();
        Each<System.Half>();
        Each<BFloat16>();
        Each<sbyte>();
        Each<byte>();
        Each<short>();
        Each<ushort>();
        Each<int>();
        Each<uint>();
        Each<long>();
        Each<ulong>();

        void Each<T>()
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                Same<T>(device, new MaxPool2d(3, 2, 1), [2, 16, 7, 9], last);
                Same<T>(device, new MinPool2d((2, 3), 1, dilation: (1, 2)), [1, 3, 6, 8], last);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Averages_and_sums_have_the_CPUs_bits_in_small_windows(string device)
    {
        Each<float>();
        Each<double>();
        Each<System.Half>();
        Each<BFloat16>();
        Each<sbyte>();
        Each<byte>();
        Each<short>();
        Each<ushort>();
        Each<int>();
        Each<uint>();
        Each<long>();
        Each<ulong>();

        void Each<T>()
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                foreach (IntegerRounding rounding in new[] { IntegerRounding.TowardZero, IntegerRounding.NearestEven })
                    Same<T>(device, new AvgPool2d(3, 2, 1, countIncludePad: last) { IntegerRounding = rounding }, [2, 16, 7, 9], last);
                Same<T>(device, new SumPool2d(2, ceilMode: true), [1, 3, 5, 7], last);
                Same<T>(device, new AvgPool2d(2, 1, divisorOverride: -3), [1, 8, 3, 5], last);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_shapes_than_a_device_remembers_pool_as_few_do(string device)
    {
        var pool = new MaxPool1d(3, 2, 1);
        Parallel.For(0, 2, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, part =>
        {
            // 600 plans, of which 256 are kept, and 32 more not yet freed.
            for (int length = 2; length < 302; length++) Same<float>(device, pool, [1, 1 + part, length], channelsLast: false);
        });
    }

    public static TheoryData<string, string> Windows => [.. Devices.Names.SelectMany(device => Layers.Keys.Select(layer => new TheoryDataRow<string, string>(device.Data, layer)))];

    private static readonly Dictionary<string, (PoolLayer Layer, nint[] Shape)> Layers = new()
    {
        ["1-D"] = (new MaxPool1d(4, 3, 1), [2, 3, 37]),
        ["1-D without a batch"] = (new AvgPool1d(3, 1, 1), [5, 11]),
        ["3-D"] = (new MaxPool3d((2, 3, 2), (1, 2, 2), (1, 1, 0)), [2, 4, 4, 7, 6]),
        ["3-D average"] = (new AvgPool3d(2, 1, ceilMode: true), [1, 8, 3, 4, 5]),
        ["ceil"] = (new MaxPool2d(3, 2, ceilMode: true), [1, 2, 8, 8]),
        ["same"] = (new MaxPool2d(3, 2, Padding.SameUpper), [1, 2, 8, 5]),
        ["uneven padding"] = (new AvgPool2d(3, 2, new Padding((1, 0), (0, 2)), countIncludePad: false), [1, 2, 6, 5]),
        ["windows without a tap"] = (new MaxPool1d(2, 1, 2, dilation: 4), [1, 2, 2]),
        ["averages without a tap"] = (new AvgPool1d(2, 1, 2, dilation: 4), [1, 2, 2]),
        ["adaptive maximum"] = (new AdaptiveMaxPool2d((4, 9)), [2, 3, 7, 6]),
        ["minimum of padded windows"] = (new MinPool1d(3, 2, 2), [2, 3, 7]),
        ["one window beyond the input"] = (new AvgPool1d(5, 5, 2), [2, 3, 3]),
        ["one window and dilation"] = (new AvgPool2d((3, 2), 1, (1, 1), ceilMode: true), [1, 4, 1, 1]),
        ["blocks"] = (new BlockReduce2d(3), [1, 2, 5, 4]),
        ["blocks filled with zeros"] = (new BlockReduce2d(3, Reduction.Sum) { Edge = BlockEdge.Pad }, [1, 4, 5, 4]),
        ["zeros as data"] = (new BlockReduce2d(3, Reduction.Max) { Edge = BlockEdge.Pad }, [1, 2, 5, 4]),
        ["zeros as data of a minimum"] = (new BlockReduce1d(4, Reduction.Min) { Edge = BlockEdge.Pad }, [1, 3, 9]),
        ["a batch of 0"] = (new MaxPool2d(2), [0, 3, 4, 4]),
    };

    [Theory]
    [MemberData(nameof(Windows))]
    public void Windows_of_every_kind(string device, string layer)
    {
        foreach (bool last in new[] { false, true }) Same<float>(device, Layers[layer].Layer, Layers[layer].Shape, last);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Uneven_windows_are_averaged_as_on_the_CPU(string device)
    {
        var layer = new AdaptiveAvgPool2d((3, 5));
        foreach (bool last in new[] { false, true })
        {
            // The CPU adds rows first, and then what they come to.
            Tensor<float> x = Samples.Of<float>([2, 8, 7, 11], last);
            Samples.AssertNear(layer.Forward(x), Run(device, layer, x), 12, $"{layer}");
            Same<byte>(device, layer, [2, 8, 7, 11], last);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whole_planes_are_added_as_wide_as_on_the_CPU(string device)
    {
        Each<float>();
        Each<double>();
        Each<System.Half>();
        Each<BFloat16>();
        Each<byte>();
        Each<int>();
        Each<long>();
        Each<ulong>();

        void Each<T>()
            where T : unmanaged
        {
            foreach (bool last in new[] { false, true })
            {
                foreach (nint[] shape in new nint[][] { [2, 16, 13, 17], [1, 3, 1, 5], [3, 33, 4, 3], [5, 7, 4, 4], [1, 2, 33, 32] })
                {
                    Tensor<T> x = Samples.Of<T>(shape, last);
                    foreach (PoolLayer layer in new PoolLayer[] { new GlobalAvgPool2d(), new GlobalSumPool2d(), new AdaptiveAvgPool2d(1) })
                        Samples.AssertNear(layer.Forward(x), Run(device, layer, x), 2, $"{layer} of {typeof(T).Name} {string.Join("×", shape.Select(n => (long)n))} {last}", scale: layer is GlobalSumPool2d ? 500 : 1);
                    Same<T>(device, new GlobalMaxPool2d(), shape, last);
                    Same<T>(device, new GlobalMinPool2d(), shape, last);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Large_windows_are_pooled_axis_by_axis(string device)
    {
        foreach (var (max, avg, shape) in new (PoolLayer, PoolLayer, nint[])[]
        {
            (new MaxPool2d(9, 1, 4), new AvgPool2d(9, 1, 4, countIncludePad: false), [2, 8, 13, 17]),
            (new MaxPool2d((7, 12), (2, 3), (3, 5)), new AvgPool2d((7, 12), (2, 3), (3, 5)), [1, 3, 20, 31]),
            (new MaxPool1d(64, 3, 20, ceilMode: true), new AvgPool1d(64, 3, 20, ceilMode: true), [2, 3, 200]),
            (new MaxPool3d((4, 5, 5), 1, 2), new AvgPool3d((4, 5, 5), 1, 2), [1, 4, 6, 7, 8]),
            (new MaxPool3d((1, 8, 8), 1), new AvgPool3d((1, 8, 8), 1, divisorOverride: 3), [1, 2, 3, 9, 12]),
            (new MinPool2d(50, 1, 25), new SumPool2d(50, 1, 25), [1, 2, 40, 30]),
            (new MaxPool1d(64, 5, 31), new AvgPool1d(64, 5, 31, countIncludePad: false), [2, 3, 9000]),
            (new MaxPool2d((90, 2), 1), new AvgPool2d((90, 2), 1), [1, 4, 1300, 5]),
            (new MaxPool1d(3000, 7, 100), new AvgPool1d(3000, 7, 100), [1, 1, 7000]),
            // Of a single window the stride may be anything.
            (new MaxPool2d(64, (int.MaxValue, 1)), new AvgPool2d(64, (int.MaxValue, 1)), [1, 1, 64, 200]),
        })
        {
            Assert.True(Separable.Accepts(max.Plan(shape)) && Separable.Accepts(avg.Plan(shape)), $"{max}");
            foreach (bool last in new[] { false, true })
            {
                Same<float>(device, max, shape, last);
                Same<System.Half>(device, max, shape, last);
                Same<byte>(device, avg, shape, last);
                Same<long>(device, avg, shape, last);
                Tensor<float> x = Samples.Of<float>(shape, last);
                Samples.AssertNear(avg.Forward(x), Run(device, avg, x), 1, $"{avg}", scale: avg is SumPool2d ? 50 * 2500 : 50 * 40);
            }
        }
    }

    /// <summary>Rows of whole packs, in bands of four: every stride and border that a pack meets.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Neighbouring_outputs_of_a_row(string device)
    {
        foreach (var (max, avg, shape, packs) in new (PoolLayer, PoolLayer, nint[], bool)[]
        {
            (new MaxPool2d(2), new AvgPool2d(2), [2, 2, 10, 32], true),
            (new MaxPool2d(3, 2, 1), new AvgPool2d(3, 2, 1, countIncludePad: false), [1, 2, 9, 32], true),
            (new MaxPool2d(3, 1, 1), new AvgPool2d(3, 1, 1), [1, 2, 7, 16], true),
            (new MinPool2d(5, 1, 2), new AvgPool2d(5, 1, 2, countIncludePad: false), [1, 1, 6, 16], true),
            (new MaxPool2d((2, 4), (3, 2), new Padding((0, 3), (1, 0))), new SumPool2d((2, 4), (3, 2), new Padding((0, 3), (1, 0))), [1, 1, 13, 32], true),
            (new MaxPool2d((3, 1), (1, 2)), new AvgPool2d((3, 1), (1, 2), divisorOverride: -2), [1, 1, 6, 32], true),
            (new MaxPool3d(3, 1, 1, dilation: (2, 1, 1)), new AvgPool3d(3, 1, 1, countIncludePad: false), [1, 1, 5, 3, 16], false),
            (new MaxPool1d(3, 1, 1), new AvgPool1d(3, 1, 1), [2, 2, 48], true),
            (new MaxPool2d(3, 3), new AvgPool2d(3, 3), [1, 1, 12, 48], false),
            (new MaxPool2d(3, 2), new AvgPool2d(3, 2), [1, 1, 9, 33], false),
        })
        {
            foreach (PoolLayer layer in new[] { max, avg }) Assert.True(Bands.Accepts(layer.Plan(shape)), $"{layer}");
            Each<float>(max, avg, shape, packs);
            Each<double>(max, avg, shape, packs);
            Each<System.Half>(max, avg, shape, packs);
            Each<byte>(max, avg, shape, packs);
        }

        // Four words of 16 bits where eight do not fit.
        Same<System.Half>(device, new MaxPool2d(3, 1, 1), [1, 2, 6, 20], false);
        Same<BFloat16>(device, new AvgPool2d(3, 2, 1), [1, 1, 5, 24], false);

        unsafe void Each<T>(PoolLayer max, PoolLayer avg, nint[] shape, bool packs)
            where T : unmanaged
        {
            using GpuTensor<T> input = Devices.Get(device).Upload(Samples.Of<T>(shape));
            var call = new PoolCall(input.Device, input.Device.DefaultStream, max.Plan(shape), input.View<byte>(), input.View<byte>(), false);
            if (packs) Assert.True(Bands.AcceptsRows(call, 16 / sizeof(T)), $"{max} of {typeof(T).Name}");
            Same<T>(device, max, shape, false);
            Same<T>(device, avg, shape, false);
        }
    }

    private static void Same<T>(string device, PoolLayer layer, nint[] shape, bool channelsLast)
        where T : unmanaged
    {
        Tensor<T> x = Samples.Of<T>(shape, channelsLast, special: true);
        Samples.AssertSame(layer.Forward(x), Run(device, layer, x), $"{layer} of {typeof(T).Name} {string.Join('×', shape)}{(channelsLast ? " channels-last" : "")}");
    }

    private static Tensor<T> Run<T>(string device, PoolLayer layer, Tensor<T> x)
        where T : unmanaged
    {
        using GpuTensor<T> input = Devices.Get(device).Upload(x), output = layer.Forward(input);
        return output.Download();
    }
}
