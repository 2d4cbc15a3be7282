using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Cenote.Cli;

/// <summary>NumPy's npy files, versions 1 to 3, from and to any stream.</summary>
internal static class NpyFile
{
    private const int Chunk = 1 << 22;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads one array; whatever follows it is left in the stream.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="stream">The file, or a pipe.</param>
    /// <param name="cancellation">Ends the reading of a large array.</param>
    /// <param name="takesBooleans">Whether booleans are read, as bytes of 0 and 1.</param>
    /// <exception cref="UserError">The file is damaged, or cannot be pooled.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ArrayData Read(string name, Stream stream, CancellationToken cancellation, bool takesBooleans = false)
    {
        Span<byte> start = stackalloc byte[12];
        int read = stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (!start[..read].StartsWith(Magic)) throw new UserError($"{name}: no npy file (it does not begin with the magic bytes of one).");
        if (read < 10) throw Truncated(name, "header");
        int version = start[6];
        if (version is < 1 or > 3) throw new UserError($"{name}: npy version {version}; it must be 1, 2 or 3.");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (version > 1)
        {
            if (stream.ReadAtLeast(start[10..12], 2, throwOnEndOfStream: false) < 2) throw Truncated(name, "header");
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }

        // numpy itself refuses headers over 10,000 bytes; a shape never needs this much.
        if (length > 1 << 20) throw new UserError($"{name}: the npy header claims {length} bytes; at most {1 << 20} are read.");
        var text = new byte[length];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length) throw Truncated(name, "header");
        NpyHeader header = NpyHeader.Parse(name, (version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text), takesBooleans);
        Int128 bytes = header.Format.Size;
        foreach (nint axis in header.Shape)
        {
            bytes *= axis;
            if (bytes > long.MaxValue) throw new UserError($"{name}: the npy shape {ArrayData.Text(header.Shape)} has more bytes than 2^63 − 1.");
        }

        if (stream.CanSeek && stream.Length - stream.Position < bytes) throw Truncated(name, $"data: shape {ArrayData.Text(header.Shape)} needs {bytes} bytes, and {stream.Length - stream.Position} follow the header");
        var array = new ArrayData(name, header.Format, header.Shape, header.IsFortran, header.IsBigEndian);
        try
        {
            foreach (ChunkOf part in Chunks(array, cancellation))
            {
                Span<byte> span = part.Span;
                if (stream.ReadAtLeast(span, span.Length, throwOnEndOfStream: false) < span.Length) throw Truncated(name, "data");
                if (array.IsBigEndian) Swap(span, array.Format.Size);
            }

            return array;
        }
        catch
        {
            array.Dispose();
            throw;
        }
    }

    /// <summary>Writes one array in its own byte and memory order.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Write(ArrayData array, Stream stream, CancellationToken cancellation)
    {
        stream.Write(new NpyHeader(array.Format, array.IsBigEndian, array.IsFortran, array.Shape).ToBytes());
        byte[] swapped = array.IsBigEndian ? new byte[Math.Min(Chunk, array.Bytes)] : [];
        foreach (ChunkOf part in Chunks(array, cancellation))
        {
            Span<byte> span = part.Span;
            if (array.IsBigEndian)
            {
                span.CopyTo(swapped);
                span = swapped.AsSpan(0, span.Length);
                Swap(span, array.Format.Size);
            }

            stream.Write(span);
        }
    }

    private static IEnumerable<ChunkOf> Chunks(ArrayData array, CancellationToken cancellation)
    {
        for (long at = 0; at < array.Bytes; at += Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new(array, at, (int)Math.Min(Chunk, array.Bytes - at));
        }
    }

    private static void Swap(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<byte, ushort>(bytes)); break;
            case 4: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(bytes), MemoryMarshal.Cast<byte, uint>(bytes)); break;
            case 8: BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ulong>(bytes), MemoryMarshal.Cast<byte, ulong>(bytes)); break;
        }
    }

    private static UserError Truncated(string name, string part) => new($"{name}: the npy file ends inside its {part}.");

    private readonly record struct ChunkOf(ArrayData Array, long Start, int Length)
    {
        public Span<byte> Span => Array.Slice(Start, Length);
    }
}
