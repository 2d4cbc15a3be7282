using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Planes that are walked as one long row where their rows would leave registers empty: every width and height at which such a walk begins and ends.</summary>
public class LongRowTests
{
    private const int Planes = 6;

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 1)]
    public void Extremes_are_those_of_each_plane_alone(int kernel, int dilation)
    {
        Extremes<byte>(kernel, dilation, i => (byte)(i * 151 % 251));
        Extremes<sbyte>(kernel, dilation, i => (sbyte)(i * 151 % 251 - 125));
        Extremes<short>(kernel, dilation, i => (short)(i * 40503));
        Extremes<Half>(kernel, dilation, i => (Half)(i * 151 % 251 - 240.5f));
        Extremes<float>(kernel, dilation, i => i * 151 % 251 - 240.5f);
    }

    [Theory]
    [InlineData(3, 1, 1, false)]
    [InlineData(3, 1, 1, true)]
    [InlineData(2, 2, 0, true)]
    public void Means_are_those_of_their_taps(int kernel, int stride, int padding, bool countIncludePad)
    {
        var layer = new AvgPool2d(kernel, stride, padding, countIncludePad: countIncludePad);
        Means<byte>(layer, kernel, stride, padding, i => (byte)(i * 151 % 256));
        Means<sbyte>(layer, kernel, stride, padding, i => (sbyte)(i * 151 % 256 - 128));
        Means<ushort>(layer, kernel, stride, padding, i => (ushort)(i * 40503));
        Means<short>(layer, kernel, stride, padding, i => (short)(i * 40503));
        Means<int>(layer, kernel, stride, padding, i => i * 1640531535);
    }

    private static void Extremes<T>(int kernel, int dilation, Func<int, T> element)
        where T : unmanaged, INumber<T>
    {
        int padding = kernel / 2 * dilation;
        foreach (int height in (int[])[1, 2, 3, 5, 8, 13])
        {
            for (int width = 1; width <= 40; width++)
            {
                int size = height * width;
                T[] elements = [.. Enumerable.Range(0, Planes * size).Select(element)];
                foreach (PoolLayer layer in (PoolLayer[])[new MaxPool2d(kernel, 1, padding, dilation), new MinPool2d(kernel, 1, padding, dilation)])
                {
                    T[] together = [.. layer.Forward(Tensor.Create(elements, [1, Planes, height, width]))];
                    T[] alone = [.. Enumerable.Range(0, Planes).SelectMany(plane => layer.Forward(Tensor.Create(elements[(plane * size)..((plane + 1) * size)], [1, 1, height, width])))];
                    Assert.Equal(alone, together);
                }
            }
        }
    }

    private static void Means<T>(AvgPool2d layer, int kernel, int stride, int padding, Func<int, T> element)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (int height in (int[])[2, 3, 4, 5, 9])
        {
            for (int width = 2; width <= 80; width++)
            {
                T[] elements = [.. Enumerable.Range(0, 2 * height * width).Select(element)];
                Tensor<T> means = layer.Forward(Tensor.Create(elements, [2, height, width]));
                for (int c = 0; c < 2; c++)
                    for (int h = 0; h < means.Lengths[1]; h++)
                        for (int w = 0; w < means.Lengths[2]; w++) Assert.Equal(Mean(elements.AsSpan(c * height * width, height * width), width, h * stride - padding, w * stride - padding), means[c, h, w]);
            }
        }

        T Mean(ReadOnlySpan<T> plane, int width, int top, int left)
        {
            long sum = 0, taps = 0;
            for (int y = Math.Max(0, top); y < Math.Min(plane.Length / width, top + kernel); y++)
                for (int x = Math.Max(0, left); x < Math.Min(width, left + kernel); x++, taps++) sum += long.CreateChecked(plane[y * width + x]);
            return T.CreateChecked(sum / (layer.CountIncludePad ? kernel * kernel : taps));
        }
    }
}
