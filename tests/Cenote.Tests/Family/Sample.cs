using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Family;

/// <summary>Random tensors, and what the tests of the family do with them.</summary>
internal static class Sample
{
    public static Tensor<double> Doubles(Random random, nint[] shape, double least = -1, double most = 1)
    {
        long elements = shape.Aggregate(1L, (product, length) => product * length);
        return Tensor.Create([.. Enumerable.Range(0, (int)elements).Select(_ => least + (most - least) * random.NextDouble())], shape);
    }

    public static Tensor<T> As<T>(Tensor<double> tensor)
        where T : unmanaged => Tensor.Create([.. RowMajor(tensor).Select(Elements.FromDouble<T>)], tensor.Lengths);

    public static T[] RowMajor<T>(Tensor<T> tensor)
    {
        var elements = new T[tensor.FlattenedLength];
        if (elements.Length > 0) tensor.FlattenTo(elements);
        return elements;
    }

    /// <summary>The same elements, the channels innermost in memory.</summary>
    public static Tensor<T> ChannelsLast<T>(Tensor<T> tensor, int channelAxis = 1)
    {
        nint[] lengths = tensor.Lengths.ToArray(), strides = new nint[lengths.Length];
        nint next = 1;
        foreach (int axis in (int[])[channelAxis, .. Enumerable.Range(0, lengths.Length).Where(axis => axis != channelAxis).Reverse()])
        {
            strides[axis] = lengths[axis] == 1 ? 0 : next;
            next *= lengths[axis];
        }

        Tensor<T> result = Tensor.CreateFromShapeUninitialized<T>(lengths, strides);
        tensor.CopyTo(result.AsTensorSpan());
        return result;
    }

    /// <summary>The slope of a function of a tensor's elements, which are changed in place.</summary>
    public static void RequireSlope(double[] x, Func<double> value, double[] gradient, double tolerance = 1e-6, int step = 1)
    {
        const double Step = 1e-6;
        Assert.Equal(x.Length, gradient.Length);
        for (int i = 0; i < x.Length; i += step)
        {
            double kept = x[i];
            x[i] = kept + Step;
            double above = value();
            x[i] = kept - Step;
            double below = value();
            x[i] = kept;
            Assert.True(Math.Abs((above - below) / (2 * Step) - gradient[i]) <= tolerance, $"element {i}: by differences {(above - below) / (2 * Step)}, the gradient says {gradient[i]}");
        }
    }

    public static double Dot(Tensor<double> left, Tensor<double> right) => RowMajor(left).Zip(RowMajor(right), (a, b) => a * b).Sum();

    /// <summary>The same bits for 1, 2 and 7 threads, and for channels that lie last.</summary>
    public static void RequireSameBits<T>(Func<int, Func<Tensor<T>, Tensor<T>>> call, Tensor<T> input)
        where T : unmanaged
    {
        byte[] expected = Bytes(call(1)(input));
        foreach (int threads in (int[])[1, 2, 7])
        {
            Assert.Equal(expected, Bytes(call(threads)(input)));
            Assert.Equal(expected, Bytes(call(threads)(ChannelsLast(input))));
        }
    }

    private static byte[] Bytes<T>(Tensor<T> tensor)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(RowMajor(tensor)).ToArray();
}
