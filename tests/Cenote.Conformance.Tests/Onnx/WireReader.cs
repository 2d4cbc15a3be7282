using System.Buffers.Binary;
using System.Text;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>Reads the fields of one protobuf message, one after another; the caller takes each value or lets it pass.</summary>
internal sealed class WireReader(ReadOnlyMemory<byte> message)
{
    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    private ReadOnlyMemory<byte> _rest = message;
    private WireType _type;
    private ulong _number;

    /// <summary>The number of the field that <see cref="Next"/> stopped at.</summary>
    public int Field { get; private set; }

    /// <summary>The field's content, where it has a length: text, packed numbers or a message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public long Integer => (long)_number;

    public float Single => BitConverter.UInt32BitsToSingle((uint)_number);

    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        ulong tag = Varint();
        Field = (int)(tag >> 3);
        _type = (WireType)(tag & 7);
        (Bytes, _number) = _type switch
        {
            WireType.Varint => (default, Varint()),
            WireType.Fixed64 => (default, BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span)),
            WireType.Fixed32 => (default, BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span)),
            WireType.Bytes => (Take(checked((int)Varint())), 0UL),
            _ => throw new InvalidDataException($"field {Field} has wire type {(int)_type}, which protobuf 3 does not write."),
        };
        return true;
    }

    /// <summary>The integers of a repeated field, which may come packed or one per field.</summary>
    public IEnumerable<long> Integers()
    {
        if (_type != WireType.Bytes) return [Integer];
        var packed = new WireReader(Bytes);
        var values = new List<long>();
        while (!packed._rest.IsEmpty) values.Add((long)packed.Varint());
        return values;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number of more than 64 bits.");
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        ReadOnlyMemory<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
