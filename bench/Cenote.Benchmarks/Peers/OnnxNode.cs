using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Peers;

/// <summary>An ONNX model of one node, <c>x</c> to <c>y</c>, as bytes. The numbers are the fields of onnx.proto.</summary>
internal static class OnnxNode
{
    private const int IrVersion = 7, OpsetVersion = 12;
    private const int AttributeInt = 2, AttributeInts = 7;

    public static byte[] Model(Job job, int elementType) => new WireWriter()
        .Number(1, IrVersion)
        .Message(7, graph => graph
            .Message(1, node => Node(node, job.Row))
            .Text(2, "pool")
            .Message(11, value => Value(value, "x", elementType, job.Row.Shape))
            .Message(12, value => Value(value, "y", elementType, job.OutputShape)))
        .Message(8, opset => opset.Text(1, "").Number(2, OpsetVersion))
        .ToArray();

    private static void Node(WireWriter node, Row row)
    {
        node.Text(1, "x").Text(2, "y").Text(4, row.Operator switch
        {
            Operator.Max => "MaxPool",
            Operator.Average => "AveragePool",
            Operator.GlobalMax => "GlobalMaxPool",
            Operator.Norm => "LpPool",
            Operator.GlobalNorm => "GlobalLpPool",
            _ => "GlobalAveragePool",
        });
        if (row.IsGlobal) return;
        Integers(node, "kernel_shape", row.Kernels);
        Integers(node, "strides", row.Strides);
        Integers(node, "pads", [.. row.Paddings, .. row.Paddings]);
        if (row.IsMax) Integers(node, "dilations", row.Dilations);
        else if (row.Operator == Operator.Average) node.Message(5, attribute => attribute.Text(1, "count_include_pad").Number(3, 1).Number(20, AttributeInt));
    }

    private static void Integers(WireWriter node, string name, long[] values) =>
        node.Message(5, attribute => attribute.Text(1, name).Numbers(8, values).Number(20, AttributeInts));

    private static void Value(WireWriter value, string name, int elementType, long[] shape) => value
        .Text(1, name)
        .Message(2, type => type
            .Message(1, tensor => tensor
                .Number(1, elementType)
                .Message(2, sizes => Array.ForEach(shape, length => sizes.Message(1, size => size.Number(1, length))))));
}
