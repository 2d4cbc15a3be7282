using System.Numerics.Tensors;

namespace Cenote.Gpu.Tests;

/// <summary>Host tensors on devices, in parts.</summary>
public sealed class HostTests
{
    public static TheoryData<string> Names => Devices.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Parts_of_any_size_make_the_same_tensor(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        var pool = new MaxPool2d(3, 2, 1);
        foreach (bool last in new[] { false, true })
        {
            Tensor<float> x = Samples.Of<float>([3, 5, 6, 7], last, special: true), y = pool.Forward(x);
            long plane = 4 * (6 * 7 + 3 * 4);
            foreach (long? bytes in new long?[] { null, 1, plane * 2, plane * 5, plane * 11 })
                Samples.AssertSame(y, pool.ForwardOn(gpu, x, bytes, TestContext.Current.CancellationToken), $"{bytes} bytes");
        }

        float[] elements = [.. Samples.Of<float>([1, 5, 6, 7])];
        Tensor<float> one = Tensor.Create(elements, [5, 6, 7]);
        Samples.AssertSame(pool.Forward(one), pool.ForwardOn(gpu, one, 500, TestContext.Current.CancellationToken), "without a batch");
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => pool.ForwardOn(gpu, one, cancellationToken: stopped.Token));
        Assert.Throws<ArgumentException>(() => pool.ForwardOn(gpu, one.AsReadOnlyTensorSpan(), one.AsTensorSpan()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void So_they_do_with_indices(string device)
    {
        GpuDevice gpu = Devices.Get(device);
        var pool = new MaxPool2d(3, 2, 1);
        foreach (bool last in new[] { false, true })
        {
            Tensor<float> x = Samples.Of<float>([3, 5, 6, 7], last, special: true);
            var (values, indices) = pool.ForwardWithIndices(x);
            long plane = 4 * (6 * 7 + 3 * 4) + 3 * 4;
            foreach (long? bytes in new long?[] { null, 1, plane * 2, plane * 11 })
            {
                Tensor<float> y = Tensor.CreateFromShape<float>(values.Lengths);
                Tensor<long> flat = Tensor.CreateFromShape<long>(values.Lengths);
                pool.ForwardWithIndicesOn(gpu, x.AsReadOnlyTensorSpan(), y.AsTensorSpan(), flat.AsTensorSpan(), bytes, TestContext.Current.CancellationToken);
                Samples.AssertSame(values, y, $"{bytes} bytes");
                Samples.AssertSame(indices.ToFlat(), flat, $"indices, {bytes} bytes");
            }

            Tensor<float> output = Tensor.CreateFromShape<float>(values.Lengths);
            Assert.Throws<ArgumentException>(() => pool.ForwardWithIndicesOn(gpu, x.AsReadOnlyTensorSpan(), output.AsTensorSpan(), Tensor.CreateFromShape<long>([3, 5, 3, 3]).AsTensorSpan()));
        }
    }
}
