using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Conformance.Tests.Training;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>Adaptive pooling, forward and backward, against libtorch, live: maxima and their indices bit for bit, averages within the rounding of its several divisions.</summary>
public class AdaptiveDifferentialTests
{
    private const int Cases = 600;

    public static TheoryData<int, string> Rows => TrainingRun.Rows(typeof(float), typeof(double));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Agrees_with_libtorch(int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        if (element == nameof(Single)) Compare<float>(rank);
        else Compare<double>(rank);
    }

    private static void Compare<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(9000 + rank);
        for (int number = 0; number < Cases; number++)
        {
            PoolCase @case = generator.NextWhole(isMax: true, rank);
            if (@case.Shape.Contains(0)) continue;
            int[] size = [.. Enumerable.Range(0, rank).Select(axis => 1 + generator.Below((int)(generator.Coin() ? @case.Shape[^(rank - axis)] : 9)))];
            bool channelsLast = generator.Coin();
            long[] outputShape = [.. @case.Shape[..^rank], .. size.Select(length => (long)length)];
            T[] input = generator.Data<T>(@case), gradient = generator.Data<T>(@case with { Shape = outputShape, IsMax = false });
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {string.Join('x', @case.Shape)} to {string.Join('x', size)}";
            Spatial lengths = Spatial.Create(size);
            IndexedPool max = rank switch { 1 => new AdaptiveMaxPool1d(lengths), 2 => new AdaptiveMaxPool2d(lengths), _ => new AdaptiveMaxPool3d(lengths) };
            LinearPool average = rank switch { 1 => new AdaptiveAvgPool1d(lengths), 2 => new AdaptiveAvgPool2d(lengths), _ => new AdaptiveAvgPool3d(lengths) };

            (T[] values, long[] flat, T[] maxBackward, T[] means, T[] meanBackward) = Torch(@case, input, gradient, outputShape, channelsLast);
            Tensor<T> x = Dense.Of(input, @case.Shape, rank, channelsLast), g = Dense.Of(gradient, outputShape, rank, channelsLast);
            var (tensor, indices) = max.ForwardWithIndices(x);
            Dense.RequireSame(name, values, Dense.RowMajor(tensor));
            Dense.RequireSame(name, values, Dense.RowMajor(max.Forward(x)));
            Assert.True(flat.AsSpan().SequenceEqual([.. indices.ToFlat()]), $"{name}\nindices {string.Join(' ', indices.ToFlat())}, libtorch's are {string.Join(' ', flat)}");
            Dense.RequireSame(name, maxBackward, Dense.RowMajor(max.Backward(g, indices)));
            RequireClose(name, means, Dense.RowMajor(average.Forward(x)), input);
            RequireClose(name, meanBackward, Dense.RowMajor(average.Backward(g, x.Lengths)), gradient);
        }
    }

    private static unsafe (T[] Values, long[] Indices, T[] MaxBackward, T[] Means, T[] MeanBackward) Torch<T>(PoolCase @case, T[] input, T[] gradient, long[] outputShape, bool channelsLast)
        where T : unmanaged
    {
        var window = new TorchWindow(@case);
        int rank = window.Rank;
        lock (TorchPool.Gate)
        {
            using TorchTensor self = window.Tensor(input, @case.Shape, channelsLast), from = window.Tensor(gradient, outputShape, channelsLast);
            fixed (long* size = window.WithRow(outputShape)[^rank..])
            {
                TorchTensor.Check(rank == 2 ? TorchNative.AdaptiveMaxPool2d(self.Handle, size, rank, out nint first, out nint second) : TorchNative.AdaptiveMaxPool3d(self.Handle, size, rank, out first, out second));
                using TorchTensor values = new(first, self.Rank), indices = new(second, self.Rank);
                TorchTensor.Check(rank == 2 ? TorchNative.AdaptiveMaxPool2dBackward(from.Handle, self.Handle, second, out nint third) : TorchNative.AdaptiveMaxPool3dBackward(from.Handle, self.Handle, second, out third));
                TorchTensor.Check(rank == 2 ? TorchNative.AdaptiveAvgPool2d(self.Handle, size, rank, out nint fourth) : TorchNative.AdaptiveAvgPool3d(self.Handle, size, rank, out fourth));
                TorchTensor.Check(rank == 2 ? TorchNative.AdaptiveAvgPool2dBackward(from.Handle, self.Handle, out nint fifth) : TorchNative.AdaptiveAvgPool3dBackward(from.Handle, self.Handle, out fifth));
                using TorchTensor backward = new(third, self.Rank), means = new(fourth, self.Rank), meanBackward = new(fifth, self.Rank);
                return (values.Read<T>(), indices.Read<long>(), backward.Read<T>(), means.Read<T>(), meanBackward.Read<T>());
            }
        }
    }

    /// <summary>Sums of the same terms, divided once or axis by axis: some units of the largest term apart; what is infinite or NaN for one is so for the other.</summary>
    private static void RequireClose<T>(string name, T[] expected, T[] actual, T[] terms)
        where T : unmanaged
    {
        double largest = terms.Select(term => Math.Abs(Elements.ToDouble(term))).Where(double.IsFinite).DefaultIfEmpty(0).Max(), unit = typeof(T) == typeof(double) ? Math.Pow(2, -52) : Math.Pow(2, -23);
        bool overflows = largest > 1e30;
        for (int i = 0; i < expected.Length; i++)
        {
            double left = Elements.ToDouble(expected[i]), right = Elements.ToDouble(actual[i]);
            bool close = Elements.Same(expected[i], actual[i]) || Math.Abs(left - right) <= 40 * unit * largest || overflows;
            if (!close) Assert.Fail($"{name}\nelement {i}: libtorch says {left}, ours {right}");
        }
    }
}
