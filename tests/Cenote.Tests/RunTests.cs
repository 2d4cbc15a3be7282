using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Long windows over rows longer than the tape they pass through, and than a stretch that is a line of its own, beside sums and maxima that a plain loop keeps.</summary>
public class RunTests
{
    /// <summary>Taps, dilation, padding, length, channels.</summary>
    public static TheoryData<int, int, int, int, int> Jobs => new()
    {
        // Numbers of taps with every digit to the base of four.
        { 12, 1, 0, 70_001, 1 },
        { 64, 1, 31, 40_000, 2 },
        { 65, 1, 32, 9_000, 3 },
        { 127, 1, 0, 5_003, 3 },
        { 128, 1, 64, 33_333, 2 },
        { 255, 2, 200, 9_001, 3 },
        { 33, 3, 40, 4_100, 17 },
        { 114, 1, 56, 2_600, 64 },
        { 1000, 5, 2_100, 9_999, 2 },
        { 5_000, 1, 2_500, 40_000, 1 },
        // Windows longer than the row, whose taps lie in its padding.
        { 300, 1, 299, 40, 70 },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Windows_have_every_tap_once(int taps, int dilation, int padding, int length, int channels)
    {
        AssertRight<float>(taps, dilation, padding, length, channels);
        AssertRight<double>(taps, dilation, padding, length, channels);
        AssertRight<byte>(taps, dilation, padding, length, channels);
        AssertRight<short>(taps, dilation, padding, length, channels);
        AssertRight<long>(taps, dilation, padding, length, channels);
    }

    // Small whole numbers, whose sums are exact in any order.
    private static void AssertRight<T>(int taps, int dilation, int padding, int length, int channels)
        where T : unmanaged, INumber<T>
    {
        var random = new Random(29);
        nint[] shape = [1, channels, length];
        var planes = new T[channels * length];
        foreach (ref T element in planes.AsSpan()) element = T.CreateChecked(random.Next(random.Next(40) == 0 ? 120 : 2));
        T[] pixels = Turned(planes, channels);
        foreach (int threads in (int[])[1, 2])
        {
            var sum = new SumPool1d(taps, 1, padding, dilation) { MaxDegreeOfParallelism = threads };
            var max = new MaxPool1d(taps, 1, padding, dilation) { MaxDegreeOfParallelism = threads };
            nint[] pooled = [.. max.Plan(shape).OutputShape];
            int outputs = (int)pooled[2];
            var (sums, maxima) = (new T[channels * outputs], new T[channels * outputs]);
            for (int c = 0; c < channels; c++) Expect(planes.AsSpan(c * length, length), taps, dilation, padding, sums.AsSpan(c * outputs, outputs), maxima.AsSpan(c * outputs, outputs));
            AssertBoth(sum, sums);
            AssertBoth(max, maxima);

            void AssertBoth(PoolLayer layer, T[] expected)
            {
                var actual = new T[expected.Length];
                layer.Forward<T>(new ReadOnlyTensorSpan<T>(planes, shape, Strides(channels, length, 1)), new TensorSpan<T>(actual, pooled, Strides(channels, outputs, 1)));
                Assert.Equal(expected, actual);
                layer.Forward<T>(new ReadOnlyTensorSpan<T>(pixels, shape, Strides(channels, 1, channels)), new TensorSpan<T>(actual, pooled, Strides(channels, 1, channels)));
                Assert.Equal(Turned(expected, channels), actual);
            }
        }
    }

    /// <summary>Sums, and maxima of counts: a window's number of each element changes by what enters and what leaves it.</summary>
    private static void Expect<T>(ReadOnlySpan<T> plane, int taps, int dilation, int padding, Span<T> sums, Span<T> maxima)
        where T : unmanaged, INumber<T>
    {
        for (int phase = 0; phase < dilation; phase++)
        {
            var counts = new SortedDictionary<int, int>();
            long total = 0;
            for (int k = 0; k < taps; k++) Add(plane, phase - padding + k * dilation, 1);
            for (int o = phase; o < sums.Length; o += dilation)
            {
                sums[o] = T.CreateSaturating(total);
                maxima[o] = T.CreateChecked(counts.Keys.Last());
                Add(plane, o - padding, -1);
                Add(plane, o - padding + taps * dilation, 1);
            }

            void Add(ReadOnlySpan<T> row, int at, int times)
            {
                if (at < 0 || at >= row.Length) return;
                int value = int.CreateChecked(row[at]);
                total += times * value;
                counts[value] = counts.GetValueOrDefault(value) + times;
                if (counts[value] == 0) counts.Remove(value);
            }
        }
    }

    // Of axes of length 1 they are 0.
    private static nint[] Strides(int channels, nint channel, nint position) => [0, channels == 1 ? 0 : channel, position];

    /// <summary>As many positions of so many channels, the other way.</summary>
    private static T[] Turned<T>(T[] planes, int channels)
    {
        int length = planes.Length / channels;
        var turned = new T[planes.Length];
        for (int i = 0; i < planes.Length; i++) turned[i % length * channels + i / length] = planes[i];
        return turned;
    }
}
