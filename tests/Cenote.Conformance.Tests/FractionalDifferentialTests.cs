using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>Fractional maxima, their indices and gradients against libtorch, live, with its samples.</summary>
public class FractionalDifferentialTests
{
    private const int Cases = 400;

    public static TheoryData<int, string> Rows => [.. from rank in (int[])[2, 3] from type in (string[])["Single", "Double", "Half", "BFloat16"] select (rank, type)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Agrees_with_libtorch(int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        switch (element)
        {
            case "Single": Compare<float>(rank); break;
            case "Double": Compare<double>(rank); break;
            case "Half": Compare<Half>(rank); break;
            default: Compare<BFloat16>(rank); break;
        }
    }

    private static void Compare<T>(int rank)
        where T : unmanaged
    {
        var random = new Random(70 + rank);
        bool isNarrow = typeof(T) == typeof(Half) || typeof(T) == typeof(BFloat16);
        // Of longer axes than these the sequence in sixteen bits may leave the input, where libtorch reads what is not its own.
        int longest = isNarrow ? 12 : rank == 2 ? 60 : 14;
        for (int number = 0; number < Cases; number++)
        {
            int n = 1 + random.Next(3), c = 1 + random.Next(4);
            int[] kernel = [.. Enumerable.Range(0, rank).Select(_ => 1 + random.Next(4))], size = [.. Enumerable.Range(0, rank).Select(_ => 1 + random.Next(random.Next(2) == 0 ? 4 : longest))];
            // In 3-D libtorch refuses windows that fit without one position to spare.
            int spare = rank == 3 ? 1 : 0;
            long[] shape = [n, c, .. Enumerable.Range(0, rank).Select(axis => (long)(size[axis] + kernel[axis] - 1 + spare + random.Next(longest)))];
            long[] outputShape = [n, c, .. size.Select(length => (long)length)];
            T[] samples = [.. Enumerable.Range(0, n * c * rank).Select(_ => Below1<T>(random))];
            T[] input = Data<T>(random, shape), gradient = Data<T>(random, outputShape, exact: true);
            bool channelsLast = random.Next(2) == 0;
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {string.Join('x', shape)}, k {string.Join('x', kernel)}, to {string.Join('x', size)}";
            if (isNarrow && !Fits(shape, kernel, size, samples, rank)) continue;
            var (values, flat, backward) = Torch(rank, kernel, size, shape, outputShape, input, samples, gradient);

            Tensor<double> own = Tensor.Create([.. samples.Select(Elements.ToDouble)], [n, c, rank]);
            IndexedPool pool = rank == 2
                ? new FractionalMaxPool2d(Spatial.Create(kernel), Spatial.Create(size)) { RandomSamples = own }
                : new FractionalMaxPool3d(Spatial.Create(kernel), Spatial.Create(size)) { RandomSamples = own };
            Tensor<T> x = Dense.Of(input, shape, rank, channelsLast), g = Dense.Of(gradient, outputShape, rank, channelsLast);
            var (tensor, indices) = pool.ForwardWithIndices(x);
            Dense.RequireSame(name, values, Dense.RowMajor(tensor));
            Dense.RequireSame(name, values, Dense.RowMajor(pool.Forward(x)));
            Assert.True(flat.AsSpan().SequenceEqual([.. indices.ToFlat()]), $"{name}\nindices {string.Join(' ', indices.ToFlat())}, libtorch's are {string.Join(' ', flat)}");
            Dense.RequireSame(name, backward, Dense.RowMajor(pool.Backward(g, indices)));
        }
    }

    /// <summary>Whether libtorch's sequence stays inside the input: rounded up, it may not.</summary>
    private static bool Fits<T>(long[] shape, int[] kernel, int[] size, T[] samples, int rank)
        where T : unmanaged
    {
        for (int axis = 0; axis < rank; axis++)
        {
            double last = shape[2 + axis] - kernel[axis], alpha = Round(last / Math.Max(1, size[axis] - 1));
            foreach (T sample in samples)
            {
                double u = Elements.ToDouble(sample);
                for (int i = 0; i < size[axis] - 1; i++)
                    if (Math.Floor(Round(Round(i + u) * alpha)) - Math.Floor(Round(u * alpha)) is var start && (start < 0 || start > last)) return false;
            }
        }

        return true;

        static double Round(double value) => Elements.ToDouble(Elements.FromDouble<T>(value));
    }

    private static T Below1<T>(Random random)
        where T : unmanaged
    {
        T sample;
        do sample = Elements.FromDouble<T>(random.Next(8) == 0 ? 0 : random.NextDouble());
        while (Elements.ToDouble(sample) >= 1);
        return sample;
    }

    private static T[] Data<T>(Random random, long[] shape, bool exact = false)
        where T : unmanaged
    {
        var data = new T[shape.Aggregate(1L, (product, length) => product * length)];
        int kind = random.Next(3);
        foreach (ref T element in data.AsSpan())
        {
            double number = random.Next(-8, 9);
            if (!exact && kind == 1) number = random.Next(3) switch { 0 => -0.0, 1 => 0, _ => double.NegativeInfinity };
            if (!exact && kind == 2 && random.Next(9) == 0) number = double.NaN;
            element = Elements.FromDouble<T>(number);
        }

        return data;
    }

    private static unsafe (T[] Values, long[] Indices, T[] Backward) Torch<T>(int rank, int[] kernel, int[] size, long[] shape, long[] outputShape, T[] input, T[] samples, T[] gradient)
        where T : unmanaged
    {
        lock (TorchPool.Gate)
        {
            using TorchTensor self = TorchTensor.Of(input, shape, rank, channelsLast: false), from = TorchTensor.Of(gradient, outputShape, rank, channelsLast: false);
            using TorchTensor random = TorchTensor.Of(samples, [shape[0], shape[1], rank], 1, channelsLast: false);
            fixed (long* k = kernel.Select(taps => (long)taps).ToArray(), o = outputShape[2..])
            {
                TorchTensor.Check(rank == 2
                    ? TorchNative.FractionalMaxPool2d(self.Handle, k, rank, o, rank, random.Handle, out nint first, out nint second)
                    : TorchNative.FractionalMaxPool3d(self.Handle, k, rank, o, rank, random.Handle, out first, out second));
                using TorchTensor values = new(first, self.Rank), indices = new(second, self.Rank);
                TorchTensor.Check(rank == 2
                    ? TorchNative.FractionalMaxPool2dBackward(from.Handle, self.Handle, k, rank, o, rank, second, out nint third)
                    : TorchNative.FractionalMaxPool3dBackward(from.Handle, self.Handle, k, rank, o, rank, second, out third));
                using var backward = new TorchTensor(third, self.Rank);
                return (values.Read<T>(), indices.Read<long>(), backward.Read<T>());
            }
        }
    }
}
