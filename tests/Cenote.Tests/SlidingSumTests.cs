using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Means of integers by sums that slide, over rows longer than a line, and over windows of several depths, beside sums that a plain loop keeps.</summary>
public class SlidingSumTests
{
    /// <summary>Kernel, stride, padding and input of depth, height and width, and channels.</summary>
    public static TheoryData<int[], int[], int[], int[], int> Jobs => new()
    {
        // Rows of their own, cut into lines, and with channels side by side.
        { [1, 1, 40], [1, 1, 1], [0, 0, 39], [1, 1, 70_001], 1 },
        { [1, 1, 257], [1, 1, 1], [0, 0, 200], [1, 1, 33_001], 1 },
        { [1, 1, 20], [1, 1, 1], [0, 0, 10], [1, 2, 150], 70 },
        // Rows in common: all windows but the first by what enters and leaves, rows that do not overlap, and columns of padding only.
        { [1, 31, 31], [1, 1, 1], [0, 15, 15], [1, 40, 75], 2 },
        { [1, 13, 33], [1, 5, 1], [0, 12, 32], [1, 29, 33], 2 },
        { [1, 2, 12], [1, 2, 1], [0, 0, 3], [1, 9, 66_001], 1 },
        { [1, 2, 101], [1, 1, 1], [0, 0, 50], [1, 4, 70_000], 1 },
        { [3, 4, 14], [2, 3, 1], [1, 2, 7], [5, 11, 67], 1 },
        { [1, 5, 13], [1, 1, 1], [0, 2, 6], [1, 9, 20], 37 },
        // Every second column, added up anew and sliding.
        { [3, 3, 3], [2, 2, 2], [1, 1, 1], [5, 21, 97], 2 },
        { [2, 4, 4], [2, 2, 2], [0, 0, 0], [4, 10, 130], 2 },
        { [3, 5, 4], [1, 1, 2], [2, 4, 3], [4, 9, 141], 1 },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Means_have_every_tap_once(int[] kernel, int[] stride, int[] padding, int[] input, int channels)
    {
        Check<byte>(kernel, stride, padding, input, channels);
        Check<sbyte>(kernel, stride, padding, input, channels);
        Check<ushort>(kernel, stride, padding, input, channels);
        Check<short>(kernel, stride, padding, input, channels);
        Check<uint>(kernel, stride, padding, input, channels);
    }

    private static void Check<T>(int[] kernel, int[] stride, int[] padding, int[] input, int channels)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        using var scratch = new GuardedScratch();
        var random = new Random(31);
        int plane = input[0] * input[1] * input[2];
        var planes = new T[channels * plane];
        foreach (ref T element in planes.AsSpan()) element = random.Next(4) == 0 ? T.MaxValue : T.CreateTruncating(random.NextInt64());
        foreach (bool counts in (bool[])[true, false])
        {
            var layer = new AvgPool3d(Spatial.Create(kernel), Spatial.Create(stride), new Padding(Spatial.Create(padding), Spatial.Create(padding)), countIncludePad: counts) { MaxDegreeOfParallelism = 1 };
            T[] expected = [.. Enumerable.Range(0, channels).SelectMany(c => Means(planes.AsSpan(c * plane, plane), kernel, stride, padding, input, counts))];
            nint[] shape = [1, channels, input[0], input[1], input[2]];
            Assert.Equal(expected, layer.Forward(Tensor.Create(planes, shape)));
            if (channels == 1) continue;
            T[] pixels = [.. Enumerable.Range(0, plane).SelectMany(i => Enumerable.Range(0, channels).Select(c => planes[c * plane + i]))];
            // Axes of length 1 have no stride.
            nint[] strides = [0, 1, input[0] > 1 ? input[1] * input[2] * channels : 0, input[1] > 1 ? input[2] * channels : 0, channels];
            Assert.Equal(expected, layer.Forward(Tensor.Create(pixels, shape, strides)));
        }
    }

    /// <summary>By sums of everything before each position.</summary>
    private static T[] Means<T>(ReadOnlySpan<T> plane, int[] kernel, int[] stride, int[] padding, int[] input, bool counts)
        where T : unmanaged, IBinaryInteger<T>
    {
        int[] output = [.. Enumerable.Range(0, 3).Select(a => (input[a] + 2 * padding[a] - kernel[a]) / stride[a] + 1)];
        var sums = new long[input[0] + 1, input[1] + 1, input[2] + 1];
        for (int d = 0, i = 0; d < input[0]; d++)
            for (int h = 0; h < input[1]; h++)
                for (int w = 0; w < input[2]; w++, i++)
                    sums[d + 1, h + 1, w + 1] = long.CreateChecked(plane[i]) + sums[d, h + 1, w + 1] + sums[d + 1, h, w + 1] + sums[d + 1, h + 1, w] - sums[d, h, w + 1] - sums[d, h + 1, w] - sums[d + 1, h, w] + sums[d, h, w];
        var means = new T[output[0] * output[1] * output[2]];
        for (int d = 0, o = 0; d < output[0]; d++)
        {
            for (int h = 0; h < output[1]; h++)
            {
                for (int w = 0; w < output[2]; w++, o++)
                {
                    var (d0, d1, dn) = Range(d, 0);
                    var (h0, h1, hn) = Range(h, 1);
                    var (w0, w1, wn) = Range(w, 2);
                    long sum = sums[d1, h1, w1] - sums[d0, h1, w1] - sums[d1, h0, w1] - sums[d1, h1, w0] + sums[d0, h0, w1] + sums[d0, h1, w0] + sums[d1, h0, w0] - sums[d0, h0, w0];
                    means[o] = T.CreateChecked(sum / (dn * hn * wn));
                }
            }
        }

        return means;

        (int From, int To, long Count) Range(int position, int axis)
        {
            int start = position * stride[axis] - padding[axis], from = Math.Clamp(start, 0, input[axis]), to = Math.Clamp(start + kernel[axis], 0, input[axis]);
            return (from, to, counts ? Math.Min(start + kernel[axis], input[axis] + padding[axis]) - start : to - from);
        }
    }
}
