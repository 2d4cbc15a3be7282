using Cenote.Conformance.Tests.Onnx;
using Cenote.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;

namespace Cenote.Conformance.Tests;

/// <summary>What docs/conventions.md says of ONNX Runtime, by the version that the tests are built with: where one of these fails, the page is out of date.</summary>
public class OnnxRuntimeDifferenceTests
{
    private const float Infinity = float.PositiveInfinity;

    public OnnxRuntimeDifferenceTests() => Assert.SkipWhen(RuntimeSession.Missing is not null, RuntimeSession.Missing ?? "");

    [Theory]
    [InlineData(new[] { float.NaN, 2, 3 }, 3, float.NaN)]
    [InlineData(new[] { 1, float.NaN, 3 }, 3, 3)]
    [InlineData(new[] { 1, 2, float.NaN }, 2, 2)]
    public void A_NaN_wins_where_it_comes_first_and_indices_are_asked_for(float[] input, float maximum, float maximumWithIndices)
    {
        Assert.Equal([maximum], Run(new MaxPool1d(3), input));
        Assert.Equal([maximumWithIndices], RuntimeSession.Run(OnnxPool.Write<float>(new MaxPool1d(3), [1, 1, 3], withIndices: true), input, [1, 1, 3]).Values);
    }

    [Fact]
    public void The_maximum_of_nothing_or_of_infinities_is_the_lowest_number()
    {
        Assert.Equal([float.MinValue], Run(new MaxPool1d(2, 1, 1, 2), [5]));
        Assert.Equal([float.MinValue], Run(new MaxPool1d(2), [-Infinity, -Infinity]));
        Assert.Equal([-Infinity], RuntimeSession.Run(OnnxPool.Write<float>(new MaxPool1d(2), [1, 1, 2], withIndices: true), [-Infinity, -Infinity], [1, 1, 2]).Values);
        Assert.Equal([0f], Run(new AvgPool1d(2, 1, 1, countIncludePad: false, dilation: 2), [5]));
    }

    [Fact]
    public void Without_padding_ceil_mode_keeps_its_last_window()
    {
        Assert.Equal([3f, 4], Run(new MaxPool1d(3, 2, ceilMode: true), [1, 2, 3, 4], "VALID"));
        Assert.Equal([2f, 3.5f], Run(new AvgPool1d(3, 2, ceilMode: true), [1, 2, 3, 4], "VALID"));
    }

    [Fact]
    public void Rules_of_padding_are_ours_but_for_dilation_and_wide_strides()
    {
        Assert.Equal([2f, 4, 5], Run(new MaxPool1d(2), [1, 2, 3, 4, 5], "SAME_UPPER"));
        Assert.Equal([1f, 3, 5], Run(new MaxPool1d(2), [1, 2, 3, 4, 5], "SAME_LOWER"));
        Assert.Equal([1f, 3, 5], Run(new MaxPool1d(2, ceilMode: true), [1, 2, 3, 4, 5], "SAME_LOWER"));
        Assert.Equal([2f, 3, 2], Run(new AvgPool1d(3, 1), [3, 3, 3], "SAME_UPPER"));
        // ONNX has three outputs.
        Assert.Equal([4f, 3], Run(new MaxPool1d(2, dilation: 3), [1, 2, 3, 4, 5], "SAME_UPPER"));
        Assert.Contains("non-negative", Assert.Throws<OnnxRuntimeException>(() => Run(new MaxPool1d(1, 3), [1, 2, 3, 4, 5], "SAME_UPPER")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_wins_over_numbers() => Assert.Equal([3f, 5], Run(new MaxPool1d(3, 2, 1), [1, 2, 3, 4, 5], "VALID", keepPads: true));

    [Fact]
    public void Padding_is_smaller_than_the_kernel() =>
        Assert.Contains("smaller than kernel", Assert.Throws<OnnxRuntimeException>(() => Run(new MaxPool1d(2, 1, 2, 2), [1, 2, 3, 4, 5])).Message, StringComparison.Ordinal);

    [Fact]
    public void Global_norms_are_missing_at_opset_22() =>
        Assert.Contains("GlobalLpPool(22)", Assert.Throws<OnnxRuntimeException>(() => RuntimeSession.Run(OnnxPool.Write<float>(new GlobalLpPool1d(3), [1, 1, 2], 22), [1f, 2], [1, 1, 2])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(10)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(21)]
    public void An_overhang_is_not_counted_at_any_opset(int opset)
    {
        Assert.Equal([2.5f, 4.5f], Run(new AvgPool1d(4, 3, ceilMode: true), [1, 2, 3, 4, 5], opset: opset));
        Assert.Equal([1f, 3], Run(new MaxPool1d(1, 2, ceilMode: true), [1, 2, 3, 4], opset: opset));
    }

    [Fact]
    public void A_norm_in_ceil_mode_is_over_the_taps_there_are() => Assert.Equal([6f, 7], Run(new LpPool1d(1, 3, 2, ceilMode: true) { TrueNorm = true }, [1, 2, 3, 4]));

    private static float[] Run(PoolLayer layer, float[] input, string? rule = null, bool keepPads = false, int? opset = null)
    {
        nint[] shape = [1, 1, input.Length];
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxPool.Write<float>(layer, shape, opset));
        if (rule is not null)
        {
            NodeProto node = model.Graph.Node.Single();
            if (!keepPads && node.Attribute.FirstOrDefault(attribute => attribute.Name == "pads") is { } pads) node.Attribute.Remove(pads);
            node.Attribute.Add(new AttributeProto { Name = "auto_pad", Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(rule) });
            model.Graph.Output[0].Type.TensorType.Shape = null;
        }

        return RuntimeSession.Run(model.ToByteArray(), input, shape).Values;
    }
}
