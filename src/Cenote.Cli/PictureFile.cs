using SkiaSharp;

namespace Cenote.Cli;

/// <summary>Pictures as arrays of height × width × channels bytes: 1 channel for grey, 3 for RGB, 4 for RGBA with alpha not multiplied in.</summary>
internal static unsafe class PictureFile
{
    private const int JpegQuality = 95;

    /// <exception cref="UserError">The file is no picture of 8 bits per channel, or ends early.</exception>
    public static ArrayData Read(string name, Stream stream)
    {
        using SKData data = SKData.Create(stream) ?? throw new UserError($"{name}: no picture (the file is empty).");
        if (data.Size == 0) throw new UserError($"{name}: no picture (the file is empty).");
        using SKCodec codec = SKCodec.Create(data) ?? throw new UserError($"{name}: neither an npy file nor a picture that can be read (PNG, JPEG, WebP or BMP).");
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp))
            throw new UserError($"{name}: a {codec.EncodedFormat} picture; it must be PNG, JPEG, WebP or BMP.");
        // Byte 24 of a PNG is the depth in its header chunk.
        if (codec.EncodedFormat == SKEncodedImageFormat.Png && data.AsSpan() is { Length: > 24 } bytes && bytes[24] == 16)
            throw new UserError($"{name}: a PNG of 16 bits per channel; pictures are pooled as bytes, and halving the depth would lose what you have. Save it as a uint16 npy array.");
        if (codec.FrameCount > 1) throw new UserError($"{name}: a moving picture of {codec.FrameCount} frames; it must be a still one.");

        SKImageInfo info = codec.Info;
        bool grey = info.ColorType == SKColorType.Gray8;
        int channels = grey ? 1 : info.AlphaType == SKAlphaType.Opaque ? 3 : 4;
        var decoded = new SKImageInfo(info.Width, info.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, grey ? SKAlphaType.Opaque : SKAlphaType.Unpremul, info.ColorSpace);
        using var pixels = new ArrayData(name, ElementFormat.Byte, [info.Height, info.Width, decoded.BytesPerPixel]);
        SKCodecResult result = codec.GetPixels(decoded, (nint)pixels.Pointer);
        if (result != SKCodecResult.Success)
            throw new UserError($"{name}: a damaged picture ({(result == SKCodecResult.IncompleteInput ? "the file ends early" : result.ToString())}).");

        SKEncodedOrigin origin = codec.EncodedFormat == SKEncodedImageFormat.Png ? PngOrientation.Of(data.AsSpan()) : codec.EncodedOrigin;
        bool swapped = origin >= SKEncodedOrigin.LeftTop;
        var picture = new ArrayData(name, ElementFormat.Byte, swapped ? [info.Width, info.Height, channels] : [info.Height, info.Width, channels]) { Profile = info.ColorSpace };
        Orient(pixels, picture, origin);
        return picture;
    }

    /// <summary>Encodes a picture in the format that the path's extension names.</summary>
    /// <exception cref="UserError">The format cannot hold it.</exception>
    public static SKData Encode(string path, ArrayData picture)
    {
        PictureFormat format = PictureFormat.Of(path)!;
        int height = (int)picture.Shape[0], width = (int)picture.Shape[1], channels = (int)picture.Shape[2];
        if (format == PictureFormat.WebP && channels == 4 && HidesColour(picture))
            throw new UserError($"{path}: a WebP loses the colour of fully transparent pixels, and the picture has such; write a .png or .npy.");
        bool grey = channels == 1 && format != PictureFormat.WebP;
        using var pixels = new ArrayData(path, ElementFormat.Byte, [height, width, grey ? 1 : 4]);
        Expand(picture, pixels);
        var info = new SKImageInfo(width, height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, channels == 4 ? SKAlphaType.Unpremul : SKAlphaType.Opaque, picture.Profile);
        using var pixmap = new SKPixmap(info, (nint)pixels.Pointer);
        return Encode(format, pixmap, JpegQuality) ?? throw new UserError($"{path}: the encoder does not take the {width}×{height} pixels; write a .npy.");
    }

    /// <summary>Encodes pixels; null where the encoder does not take them.</summary>
    public static SKData? Encode(PictureFormat format, SKPixmap pixels, int jpegQuality) =>
        format == PictureFormat.Png ? pixels.Encode(SKPngEncoderOptions.Default)
        : format == PictureFormat.WebP ? pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))
        : pixels.Encode(new SKJpegEncoderOptions(jpegQuality));

    /// <summary>The picture for a figure, scaled down where it is wider or higher than so many pixels.</summary>
    public static SKImage ToImage(ArrayData picture, int width, int height)
    {
        int rows = (int)picture.Shape[0], columns = (int)picture.Shape[1];
        using var pixels = new ArrayData("figure", ElementFormat.Byte, [rows, columns, 4]);
        Expand(picture, pixels);
        var info = new SKImageInfo(columns, rows, SKColorType.Rgba8888, picture.Shape[2] == 4 ? SKAlphaType.Unpremul : SKAlphaType.Opaque, picture.Profile);
        using var pixmap = new SKPixmap(info, (nint)pixels.Pointer);
        SKImage image = SKImage.FromPixelCopy(pixmap);
        if (columns <= width && rows <= height) return image;
        using (image)
        {
            using SKSurface surface = SKSurface.Create(new SKImageInfo(Math.Min(columns, width), Math.Min(rows, height), SKColorType.Rgba8888, SKAlphaType.Premul));
            surface.Canvas.DrawImage(image, SKRect.Create(surface.Canvas.DeviceClipBounds.Size), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
            return surface.Snapshot();
        }
    }

    /// <summary>Channels × height × width, as an npy file holds them, of a picture or of numbers that belong to one.</summary>
    public static ArrayData ToChannelsFirst(ArrayData picture)
    {
        var (height, width, channels) = (picture.Shape[0], picture.Shape[1], picture.Shape[2]);
        var array = new ArrayData("output", picture.Format, [channels, height, width]);
        nint[] strides = [width, 1, height * width];
        switch (picture.Format.Size)
        {
            case sizeof(byte): Copy<byte>(picture.Shape, picture, picture.Strides(), array, strides); break;
            case sizeof(float): Copy<float>(picture.Shape, picture, picture.Strides(), array, strides); break;
            default: Copy<long>(picture.Shape, picture, picture.Strides(), array, strides); break;
        }

        return array;
    }

    /// <summary>The nearest bytes, of halves the even ones; NaN is 0.</summary>
    public static ArrayData ToBytes(ArrayData numbers)
    {
        var bytes = new ArrayData("output", ElementFormat.Byte, numbers.Shape, numbers.IsFortran) { Profile = numbers.Profile };
        float* source = (float*)numbers.Pointer;
        byte* target = (byte*)bytes.Pointer;
        for (long i = 0; i < numbers.Elements; i++) target[i] = byte.CreateSaturating(MathF.Round(source[i]));
        return bytes;
    }

    /// <summary>Height × width × channels of an array of C×H×W or H×W bytes.</summary>
    /// <exception cref="UserError">The array is no picture.</exception>
    public static nint[] ShapeOf(string path, ArrayData array)
    {
        nint[] shape = array.Shape;
        bool plane = shape.Length == 2;
        if (!array.HoldsBytes || !(plane || (shape.Length == 3 && shape[0] is 1 or 3 or 4)) || array.Elements == 0)
            throw new UserError($"{path}: an array of {ArrayData.Text(shape)} {array.Format.Code} is no picture; it must be bytes (u1) of H×W, or C×H×W with 1, 3 or 4 channels. Write a .npy.");
        return plane ? [shape[0], shape[1], 1] : [shape[1], shape[2], shape[0]];
    }

    /// <summary>A picture from an array of C×H×W or H×W bytes.</summary>
    /// <exception cref="UserError">The array is no picture.</exception>
    public static ArrayData FromArray(string path, ArrayData array)
    {
        nint[] strides = array.Strides();
        var picture = new ArrayData(path, ElementFormat.Byte, ShapeOf(path, array));
        Copy<byte>(picture.Shape, array, strides.Length == 2 ? [strides[0], strides[1], 0] : [strides[1], strides[2], strides[0]], picture, picture.Strides());
        return picture;
    }

    /// <summary>Whether a fully transparent pixel is of any colour but black.</summary>
    private static bool HidesColour(ArrayData picture)
    {
        byte* pixel = (byte*)picture.Pointer;
        for (long left = picture.Elements / 4; left > 0; left--, pixel += 4)
            if (pixel[3] == 0 && (pixel[0] | pixel[1] | pixel[2]) != 0) return true;
        return false;
    }

    /// <summary>Copies height × width × channels elements.</summary>
    private static void Copy<T>(nint[] lengths, ArrayData from, nint[] fromStrides, ArrayData to, nint[] toStrides)
        where T : unmanaged
    {
        T* source = (T*)from.Pointer, target = (T*)to.Pointer;
        for (nint y = 0; y < lengths[0]; y++)
            for (nint x = 0; x < lengths[1]; x++)
                for (nint c = 0; c < lengths[2]; c++)
                    target[y * toStrides[0] + x * toStrides[1] + c * toStrides[2]] = source[y * fromStrides[0] + x * fromStrides[1] + c * fromStrides[2]];
    }

    /// <summary>Turns decoded rows of 1 or 4 bytes per pixel upright, and drops an alpha that is not used.</summary>
    private static void Orient(ArrayData decoded, ArrayData picture, SKEncodedOrigin origin)
    {
        nint height = decoded.Shape[0], width = decoded.Shape[1], step = decoded.Shape[2], row = width * step;
        // For each orientation: the decoded position of the upright corner, and the steps along upright rows and columns.
        var (corner, down, right) = origin switch
        {
            SKEncodedOrigin.TopRight => ((width - 1) * step, row, -step),
            SKEncodedOrigin.BottomRight => ((height - 1) * row + (width - 1) * step, -row, -step),
            SKEncodedOrigin.BottomLeft => ((height - 1) * row, -row, step),
            SKEncodedOrigin.LeftTop => (0, step, row),
            SKEncodedOrigin.RightTop => ((height - 1) * row, step, -row),
            SKEncodedOrigin.RightBottom => ((height - 1) * row + (width - 1) * step, -step, -row),
            SKEncodedOrigin.LeftBottom => ((width - 1) * step, -step, row),
            _ => (0, row, step),
        };
        nint channels = picture.Shape[2];
        byte* target = (byte*)picture.Pointer;
        for (nint y = 0; y < picture.Shape[0]; y++)
            for (nint x = 0; x < picture.Shape[1]; x++)
            {
                byte* source = (byte*)decoded.Pointer + corner + y * down + x * right;
                for (nint c = 0; c < channels; c++) *target++ = source[c];
            }
    }

    /// <summary>1 or 4 bytes per pixel from 1, 3 or 4 channels.</summary>
    private static void Expand(ArrayData picture, ArrayData pixels)
    {
        nint channels = picture.Shape[2], step = pixels.Shape[2];
        byte* source = (byte*)picture.Pointer, target = (byte*)pixels.Pointer;
        for (long pixel = picture.Elements / channels; pixel > 0; pixel--, source += channels, target += step)
        {
            target[0] = source[0];
            if (step == 1) continue;
            target[1] = source[channels == 1 ? 0 : 1];
            target[2] = source[channels == 1 ? 0 : 2];
            target[3] = channels == 4 ? source[3] : (byte)255;
        }
    }
}
