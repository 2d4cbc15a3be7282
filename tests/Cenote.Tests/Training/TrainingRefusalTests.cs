using System.Numerics.Tensors;

namespace Cenote.Tests.Training;

/// <summary>What training refuses: each message in one line, with the argument, the value and what is allowed; nothing is written.</summary>
public class TrainingRefusalTests
{
    private const float Untouched = 7;

    private static readonly MaxPool2d Max = new(2);
    private static readonly AvgPool2d Average = new(2);
    private static readonly MaxUnpool2d Unpool = new(2);

    /// <summary>The destination that each call is given, 1×4×4 or 1×2×2 of it; and what it is told.</summary>
    public static TheoryData<Action<float[]>, string> Calls => new()
    {
        // Destinations and sources of the wrong shape.
        { to => Max.ForwardWithIndices(Input(), Of(to, 1, 4, 1), Max.CreateIndices(1, 4, 4)), "output is 1×4×1; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { to => Max.Backward(Of([1, 2], 1, 1, 2), Indices(), Of(to, 1, 4, 4)), "gradient is 1×1×2; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { to => Max.Backward(Gradient(), Indices(), Of(to, 1, 1, 4, 4)), "inputGradient is 1×1×4×4; max 1×4×4 → 1×2×2 (k2 s2) needs 1×4×4." },
        { to => FromInput(Of(new float[4], 1, 4, 1), Input(), Of(to, 1, 4, 4)), "gradient is 1×4×1; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { to => FromInput(Gradient(), Input(), Of(to, 1, 2, 8)), "inputGradient is 1×2×8; max 1×4×4 → 1×2×2 (k2 s2) needs 1×4×4." },
        { to => Average.Backward(Of(new float[9], 1, 3, 3), Of(to, 1, 4, 4)), "gradient is 1×3×3; avg 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { to => Average.Backward(Gradient(), Of(to, 1, 1, 16)), "input height 1 is too small: with padding 0 before and 0 after it has 1 taps, and one window spans 2" },
        { to => Average.Backward(Gradient(), Of(to, 4, 4)), "input has 2 axes (4×4); a 2-D layer takes C×H×W or N×C×H×W" },
        { to => Gather(Of(new float[12], 1, 3, 4), Indices(), Of(to, 1, 2, 2)), "source is 1×3×4; max 1×4×4 → 1×2×2 (k2 s2) needs 1×4×4." },
        { to => Gather(Input(), Indices(), Of(to, 1, 4, 1)), "output is 1×4×1; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },

        // Indices of other windows, inputs or ranks.
        { to => Max.ForwardWithIndices(Input(), Of(to, 1, 2, 2), new MaxPool2d(3, 1).CreateIndices(1, 4, 4)), "indices are those of max 1×4×4 → 1×2×2 (k3 s1); this call needs those of max 1×4×4 → 1×2×2 (k2 s2)." },
        { to => Max.ForwardWithIndices(Input(), Of(to, 1, 2, 2), Max.CreateIndices(1, 5, 5)), "indices are those of max 1×5×5 → 1×2×2 (k2 s2); this call needs those of max 1×4×4 → 1×2×2 (k2 s2)." },
        { to => Max.Backward(Gradient(), new MaxPool2d(3, 1).CreateIndices(1, 4, 4), Of(to, 1, 4, 4)), "indices are those of max 1×4×4 → 1×2×2 (k3 s1); this call needs those of max 1×4×4 → 1×2×2 (k2 s2)." },
        { to => Max.Backward(Gradient(), new MaxPool1d(2).CreateIndices(4, 4), Of(to, 1, 4, 4)), "indices are those of max 4×4 → 4×2 (k2 s2), which has 1 spatial axes; MaxPool2d(k2 s2) has 2." },
        { to => Max.Backward(Gradient(), new MaxPool2d(2, dilation: 2, stride: 1).CreateIndices(1, 4, 4), Of(to, 1, 4, 4)), "indices are those of max 1×4×4 → 1×2×2 (k2 s1 d2); this call needs those of max 1×4×4 → 1×2×2 (k2 s2)." },
        { to => Gather(Input(), new MaxPool2d(3, 1).CreateIndices(1, 4, 4), Of(to, 1, 2, 2)), "indices are those of max 1×4×4 → 1×2×2 (k3 s1); this call needs those of max 1×4×4 → 1×2×2 (k2 s2)." },

        // Memory that is shared.
        { to => Max.ForwardWithIndices(Of(to, 1, 4, 4), Of(to, 1, 2, 2), Max.CreateIndices(1, 4, 4)), "output shares memory with input" },
        { to => Max.ForwardWithIndices(Input(), Tensor.Create(to, [1, 2, 2], [0, 0, 1]), Max.CreateIndices(1, 4, 4)), "output has elements that share memory" },
        { to => Max.Backward(Of(to, 1, 2, 2), Indices(), Of(to, 1, 4, 4)), "inputGradient shares memory with gradient" },
        { to => Max.Backward(Gradient(), Indices(), Tensor.Create(to, [1, 4, 4], [0, 0, 1])), "inputGradient has elements that share memory" },
        { to => FromInput(Of(to, 1, 2, 2), Input(), Of(to, 1, 4, 4)), "inputGradient shares memory with gradient" },
        { to => FromInput(Gradient(), Of(to, 1, 4, 4), Of(to, 1, 4, 4)), "inputGradient shares memory with input" },
        { to => FromInput(Gradient(), Input(), Tensor.Create(to, [1, 4, 4], [0, 1, 0])), "inputGradient has elements that share memory" },
        { to => Average.Backward(Of(to, 1, 2, 2), Of(to, 1, 4, 4)), "inputGradient shares memory with gradient" },
        { to => Average.Backward(Gradient(), Tensor.Create(to, [1, 4, 4], [0, 4, 0])), "inputGradient has elements that share memory" },
        { to => Gather(Of(to, 1, 4, 4), Indices(), Of(to, 1, 2, 2)), "output shares memory with source" },
        { to => Up(Of(to, 1, 2, 2), Flat(0, 2, 8, 10), Of(to, 1, 4, 4)), "output shares memory with input" },
        { to => Up(Gradient(), Flat(0, 2, 8, 10), Tensor.Create(to, [1, 4, 4], [0, 0, 1])), "output has elements that share memory" },
        { to => Unpool.Forward(Of(to, 1, 2, 2).AsReadOnlyTensorSpan(), Indices(), Of(to, 1, 4, 4).AsTensorSpan()), "output shares memory with input" },
        { to => Down(Of(to, 1, 4, 4), Flat(0, 2, 8, 10), Of(to, 1, 2, 2)), "inputGradient shares memory with gradient" },
        { to => Unpool.Backward(Input().AsReadOnlyTensorSpan(), Indices(), Tensor.Create(to, [1, 2, 2], [0, 0, 1]).AsTensorSpan()), "inputGradient has elements that share memory" },

        // Unpooling to where there is no place.
        { to => Up(Gradient(), Flat(0, 2, 8, 16), Of(to, 1, 4, 4)), "indices has 16 for value (0, 0, 1, 1); it must be from 0 to 15 (a plane of 4×4), or -1 for nowhere." },
        { to => Up(Gradient(), Flat(0, -2, 99, 1), Of(to, 1, 4, 4)), "indices has -2 for value (0, 0, 0, 1); it must be from 0 to 15 (a plane of 4×4), or -1 for nowhere." },
        { to => Up(Gradient(), Flat(0, 2, long.MaxValue, 1), Of(to, 1, 4, 4)), "indices has 9223372036854775807 for value (0, 0, 1, 0); it must be from 0 to 15 (a plane of 4×4), or -1 for nowhere." },
        { to => Up(Gradient(), Tensor.Create<long>([0, 2, 8], [1, 1, 3]), Of(to, 1, 4, 4)), "indices are for 1×1×3; input is 1×2×2." },
        { to => Up(Gradient(), Flat(0, 2, 8, 10), Of(to, 1, 1, 4, 4)), "output is 1×1×4×4; with input 1×2×2 it must begin with 1 and have 3 axes." },
        { to => Up(Gradient(), Flat(0, 2, 8, 10), Of(to, 2, 2, 4)), "output is 2×2×4; with input 1×2×2 it must begin with 1 and have 3 axes." },
        { to => Up(Of(new float[4], 2, 2), Tensor.Create<long>([0, 1, 2, 3], [2, 2]), Of(to, 4, 4)), "input has 2 axes (2×2); a 2-D layer takes C×H×W or N×C×H×W; add a channel axis: reshape it to 1×2×2." },
        { to => Unpool.Forward(Gradient().AsReadOnlyTensorSpan(), Indices(), Of(to, 1, 2, 4).AsTensorSpan()), "indices has, for value (0, 0, 1, 0), a place outside the output's 2×4; give an output size with room for it." },
        { to => Unpool.Forward(Gradient().AsReadOnlyTensorSpan(), new MaxPool2d(2).CreateIndices(1, 6, 4), Of(to, 1, 4, 4).AsTensorSpan()), "indices are for 1×3×2; input is 1×2×2." },
        { to => Unpool.Forward(Gradient().AsReadOnlyTensorSpan(), new MaxPool1d(2).CreateIndices(1, 2, 4), Of(to, 1, 4, 4).AsTensorSpan()), "indices are those of max 1×2×4 → 1×2×2 (k2 s2), which has 1 spatial axes; MaxUnpool2d(k2 s2) has 2." },
        { to => Down(Input(), Flat(0, 2, 8, 16), Of(to, 1, 2, 2)), "indices has 16 for value (0, 0, 1, 1); it must be from 0 to 15 (a plane of 4×4), or -1 for nowhere." },
        { to => Down(Input(), Flat(0, 2, 8, 10), Of(to, 1, 4, 1)), "indices are for 1×2×2; inputGradient is 1×4×1." },
    };

    public static TheoryData<Func<object>, string> Others => new()
    {
        { () => Max.Backward(Of(new float[9], 1, 3, 3), Indices()), "gradient is 1×3×3; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { () => Max.BackwardFromInput(Of(new float[9], 1, 3, 3), Input()), "gradient is 1×3×3; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { () => Average.Backward(Of(new float[9], 1, 3, 3), [1, 4, 4]), "gradient is 1×3×3; avg 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { () => Average.Backward(Gradient(), [1, 4]), "input has 2 axes (1×4); a 2-D layer takes C×H×W or N×C×H×W" },
        { () => Max.Backward(Tensor.Create(new int[4], [1, 2, 2]), Indices()), "gradients of int32 are not supported; they must be float16, bfloat16, float32 or float64." },
        { () => Max.BackwardFromInput(Tensor.Create(new byte[4], [1, 2, 2]), Tensor.Create(new byte[16], [1, 4, 4])), "gradients of uint8 are not supported; they must be float16, bfloat16, float32 or float64." },
        { () => Average.Backward(Tensor.Create(new long[4], [1, 2, 2]), [1, 4, 4]), "gradients of int64 are not supported; they must be float16, bfloat16, float32 or float64." },
        { () => new GlobalAvgPool1d().Backward(Tensor.Create(new ulong[1], [1, 1]), [1, 4]), "gradients of uint64 are not supported; they must be float16, bfloat16, float32 or float64." },
        { () => Max.ForwardWithIndices(Tensor.Create(new decimal[16], [1, 4, 4])), "element type System.Decimal cannot be pooled;" },
        { () => Max.Gather(Tensor.Create(new bool[16], [1, 4, 4]), Indices()), "element type System.Boolean cannot be pooled;" },
        { () => Unpool.Forward(Tensor.Create(new char[4], [1, 2, 2]), Indices()), "element type System.Char cannot be pooled;" },
        { () => Max.CreateIndices(1, 1, 1 << 17, 1 << 17), "output 1×1×65536×65536 has 4294967296 elements, and indices are for at most 2147483591." },
        { () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), Tensor.Create<long>([0, 2, 8], [1, 1, 3])), "flat is 1×1×3; max 1×4×4 → 1×2×2 (k2 s2) needs 1×2×2." },
        { () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), Flat(0, 2, 8, 9)), "flat has 9 for output (0, 0, 1, 1), which is no tap of its window in max 1×4×4 → 1×2×2 (k2 s2)." },
        { () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), Flat(0, -1, 8, 10)), "flat has -1 for output (0, 0, 0, 1), which is no tap of its window in max 1×4×4 → 1×2×2 (k2 s2)." },
        { () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), Flat(0, 2, 8, 16)), "flat has 16 for output (0, 0, 1, 1), which is no tap of its window in max 1×4×4 → 1×2×2 (k2 s2)." },
        { () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), Flat(long.MinValue, 2, 8, 10)), "flat has -9223372036854775808 for output (0, 0, 0, 0), which is no tap of its window in max 1×4×4 → 1×2×2 (k2 s2)." },
        { () => PoolIndices.FromFlat(new MaxPool2d(2, 1, dilation: 2).Plan(1, 4, 4), Flat(1, 1, 4, 5)), "flat has 1 for output (0, 0, 0, 0), which is no tap of its window in max 1×4×4 → 1×2×2 (k2 s1 d2)." },
        { () => Indices().ToOnnx(2), "storageOrder is 2; it must be 0 (row-major) or 1 (column-major)." },
        { () => Unpool.Forward(Gradient(), Indices(), new Spatial(1, 2, 3)), "outputSize has 3 numbers; a 2-D layer takes 1 or 2." },
        { () => Unpool.Forward(Gradient(), Indices(), new Spatial(4, 0)), "outputSize width is 0; it must be at least 1." },
        { () => Unpool.Forward(Gradient(), Indices(), new Spatial(2, 4)), "indices has, for value (0, 0, 1, 0), a place outside the output's 2×4; give an output size with room for it." },
        { () => Unpool.Backward(Of(new float[8], 1, 2, 4), Indices()), "indices has, for value (0, 0, 1, 0), a place outside the output's 2×4" },
        { () => new MaxUnpool2d(3, 1, 2).OutputShape([1, 1, 4]), "input height 1 would be unpooled to -1 by MaxUnpool2d(k3 s1 p2); the output must be from 1 to 2^60: give an outputSize." },
        { () => Unpool.OutputShape([1, 0, 4]), "input is 1×0×4; only the batch may be empty." },
        { () => Unpool.OutputShape([4]), "input has 1 axes (4); a 2-D layer takes C×H×W or N×C×H×W." },
        { () => new MaxUnpool2d(0), "kernelSize is 0; it must be at least 1 on every axis." },
        { () => new MaxUnpool2d(2, 0), "stride is 0; it must be at least 1 on every axis." },
        { () => new MaxUnpool1d((2, 2)), "kernelSize is 2×2, 2 numbers; a 1-D window takes one number, or 1 (one per axis)." },
        { () => new MaxUnpool2d(2, 2, 2), "padding 2 on axis height is 2; each side may be at most (kernelSize − 1)·dilation = (2 − 1)·1 = 1." },
        { () => new MaxUnpool2d(2, 2, Padding.SameUpper), "padding is " },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Is_refused_before_anything_is_written(Action<float[]> call, string message)
    {
        float[] memory = [.. Enumerable.Repeat(Untouched, 16)];
        RequireRefusal(() => call(memory), message);
        Assert.All(memory, element => Assert.Equal(Untouched, element));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Is_refused_in_one_line(Func<object> act, string message) => RequireRefusal(() => act(), message);

    [Fact]
    public void Refused_calls_leave_indices_as_they_were()
    {
        PoolIndices indices = Indices();
        Tensor<long> before = indices.ToFlat();
        float[] lowered = [.. Enumerable.Range(0, 16).Select(i => (float)i)];
        Assert.Throws<ArgumentException>(() => Max.ForwardWithIndices(Of(lowered, 1, 4, 4), Of(new float[4], 1, 4, 1), indices));
        Assert.Throws<ArgumentException>(() => Max.ForwardWithIndices(Of(lowered, 1, 4, 4), Tensor.Create(new float[4], [1, 2, 2], [0, 0, 1]), indices));
        Assert.Equal(before, indices.ToFlat());
        Max.ForwardWithIndices(Of(lowered, 1, 4, 4), Of(new float[4], 1, 2, 2), indices);
        Assert.Equal([5L, 7, 13, 15], indices.ToFlat());
    }

    [Fact]
    public void Unpooling_into_the_memory_of_its_indices_is_refused()
    {
        long[] memory = [0, 2, 8, 10, .. Enumerable.Repeat(7L, 16)];
        var indices = Tensor.Create(memory, 0, [1, 2, 2], [0, 2, 1]);
        RequireRefusal(() => Unpool.Forward(Tensor.Create<long>([1, 2, 3, 4], [1, 2, 2]).AsReadOnlyTensorSpan(), indices.AsReadOnlyTensorSpan(), Tensor.Create(memory, 2, [1, 4, 4], [0, 4, 1]).AsTensorSpan()), "output shares memory with indices");
        Assert.Equal([0, 2, 8, 10, .. Enumerable.Repeat(7L, 16)], memory);
    }

    [Fact]
    public void Nothing_may_be_null()
    {
        Tensor<float> none = null!;
        PoolIndices no = null!;
        Action[] calls =
        [
            () => Max.ForwardWithIndices(none), () => Max.ForwardWithIndices(Input(), none, Indices()), () => Max.ForwardWithIndices(Input(), Gradient(), no),
            () => Max.Backward(none, Indices()), () => Max.Backward(Gradient(), no), () => Max.Backward(Gradient(), Indices(), none),
            () => Max.BackwardFromInput(none, Input()), () => Max.BackwardFromInput(Gradient(), none), () => Max.Gather(none, Indices()), () => Max.Gather(Input(), no),
            () => Average.Backward(none, [1, 4, 4]), () => Average.Backward(none, Input()), () => Average.Backward(Gradient(), none),
            () => Unpool.Forward(none, Indices()), () => Unpool.Forward(Gradient(), no), () => Unpool.Forward(Gradient(), (Tensor<long>)null!),
            () => Unpool.Backward(none, Indices()), () => Unpool.Backward(Input(), no), () => Unpool.Backward(Input(), (Tensor<long>)null!),
            () => PoolIndices.FromFlat(null!, Flat(0, 2, 8, 10)), () => PoolIndices.FromFlat(Max.Plan(1, 4, 4), null!),
        ];
        for (int i = 0; i < calls.Length; i++)
        {
            Exception? error = Record.Exception(calls[i]);
            Assert.True(error is ArgumentNullException, $"call {i}: {error}");
        }
    }

    private static void RequireRefusal(Action act, string message)
    {
        Exception error = Assert.ThrowsAny<Exception>(act);
        Assert.True(error is ArgumentException or NotSupportedException, error.ToString());
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static Tensor<float> Of(float[] memory, params nint[] shape) => Tensor.Create(memory, 0, shape, []);

    private static Tensor<float> Input() => Of([.. Enumerable.Range(0, 16).Select(i => (float)-i)], 1, 4, 4);

    private static Tensor<float> Gradient() => Of([1, 2, 3, 4], 1, 2, 2);

    private static PoolIndices Indices() => Max.ForwardWithIndices(Input()).Indices;

    private static Tensor<long> Flat(params long[] indices) => Tensor.Create(indices, [1, 2, 2]);

    private static void FromInput(Tensor<float> gradient, Tensor<float> input, Tensor<float> to) => Max.BackwardFromInput(gradient.AsReadOnlyTensorSpan(), input.AsReadOnlyTensorSpan(), to.AsTensorSpan());

    private static void Gather(Tensor<float> source, PoolIndices indices, Tensor<float> to) => Max.Gather(source.AsReadOnlyTensorSpan(), indices, to.AsTensorSpan());

    private static void Up(Tensor<float> values, Tensor<long> indices, Tensor<float> to) => Unpool.Forward(values.AsReadOnlyTensorSpan(), indices.AsReadOnlyTensorSpan(), to.AsTensorSpan());

    private static void Down(Tensor<float> gradient, Tensor<long> indices, Tensor<float> to) => Unpool.Backward(gradient.AsReadOnlyTensorSpan(), indices.AsReadOnlyTensorSpan(), to.AsTensorSpan());
}
