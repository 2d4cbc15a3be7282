using System.Buffers.Binary;
using SkiaSharp;

namespace Cenote.Cli;

/// <summary>The orientation in a PNG's eXIf chunk, which the decoder does not look for.</summary>
internal static class PngOrientation
{
    private const int Tag = 0x0112, Short = 3;

    /// <summary>Walks the chunks: length, type, content, checksum. What is damaged has no orientation.</summary>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> png)
    {
        for (png = png[8..]; png.Length >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(png);
            if (length > png.Length - 12) break;
            if (png[4..8].SequenceEqual("eXIf"u8)) return OfExif(png.Slice(8, (int)length));
            png = png[(12 + (int)length)..];
        }

        return SKEncodedOrigin.Default;
    }

    /// <summary>Exif is a TIFF: byte order, 42, where the directory begins; there, a count and entries of tag, type, count and value.</summary>
    private static SKEncodedOrigin OfExif(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return SKEncodedOrigin.Default;
        bool little = tiff[0] == 'I';
        uint start = UInt32(tiff[4..]);
        if (start > tiff.Length - 2) return SKEncodedOrigin.Default;
        ReadOnlySpan<byte> entries = tiff[(int)start..];
        int count = UInt16(entries);
        for (entries = entries[2..]; count > 0 && entries.Length >= 12; entries = entries[12..], count--)
        {
            if (UInt16(entries) == Tag && UInt16(entries[2..]) == Short && UInt16(entries[8..]) is >= 1 and <= 8 and var origin) return (SKEncodedOrigin)origin;
        }

        return SKEncodedOrigin.Default;

        ushort UInt16(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
        uint UInt32(ReadOnlySpan<byte> at) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
    }
}
