using System.Text;

namespace Cenote.Benchmarks.Peers;

/// <summary>Protocol buffers, as much of them as a model of one node needs: numbers, bytes, text and messages.</summary>
internal sealed class WireWriter
{
    private const int VarintType = 0, LengthType = 2;

    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public WireWriter Number(int field, long value)
    {
        Varint((ulong)((field << 3) | VarintType));
        Varint((ulong)value);
        return this;
    }

    public WireWriter Numbers(int field, IEnumerable<long> values)
    {
        foreach (long value in values) Number(field, value);
        return this;
    }

    public WireWriter Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public WireWriter Message(int field, Action<WireWriter> write)
    {
        var inner = new WireWriter();
        write(inner);
        return Bytes(field, inner.ToArray());
    }

    private WireWriter Bytes(int field, byte[] bytes)
    {
        Varint((ulong)((field << 3) | LengthType));
        Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
