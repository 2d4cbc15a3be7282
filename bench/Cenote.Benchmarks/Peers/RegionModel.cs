using Google.Protobuf;
using Onnx;

namespace Cenote.Benchmarks.Peers;

/// <summary>A row of regions as an ONNX model of one node.</summary>
internal static class RegionModel
{
    // Where half_pixel came in.
    private const int Opset = 16;

    public static byte[] Of(Job job)
    {
        var node = new NodeProto
        {
            OpType = "RoiAlign",
            Input = { "x", "rois", "batch_indices" },
            Output = { "y" },
            Attribute = { Whole("output_height", job.Row.Kernel), Whole("output_width", job.Row.Kernel), Whole("sampling_ratio", 2) },
        };
        int type = job.Element.Name switch
        {
            "float32" => (int)TensorProto.Types.DataType.Float,
            "float64" => (int)TensorProto.Types.DataType.Double,
            _ => throw new NotSupportedException($"regions of {job.Element.Name}"),
        };
        var graph = new GraphProto
        {
            Name = "regions",
            Node = { node },
            Input = { Value("x", type, job.Row.Shape), Value("rois", type, [job.OutputShape[0], 4]), Value("batch_indices", (int)TensorProto.Types.DataType.Int64, [job.OutputShape[0]]) },
            Output = { Value("y", type, job.OutputShape) },
        };
        return new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = Opset } }, Graph = graph }.ToByteArray();
    }

    private static AttributeProto Whole(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static ValueInfoProto Value(string name, int type, long[] shape)
    {
        var lengths = new TensorShapeProto();
        foreach (long length in shape) lengths.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = lengths } } };
    }
}
