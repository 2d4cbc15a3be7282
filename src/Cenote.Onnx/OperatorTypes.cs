using static Onnx.TensorProto.Types;

namespace Cenote.Onnx;

/// <summary>Which element types ONNX's operators take.</summary>
internal static class OperatorTypes
{
    /// <summary>ONNX's name of an element type.</summary>
    /// <exception cref="NotSupportedException">Layers have no such type.</exception>
    public static DataType Of<T>()
        where T : unmanaged => default(T) switch
        {
            float => DataType.Float,
            double => DataType.Double,
            Half => DataType.Float16,
            BFloat16 => DataType.Bfloat16,
            sbyte => DataType.Int8,
            byte => DataType.Uint8,
            short => DataType.Int16,
            ushort => DataType.Uint16,
            int => DataType.Int32,
            uint => DataType.Uint32,
            long => DataType.Int64,
            ulong => DataType.Uint64,
            _ => throw new NotSupportedException($"element type {typeof(T)} cannot be pooled."),
        };

    /// <exception cref="NotSupportedException">The operator does not take the type at this opset.</exception>
    public static void Require(string @operator, DataType type, int opset)
    {
        if (Takes(@operator, type, opset)) return;
        string floats = opset >= BFloat16Since(@operator) ? "float16, bfloat16, float and double" : "float16, float and double";
        throw new NotSupportedException($"ONNX's {@operator} at opset {opset} takes {floats}, not {type.ToString().ToLowerInvariant()}.");
    }

    private static bool Takes(string @operator, DataType type, int opset) => (@operator, type) switch
    {
        // They move elements, or change their type.
        ("Identity" or "Gather" or "Pad" or "Cast", _) => true,
        (_, DataType.Float or DataType.Double or DataType.Float16) => true,
        (_, DataType.Bfloat16) => opset >= BFloat16Since(@operator),
        ("MaxPool" or "ReduceMax" or "Max", DataType.Int8 or DataType.Uint8) => opset >= 12,
        ("ReduceMax", DataType.Int32 or DataType.Uint32 or DataType.Int64 or DataType.Uint64) => true,
        _ => false,
    };

    private static int BFloat16Since(string @operator) => @operator.EndsWith("Pool", StringComparison.Ordinal) || @operator is "MaxUnpool" or "RoiAlign" ? 22 : 13;
}
