using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using SkiaSharp;

namespace Cenote.Cli.Tests;

/// <summary>Picture files to and from samples.</summary>
internal static class Pictures
{
    public static byte[] Png(Picture picture) => Encoded(picture, ".png");

    /// <summary>A file of the format that the extension names; lossless where the format can be.</summary>
    public static byte[] Encoded(Picture picture, string extension)
    {
        if (extension == ".bmp") return Bmp(picture);
        bool grey = picture.Channels == 1 && extension != ".webp";
        byte[] samples = grey ? picture.Samples : [.. picture.Samples.Chunk(picture.Channels).SelectMany(Rgba)];
        var info = new SKImageInfo(picture.Width, picture.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, picture.Channels == 4 ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        return Encode(info, samples, pixmap => extension switch
        {
            ".png" => pixmap.Encode(SKPngEncoderOptions.Default),
            ".webp" => pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100)),
            _ => pixmap.Encode(new SKJpegEncoderOptions(90)),
        });
    }

    /// <summary>The stored samples, as they are before any orientation; grey, RGB or RGBA as the file says.</summary>
    public static Picture Decode(byte[] file)
    {
        using SKCodec codec = Codec(file);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, codec.Info.ColorSpace);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(info, out byte[] samples));
        int channels = codec.Info.ColorType == SKColorType.Gray8 ? 1 : codec.Info.AlphaType == SKAlphaType.Opaque ? 3 : 4;
        return new(info.Width, info.Height, channels, [.. samples.Chunk(4).SelectMany(pixel => pixel[..channels])]);
    }

    public static (int Width, int Height) Size(byte[] file)
    {
        using SKCodec codec = Codec(file);
        return (codec.Info.Width, codec.Info.Height);
    }

    public static bool IsPng(byte[] file) => file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, .. "PNG"u8]);

    /// <summary>The colour type in a PNG's header: 0 grey, 2 RGB, 6 RGBA.</summary>
    public static byte PngColour(byte[] png) => png[25];

    /// <summary>A PNG of 16 bits per channel.</summary>
    public static byte[] DeepPng()
    {
        var info = new SKImageInfo(1, 1, SKColorType.Rgba16161616, SKAlphaType.Unpremul);
        byte[] png = Encode(info, [0, 0, 1, 0, 2, 0, 255, 255], pixmap => pixmap.Encode(SKPngEncoderOptions.Default));
        Assert.Equal(16, png[24]);
        return png;
    }

    /// <summary>Exif data of an orientation, 1 to 8.</summary>
    public static byte[] Exif(byte orientation) =>
    [
        .. "MM"u8, 0, 42, 0, 0, 0, 8, // big-endian; the directory begins at byte 8
        0, 1, // one entry:
        0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, // orientation, one short
        0, 0, 0, 0, // no further directory
    ];

    /// <summary>A JPEG with an orientation, 1 to 8, in an Exif segment behind its first two bytes.</summary>
    public static byte[] Oriented(byte[] jpeg, byte orientation)
    {
        byte[] content = [.. "Exif\0\0"u8, .. Exif(orientation)];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(content.Length + 2), .. content, .. jpeg[2..]];
    }

    /// <summary>A PNG with one more chunk, behind its header.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        byte[] length = new byte[4], checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Checksum(body));
        return [.. png[..33], .. length, .. body, .. checksum, .. png[33..]];
    }

    /// <summary>CRC-32.</summary>
    private static uint Checksum(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }

    /// <summary>24 bits per pixel, the lowest row first, rows filled up to a multiple of 4 bytes.</summary>
    private static byte[] Bmp(Picture picture)
    {
        var rows = Enumerable.Range(0, picture.Height).Reverse().SelectMany(y => Row(y));
        byte[] file = [.. "BM"u8, .. new byte[52], .. rows];
        foreach (var (at, value) in ((int, int)[])[(2, file.Length), (10, 54), (14, 40), (18, picture.Width), (22, picture.Height), (26, 1 | 24 << 16)])
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        return file;

        IEnumerable<byte> Row(int y) => Enumerable.Range(0, picture.Width).SelectMany(x => picture.Pixel(x, y).Reverse()).Concat(new byte[(4 - picture.Width * 3 % 4) % 4]);
    }

    private static byte[] Rgba(byte[] pixel) => pixel.Length switch
    {
        1 => [pixel[0], pixel[0], pixel[0], 255],
        3 => [.. pixel, 255],
        _ => pixel,
    };

    private static byte[] Encode(SKImageInfo info, byte[] samples, Func<SKPixmap, SKData?> encode)
    {
        GCHandle pinned = GCHandle.Alloc(samples, GCHandleType.Pinned);
        using var pixmap = new SKPixmap(info, pinned.AddrOfPinnedObject());
        using SKData? data = encode(pixmap);
        pinned.Free();
        return data?.ToArray() ?? throw new InvalidOperationException("no encoder");
    }

    private static SKCodec Codec(byte[] file)
    {
        using SKData data = SKData.CreateCopy(file);
        return SKCodec.Create(data) ?? throw new InvalidDataException("no picture");
    }
}
