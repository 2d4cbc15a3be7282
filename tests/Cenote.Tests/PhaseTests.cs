using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote.Tests;

/// <summary>Averages whose rows are split by phase: the plans at which copies and bands end, beside the same pixels channels-last, where every window is added up by itself.</summary>
public class PhaseTests
{
    public static TheoryData<PoolLayer, nint[]> Jobs => new()
    {
        // Slices that all fit into the copies, and slices of which only bands do.
        { new AvgPool3d(3, 2, 1), [2, 3, 9, 21, 33] },
        { new AvgPool3d(3, 2, 1), [1, 2, 7, 141, 330] },
        { new AvgPool3d(3, 1, 1), [1, 2, 5, 150, 170] },
        { new AvgPool3d((2, 3, 3), (1, 2, 2), (1, 1, 1), countIncludePad: false), [1, 3, 6, 19, 40] },
        { new AvgPool3d((2, 2, 3), (3, 1, 2), 1, ceilMode: true), [1, 2, 8, 12, 27] },
        // Depths that lie apart share no place, and a depth of one slice has windows without a tap inside.
        { new AvgPool3d((3, 2, 2), 1, 1, dilation: (2, 1, 3)), [1, 2, 9, 11, 31] },
        { new AvgPool3d((2, 2, 2), (1, 1, 1), (1, 0, 0), dilation: (2, 1, 1)), [1, 2, 1, 5, 19] },
        // A last row that lies outside is cleared beside slices that are kept.
        { new AvgPool3d(3, 2, 0, ceilMode: true), [1, 2, 7, 6, 70] },
        // Rows shorter than a register, and than what is read at once.
        { new AvgPool3d(3, 2, 1), [2, 5, 6, 12, 10] },
        { new AvgPool2d(4, 3, 1), [3, 5, 17, 20] },
        { new AvgPool2d((4, 5), (3, 4), (1, 2)), [3, 5, 40, 333] },
        { new AvgPool2d((3, 6), (2, 5), (1, 2), ceilMode: true), [2, 3, 21, 260] },
        { new AvgPool2d(2, 1, 1, countIncludePad: false), [2, 3, 61, 200] },
        { new AvgPool1d(5, 3, 2), [2, 3, 14000] },
        // Dilated windows longer than the input, of more taps than are added in order: neighbours count one tap more and one less by turns.
        { new AvgPool2d((7, 17), 1, (3, 16), countIncludePad: false, dilation: (1, 2)), [1, 2, 12, 17] },
        // Rows of one output, whose planes may be lanes.
        { new AvgPool2d((7, 9), 1), [2, 20, 18, 9] },
        { new AvgPool2d((10, 10), (3, 4), 4), [1, 10, 27, 5] },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Sums_have_the_bits_of_channels_last_ones(PoolLayer layer, nint[] shape)
    {
        AssertSameBits(layer, shape, random => random.Next(50) switch { 0 => float.NaN, 1 => -0f, 2 => float.PositiveInfinity, _ => random.NextSingle() - 0.5f });
        AssertSameBits(layer, shape, random => random.NextDouble() - 0.5);
        AssertSameBits(layer, shape, random => (Half)(random.NextDouble() - 0.5));
        AssertSameBits(layer, shape, random => (BFloat16)(random.NextSingle() - 0.5f));
    }

    /// <summary>The last piece of such a row has one output: behind it the next row's first piece lies, made before.</summary>
    [Fact]
    public void Rows_in_pieces_leave_the_next_row_alone() =>
        AssertSameBits(new AvgPool2d((1, 3), 1), [1, 2, 2, 1044483], random => (Half)(random.Next(64) / 64f));

    private static void AssertSameBits<T>(PoolLayer layer, nint[] shape, Func<Random, T> next)
        where T : unmanaged
    {
        var random = new Random(23);
        PoolPlan plan = layer.Plan(shape);
        T[] planes = [.. Enumerable.Range(0, (int)plan.InputElements).Select(_ => next(random))];
        nint[] outputs = [.. plan.OutputShape];
        var expected = new T[plan.OutputElements];
        layer.Forward<T>(new ReadOnlyTensorSpan<T>(Turned(planes, shape, toPixels: true), shape, Strides(shape)), new TensorSpan<T>(expected, outputs, Strides(outputs)));
        expected = Turned(expected, outputs, toPixels: false);
        var pooled = new T[plan.OutputElements];
        layer.Forward<T>(plan, planes, pooled);
        Assert.Equal(Bytes(expected), Bytes(pooled));
    }

    private static byte[] Bytes<T>(T[] elements)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(elements).ToArray();

    private static nint[] Strides(nint[] shape)
    {
        var strides = new nint[shape.Length];
        nint next = shape[1];
        strides[1] = 1;
        for (int axis = shape.Length - 1; axis >= 2; next *= shape[axis--]) strides[axis] = next;
        strides[0] = next;
        for (int axis = 0; axis < shape.Length; axis++) if (shape[axis] == 1) strides[axis] = 0;
        return strides;
    }

    private static T[] Turned<T>(T[] elements, nint[] shape, bool toPixels)
    {
        nint channels = shape[1], plane = elements.Length / shape[0] / channels;
        var turned = new T[elements.Length];
        for (nint i = 0; i < elements.Length; i++)
        {
            nint n = i / (channels * plane), c = i / plane % channels, at = i % plane, pixel = (n * plane + at) * channels + c;
            if (toPixels) turned[pixel] = elements[i];
            else turned[i] = elements[pixel];
        }

        return turned;
    }
}
