using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Unpooling, its gradient and the conversions of indices, on every device against the CPU: bit for bit.</summary>
public sealed class UnpoolTests
{
    public static TheoryData<string> Names => Devices.Names;

    private static readonly (IndexedPool Layer, MaxUnpool Back, nint[] Shape, Spatial? Size)[] Cases =
    [
        (new MaxPool2d(2), new MaxUnpool2d(2), [2, 3, 5, 7], null),
        (new MaxPool2d(2), new MaxUnpool2d(2), [2, 3, 5, 7], (5, 7)),
        (new MaxPool2d(3, 1, 1), new MaxUnpool2d(3, 1, 1), [1, 4, 5, 4], (8, 6)),
        (new MaxPool1d(3, 2, 1), new MaxUnpool1d(3, 2, 1), [1, 2, 9], null),
        (new MaxPool1d(3, 1, 2) { ZeroPadding = true }, new MaxUnpool1d(3), [2, 2, 5], 5),
        (new MinPool2d((2, 3), 1, dilation: (1, 2)), new MaxUnpool2d(2), [1, 3, 4, 7], (4, 7)),
        (new AdaptiveMaxPool2d((3, 4)), new MaxUnpool2d(2), [1, 2, 7, 5], (7, 6)),
        (new GlobalMaxPool2d(), new MaxUnpool2d(2), [2, 3, 4, 5], (4, 5)),
        (new MaxPool3d(2, 1, 1), new MaxUnpool3d(2), [1, 2, 2, 3, 3], 4),
        (new MaxPool1d(300, 7, 40), new MaxUnpool1d(300, 7, 40), [1, 2, 330], 330),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void By_the_indices_of_a_pooling(string device)
    {
        foreach (var (layer, back, shape, size) in Cases) Each<float>(layer, back, shape, size);
        Each<byte>(Cases[2].Layer, Cases[2].Back, Cases[2].Shape, Cases[2].Size);
        Each<System.Half>(Cases[2].Layer, Cases[2].Back, Cases[2].Shape, Cases[2].Size);
        Each<long>(Cases[2].Layer, Cases[2].Back, Cases[2].Shape, Cases[2].Size);

        void Each<T>(IndexedPool layer, MaxUnpool back, nint[] shape, Spatial? size)
            where T : unmanaged
        {
            GpuDevice gpu = Devices.Get(device);
            foreach (bool last in new[] { false, true })
            {
                Tensor<T> x = Samples.Of<T>(shape, last, special: true);
                var (values, indices) = layer.ForwardWithIndices(x);
                Tensor<T> unpooled = back.Forward(values, indices, size), dy = Samples.Of<T>(unpooled.Lengths.ToArray(), last, seed: 2);
                using GpuTensor<T> there = gpu.Upload(values), gradient = gpu.Upload(dy);
                using GpuIndices chosen = gpu.Upload(indices);
                using GpuTensor<T> result = back.Forward(there, chosen, size), given = back.Backward(gradient, chosen);
                Samples.AssertSame(unpooled, result.Download(), $"{back} after {layer} of {typeof(T).Name}");
                Samples.AssertSame(back.Backward(dy, indices), given.Download(), $"gradient of {back} after {layer} of {typeof(T).Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void By_PyTorchs_indices(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (bool last in new[] { false, true })
        {
            Each<float>([2, 3, 4, 5], (3, 4));
            Each<byte>([2, 16, 3, 3], (6, 5));
            Each<System.Half>([1, 4, 2, 2], (1, 3));
            Each<double>([3, 5, 4], 9);
            Each<uint>([1, 2, 2, 3, 2], 3);

            // Many values share a place: the last stays. Some have none.
            void Each<T>(nint[] shape, Spatial size)
                where T : unmanaged
            {
                MaxUnpool layer = (shape.Length - 2) switch { 1 => new MaxUnpool1d(2), 2 => new MaxUnpool2d(2), _ => new MaxUnpool3d(2) };
                Tensor<T> x = Samples.Of<T>(shape, last, special: true);
                Tensor<long> flat = Samples.Of<long>(shape, last);
                long plane = 1;
                for (int axis = 0; axis < layer.SpatialRank; axis++) plane *= size[axis];
                var random = new Random(7);
                foreach (ref long index in flat.AsTensorSpan()) index = random.NextInt64(-1, plane);
                Tensor<T> unpooled = layer.Forward(x, flat, size), dy = Samples.Of<T>(unpooled.Lengths.ToArray(), last, seed: 2);
                using GpuTensor<T> values = gpu.Upload(x), gradient = gpu.Upload(dy);
                using GpuTensor<long> indices = gpu.Upload(flat);
                using GpuTensor<T> result = layer.Forward(values, indices, size), given = layer.Backward(gradient, indices);
                Samples.AssertSame(unpooled, result.Download(), $"{layer} of {typeof(T).Name}");
                Samples.AssertSame(layer.Backward(dy, flat), given.Download(), $"gradient of {layer} of {typeof(T).Name}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Indices_outside_the_plane_are_refused_before_anything_is_written(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        var layer = new MaxUnpool2d(2);
        foreach (bool last in new[] { false, true })
        {
            foreach (long wrong in new[] { 12, -2, long.MaxValue, long.MinValue })
            {
                Tensor<float> x = Samples.Of<float>([2, 3, 2, 2], last);
                Tensor<long> flat = Samples.Of<long>([2, 3, 2, 2], last);
                flat.Fill(3);
                flat[1, 2, 0, 1] = wrong;
                Tensor<float> before = Samples.Of<float>([2, 3, 3, 4], last, seed: 4);
                using GpuTensor<float> values = gpu.Upload(x), output = gpu.Upload(before);
                using GpuTensor<long> indices = gpu.Upload(flat);
                string text = Assert.Throws<ArgumentException>(() => layer.Forward(values, indices, output)).Message;
                Assert.Equal(Assert.Throws<ArgumentException>(() => layer.Forward(x, flat, (3, 4))).Message, text);
                Samples.AssertSame(before, output.Download(), "output");
                Assert.Equal(text, Assert.Throws<ArgumentException>(() => layer.Backward(output, indices, values)).Message);
                Samples.AssertSame(x, values.Download(), "values");
                flat[1, 2, 0, 1] = -1;
                indices.CopyFrom(DenseStrides.Elements(flat));
                layer.Forward(values, indices, output);
                Samples.AssertSame(layer.Forward(x, flat, (3, 4)), output.Download(), "after the refusal");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Indices_become_PyTorchs_and_come_back(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, _, shape, _) in Cases)
        {
            foreach (bool last in new[] { false, true })
            {
                var (_, indices) = layer.ForwardWithIndices(Samples.Of<float>(shape, last, special: true));
                Tensor<long> flat = indices.ToFlat();
                using GpuIndices there = gpu.Upload(indices);
                using GpuTensor<long> converted = there.ToFlat();
                Samples.AssertSame(flat, converted.Download(), $"flat indices of {layer}");
                Samples.AssertSame(flat, there.Download().ToFlat(), $"indices of {layer}");
                using GpuIndices back = GpuIndices.FromFlat(layer.Plan(shape), converted);
                Samples.AssertSame(flat, back.Download().ToFlat(), $"indices of {layer} there and back");
            }
        }

        // Neither row-major nor channels-last.
        Tensor<float> turned = Tensor.PermuteDimensions(Samples.Of<float>([1, 3, 6, 4]), [0, 1, 3, 2]);
        var (_, odd) = new MaxPool2d(2).ForwardWithIndices(turned);
        using GpuIndices same = gpu.Upload(odd);
        Samples.AssertSame(odd.ToFlat(), same.Download().ToFlat(), "indices in another order");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_tap_of_its_window_is_refused(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        foreach (var (layer, shape) in new (IndexedPool, nint[])[] { (new MaxPool2d(2, 3), [1, 2, 5, 6]), (new AdaptiveMaxPool2d((2, 3)), [1, 2, 5, 6]), (new MaxPool2d(2, 1, dilation: 2), [1, 2, 4, 5]) })
        {
            PoolPlan plan = layer.Plan(shape);
            Tensor<long> right = layer.ForwardWithIndices(Samples.Of<float>(shape)).Indices.ToFlat();
            foreach (long wrong in new[] { -1, -2, 14, 29, 30, long.MaxValue })
            {
                Tensor<long> flat = Tensor.Create([.. right], right.Lengths);
                flat[0, 1, 1, 0] = wrong;
                ArgumentException? refusal = Record.Exception(() => PoolIndices.FromFlat(plan, flat)) as ArgumentException;
                using GpuTensor<long> there = gpu.Upload(flat);
                long before = gpu.AllocatedBytes;
                if (refusal is null)
                {
                    using GpuIndices taken = GpuIndices.FromFlat(plan, there);
                    Samples.AssertSame(flat, taken.Download().ToFlat(), $"{wrong} of {layer}");
                }
                else
                {
                    Assert.Equal(refusal.Message, Assert.Throws<ArgumentException>(() => GpuIndices.FromFlat(plan, there)).Message);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_does_not_belong_together_is_refused(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        using GpuTensor<int> input = gpu.Upload(Samples.Of<int>([1, 1, 6])), wide = gpu.Allocate<int>(1, 2, 6);
        var (pooled, where) = new MaxPool1d(3).ForwardWithIndices(input);
        using (pooled)
        using (where)
        using (GpuTensor<long> flat = where.ToFlat())
        {
            var layer = new MaxUnpool1d(3);
            Assert.Contains("room", Assert.Throws<ArgumentException>(() => layer.Forward(pooled, where, 5)).Message, StringComparison.Ordinal);
            Assert.Contains("room", Assert.Throws<ArgumentException>(() => layer.Backward(pooled, where)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => layer.Forward(input, where));
            Assert.Throws<ArgumentException>(() => layer.Forward(input, flat));
            Assert.Throws<ArgumentException>(() => layer.Forward(pooled, where, wide));
            Assert.Throws<ArgumentException>(() => layer.Forward(pooled, where, pooled));
            Assert.Throws<ArgumentException>(() => layer.Forward(flat, flat, flat));
            Assert.Throws<ArgumentException>(() => layer.Backward(wide, flat));
            Assert.Contains("spatial axes", Assert.Throws<ArgumentException>(() => new MaxUnpool2d(3).Forward(pooled, where)).Message, StringComparison.Ordinal);
            using GpuDevice other = GpuDevice.Cpu();
            using GpuTensor<long> elsewhere = other.Allocate<long>(1, 1, 2);
            Assert.Throws<ArgumentException>(() => layer.Forward(pooled, elsewhere));
        }
    }
}
