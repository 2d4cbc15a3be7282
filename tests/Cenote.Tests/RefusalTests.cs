using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>What is refused: each message in one line, with the argument, the value and what is allowed; nothing is written.</summary>
public class RefusalTests
{
    public static TheoryData<Func<object>, string> Options => new()
    {
        { () => new MaxPool2d(0), "kernelSize is 0; it must be at least 1 on every axis." },
        { () => new MaxPool2d(default), "kernelSize is 0; it must be at least 1 on every axis." },
        { () => new MaxPool2d((3, -1)), "kernelSize is 3×-1; it must be at least 1 on every axis." },
        { () => new MaxPool2d(2, 0), "stride is 0; it must be at least 1 on every axis." },
        { () => new MaxPool2d(2, dilation: 0), "dilation is 0; it must be at least 1 on every axis." },
        { () => new MaxPool2d(2, padding: -1), "padding is -1; it must be at least 0 on every axis." },
        { () => new MaxPool2d(2, padding: 2), "padding 2 on axis height is 2; each side may be at most (kernelSize − 1)·dilation = (2 − 1)·1 = 1." },
        { () => new AvgPool3d(3, padding: (2, 2, 3)), "padding 2×2×3 on axis width is 3; each side may be at most (kernelSize − 1)·dilation = (3 − 1)·1 = 2." },
        { () => new MaxPool1d((2, 2)), "kernelSize is 2×2, 2 numbers; a 1-D window takes one number, or 1 (one per axis)." },
        { () => new MaxPool3d((2, 2)), "kernelSize is 2×2, 2 numbers; a 3-D window takes one number, or 3 (one per axis)." },
        { () => new AvgPool2d(2, divisorOverride: 0), "divisorOverride is 0; it must be any other number, or null for the number of taps." },
        { () => new AvgPool2d(2) { IntegerRounding = (IntegerRounding)7 }, "IntegerRounding is 7; it must be TowardZero or NearestEven." },
        { () => new GlobalMaxPool1d { MaxDegreeOfParallelism = 0 }, "MaxDegreeOfParallelism is 0; it must be at least 1, or -1 for all cores." },
        { () => new GlobalMaxPool1d { MaxDegreeOfParallelism = -2 }, "MaxDegreeOfParallelism is -2; it must be at least 1, or -1 for all cores." },
    };

    public static TheoryData<Func<object>, string> Shapes => new()
    {
        { () => new MaxPool2d(2).Plan(4, 4), "input has 2 axes (4×4); a 2-D layer takes C×H×W or N×C×H×W; add a channel axis: reshape it to 1×4×4." },
        { () => new MaxPool2d(2).Plan(1, 1, 1, 4, 4), "input has 5 axes (1×1×1×4×4); a 2-D layer takes C×H×W or N×C×H×W." },
        { () => new MaxPool1d(2).Plan(7), "input has 1 axes (7); a 1-D layer takes C×L or N×C×L; add a channel axis: reshape it to 1×7." },
        { () => new MaxPool2d(2).Plan(1, 0, 4, 4), "input shape 1×0×4×4 has 0 channels; only the batch may be empty." },
        { () => new MaxPool2d(2).Plan(0, 4, 4), "input shape 0×4×4 has 0 channels; only the batch may be empty." },
        { () => new MaxPool2d(2).Plan(-1, 1, 4, 4), "input shape -1×1×4×4 has a batch of -1; it must be at least 0." },
        { () => new GlobalAvgPool2d().Plan(1, 1, 0, 4), "input height is 0; it must be from 1 to 2^60." },
        { () => new MaxPool2d(4).Plan(1, 1, 3, 8), "input height 3 is too small: with padding 0 before and 0 after it has 3 taps, and one window spans 4 (kernelSize 4, dilation 1); the output size would be 0, and must be at least 1." },
        { () => new MaxPool1d(2, dilation: 1_000_000_000).Plan(1, 8), "input length 8 is too small: with padding 0 before and 0 after it has 8 taps, and one window spans 1000000001 (kernelSize 2, dilation 1000000000); the output size would be -499999996, and must be at least 1." },
        { () => new GlobalMaxPool3d().Plan(1, 1, 1 << 30, 1 << 30, 1 << 30), "input 1×1×1073741824×1073741824×1073741824 has more than 2^63 − 1 elements." },
        { () => new AvgPool3d(1_000_000_000, 1_000_000_000, 999_999_999).Plan(1, 1, 1, 1), "window 1000000000×1000000000×1000000000 has more than 2^63 − 1 taps in its divisor." },
        { () => new MaxPool2d(2).Plan(1, 4, 4).WindowAt(2, 0), "axis 2 is not a spatial axis of a 2-D plan; it must be from 0 to 1." },
        { () => new MaxPool2d(2).Plan(1, 4, 4).WindowAt(0, 2), "position 2 is not an output of axis height; it must be from 0 to 1." },
        { () => new MaxPool2d(2).Plan(1, 4, 4).DivisorAt(0), "position has 1 indices; a 2-D plan takes 2." },
        { () => new MaxPool1d(2).Forward(Tensor.Create(new decimal[4], [1, 4])), "element type System.Decimal cannot be pooled; it must be float16, bfloat16, float32 or float64, or an integer of 8 to 64 bits." },
    };

