using System.Buffers;
using System.Numerics.Tensors;
using Cenote.Onnx;
using static Onnx.TensorProto.Types;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>Runs one pooling node.</summary>
internal static class OnnxCall
{
    public static OnnxTensor[] Run<T>(PoolNode node, OnnxTensor[] inputs)
        where T : unmanaged
    {
        DataType type = inputs[0].Type;
        Tensor<T> input = inputs[0].ToTensor<T>();
        Layer layer = node.ToLayer(inputs[0].Shape.Length - 2);
        if (layer is RoiPool regions) return [OnnxTensor.Of(type, inputs.Length > 2 ? regions.Forward(input, inputs[1].ToTensor<T>(), inputs[2].Elements<long>()) : regions.Forward(input, inputs[1].ToTensor<T>()))];
        if (layer is MaxUnpool unpool) return [OnnxTensor.Of(type, Unpool(unpool, input, inputs[1], inputs.Length > 2 ? inputs[2].Elements<long>() : null))];
        if (!node.GivesIndices) return [OnnxTensor.Of(type, ((PoolLayer)layer).Forward(input))];
        (Tensor<T> values, PoolIndices indices) = ((IndexedPool)layer).ForwardWithIndices(input);
        return [OnnxTensor.Of(type, values), OnnxTensor.Of(DataType.Int64, indices.ToOnnx(node.StorageOrder))];
    }

    /// <summary>
    /// ONNX's indices count through the whole unpooled tensor, ours through a plane of it. Where <paramref name="outputShape"/> is given, ONNX's own test
    /// (test_maxunpool_export_with_output_shape) takes the indices as those of the shape that it would infer without it, and puts the result into the corner of a
    /// tensor of the shape that is given. (The other reading, that the indices are those of the given shape, contradicts that test.)
    /// </summary>
    private static Tensor<T> Unpool<T>(MaxUnpool layer, Tensor<T> values, OnnxTensor indices, long[]? outputShape)
        where T : unmanaged
    {
        nint[] inferred = layer.OutputShape(values.Lengths);
        long plane = inferred[2..].Aggregate(1L, (product, length) => product * length);
        long perPlane = values.Lengths[2..].ToArray().Aggregate(1L, (product, length) => product * length);
        Tensor<long> flat = Tensor.Create([.. indices.Elements<long>().Select((index, i) => index - i / perPlane * plane)], values.Lengths);
        if (outputShape is null) return layer.Forward(values, flat);
        Tensor<T> output = Tensor.CreateFromShape<T>([.. outputShape.Select(length => (nint)length)]);
        TensorSpan<T> corner = output.AsTensorSpan().Slice([.. inferred.Select(length => new NRange(0, length))]);
        layer.Forward(values.AsReadOnlyTensorSpan(), flat.AsReadOnlyTensorSpan(), corner);
        return output;
    }
}
