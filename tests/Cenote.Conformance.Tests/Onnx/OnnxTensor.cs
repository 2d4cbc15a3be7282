using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>ONNX's TensorProto: a type, a shape, and row-major little-endian elements.</summary>
internal sealed record OnnxTensor(OnnxType Type, long[] Shape, ReadOnlyMemory<byte> Data, string Name = "")
{
    public static OnnxTensor Read(ReadOnlyMemory<byte> message)
    {
        var shape = new List<long>();
        var type = OnnxType.Undefined;
        string name = string.Empty;
        ReadOnlyMemory<byte> data = default;
        var integers = new List<long>();
        for (var reader = new WireReader(message); reader.Next();)
        {
            switch (reader.Field)
            {
                case 1: shape.AddRange(reader.Integers()); break;
                case 2: type = (OnnxType)reader.Integer; break;
                case 4 or 10: data = reader.Bytes; break; // packed floats and doubles lie as raw data does
                case 5 or 7: integers.AddRange(reader.Integers()); break;
                case 8: name = reader.Text; break;
                case 9: data = reader.Bytes; break;
            }
        }

        if (integers.Count > 0) data = Narrow(type, integers);
        return new(type, [.. shape], data, name);
    }

    public T[] Elements<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Data.Span).ToArray();

    /// <summary>The elements of a tensor in row-major order of its axes.</summary>
    public static OnnxTensor Of<T>(OnnxType type, Tensor<T> tensor)
        where T : unmanaged
    {
        var data = new T[tensor.FlattenedLength];
        if (data.Length > 0) tensor.FlattenTo(data);
        return new(type, [.. tensor.Lengths.ToArray().Select(length => (long)length)], MemoryMarshal.AsBytes<T>(data).ToArray());
    }

    public Tensor<T> ToTensor<T>()
        where T : unmanaged => Tensor.Create(Elements<T>(), [.. Shape.Select(length => (nint)length)]);

    // The integer fields widen small types, and hold the bits of the 16-bit floats.
    private static byte[] Narrow(OnnxType type, List<long> values) => [.. values.SelectMany(value => BitConverter.GetBytes(value).Take(type switch
    {
        OnnxType.Byte or OnnxType.SByte => 1,
        OnnxType.Half or OnnxType.BFloat16 => 2,
        OnnxType.Int32 => 4,
        _ => 8,
    }))];
}

internal enum OnnxType
{
    Undefined = 0,
    Single = 1,
    Byte = 2,
    SByte = 3,
    Int32 = 6,
    Int64 = 7,
    Half = 10,
    Double = 11,
    BFloat16 = 16,
}