    [Theory]
    [MemberData(nameof(Options))]
    [MemberData(nameof(Shapes))]
    public void Is_refused_in_one_line(Func<object> act, string message)
    {
        Exception error = Assert.ThrowsAny<Exception>(() => act());
        Assert.True(error is ArgumentException or NotSupportedException, error.GetType().Name);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_empty_batch_is_fine() => Assert.Equal([0, 2, 2, 2], new MaxPool2d(2).Forward(Tensor.Create(Array.Empty<float>(), [0, 2, 4, 4])).Lengths.ToArray());

    [Fact]
    public void A_wrong_output_is_left_alone()
    {
        var input = Tensor.Create(new float[16], [1, 4, 4]);
        float[] memory = [7, 7, 7, 7, 7];
        var pool = new MaxPool2d(2);
        var error = Assert.Throws<ArgumentException>(() => pool.Forward(input, Tensor.Create(memory, [1, 1, 4])));
        Assert.StartsWith("output is 1×1×4; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => pool.Forward(input, Tensor.Create(memory, [1, 2, 2], [0, 0, 1])));
        Assert.StartsWith("output has elements that share memory", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => pool.Forward(pool.Plan(1, 4, 4), new float[16], memory));
        Assert.Throws<ArgumentException>(() => pool.Forward(pool.Plan(1, 4, 4), new float[15], memory.AsSpan(0, 4)));
        Assert.Throws<ArgumentException>(() => pool.Forward(new MaxPool2d(2).Plan(1, 4, 4), new float[16], memory.AsSpan(0, 4)));
        Assert.All(memory, element => Assert.Equal(7, element));
    }

    [Fact]
    public void Shared_memory_is_refused()
    {
        float[] memory = new float[40];
        var pool = new MaxPool2d(2);
        Assert.StartsWith(
            "output shares memory with input",
            Assert.Throws<ArgumentException>(() => pool.Forward(Tensor.Create(memory, 0, [1, 4, 4], [0, 4, 1]), Tensor.Create(memory, 15, [1, 2, 2], [0, 2, 1]))).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => pool.Forward(pool.Plan(1, 4, 4), memory.AsSpan(0, 16), memory.AsSpan(12, 4)));
        pool.Forward(Tensor.Create(memory, 0, [1, 4, 4], [0, 4, 1]), Tensor.Create(memory, 16, [1, 2, 2], [0, 2, 1]));

        // Of the same shapes, which a layer remembers: elsewhere, and of larger elements.
        Assert.Throws<ArgumentException>(() => pool.Forward(Tensor.Create(memory, 3, [1, 4, 4], [0, 4, 1]), Tensor.Create(memory, 0, [1, 2, 2], [0, 2, 1])));
        double[] wide = new double[20];
        Assert.Throws<ArgumentException>(() => pool.Forward(Tensor.Create(wide, 0, [1, 4, 4], [0, 4, 1]), Tensor.Create(wide, 15, [1, 2, 2], [0, 2, 1])));
        pool.Forward(Tensor.Create(wide, 0, [1, 4, 4], [0, 4, 1]), Tensor.Create(wide, 16, [1, 2, 2], [0, 2, 1]));
    }

    [Fact]
    public void Interleaved_slices_of_one_buffer_are_not_shared()
    {
        // Channels 0–2 of a 5-channel channels-last buffer into channels 3–4 … and, wrongly, into 2–3.
        float[] memory = [.. Enumerable.Range(0, 5 * 16).Select(i => (float)i)];
        var pool = new MaxPool2d(3, 1, 1);
        var input = Tensor.Create(memory, 0, [2, 4, 4], [1, 20, 5]);
        pool.Forward(input, Tensor.Create(memory, 3, [2, 4, 4], [1, 20, 5]));
        Assert.Throws<ArgumentException>(() => pool.Forward(input, Tensor.Create(memory, 1, [2, 4, 4], [1, 20, 5])));
        Assert.Equal(memory[5 * 5 + 0], memory[3]);
    }
}
