using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Onnx;
using static Onnx.TensorProto.Types;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>A type, a shape, and row-major little-endian elements.</summary>
internal sealed record OnnxTensor(DataType Type, long[] Shape, ReadOnlyMemory<byte> Data)
{
    public static OnnxTensor Read(byte[] message) => Of(TensorProto.Parser.ParseFrom(message));

    public static OnnxTensor Of(TensorProto tensor)
    {
        var type = (DataType)tensor.DataType;
        byte[] data = tensor.RawData.Length > 0 ? tensor.RawData.ToByteArray()
            : tensor.FloatData.Count > 0 ? MemoryMarshal.AsBytes<float>([.. tensor.FloatData]).ToArray()
            : tensor.DoubleData.Count > 0 ? MemoryMarshal.AsBytes<double>([.. tensor.DoubleData]).ToArray()
            // The integer fields widen small types, and hold the bits of the 16-bit floats.
            : [.. tensor.Int64Data.Concat(tensor.Int32Data.Select(value => (long)value)).SelectMany(value => BitConverter.GetBytes(value).Take(Size(type)))];
        return new(type, [.. tensor.Dims], data);
    }

    public T[] Elements<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Data.Span).ToArray();

    /// <summary>The elements of a tensor in row-major order of its axes.</summary>
    public static OnnxTensor Of<T>(DataType type, Tensor<T> tensor)
        where T : unmanaged
    {
        var data = new T[tensor.FlattenedLength];
        if (data.Length > 0) tensor.FlattenTo(data);
        return new(type, [.. tensor.Lengths.ToArray().Select(length => (long)length)], MemoryMarshal.AsBytes<T>(data).ToArray());
    }

    public Tensor<T> ToTensor<T>()
        where T : unmanaged => Tensor.Create(Elements<T>(), [.. Shape.Select(length => (nint)length)]);

    private static int Size(DataType type) => type switch
    {
        DataType.Uint8 or DataType.Int8 => 1,
        DataType.Float16 or DataType.Bfloat16 => 2,
        DataType.Float or DataType.Int32 => 4,
        _ => 8,
    };
}
