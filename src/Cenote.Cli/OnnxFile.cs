using Cenote.Onnx;

namespace Cenote.Cli;

/// <summary>A layer on its way into an ONNX file.</summary>
internal static class OnnxFile
{
    /// <summary>A model of the layer, for any number of planes of the array's size and type.</summary>
    /// <exception cref="UserError">ONNX cannot say it.</exception>
    public static byte[] Model(PoolLayer layer, ElementFormat format, ReadOnlySpan<nint> spatial)
    {
        nint[] shape = [-1, -1, .. spatial];
        try
        {
            return format.Code switch
            {
                "f2" => OnnxPool.Write<Half>(layer, shape),
                "f4" => OnnxPool.Write<float>(layer, shape),
                "f8" => OnnxPool.Write<double>(layer, shape),
                "i1" => OnnxPool.Write<sbyte>(layer, shape),
                "i4" => OnnxPool.Write<int>(layer, shape),
                "i8" => OnnxPool.Write<long>(layer, shape),
                "u1" => OnnxPool.Write<byte>(layer, shape),
                "u4" => OnnxPool.Write<uint>(layer, shape),
                "u8" => OnnxPool.Write<ulong>(layer, shape),
                _ => throw new NotSupportedException($"ONNX's pooling takes no {format.Code}."),
            };
        }
        catch (NotSupportedException refusal)
        {
            throw new UserError($"--onnx: {refusal.Message}");
        }
    }

    /// <exception cref="UserError">The file cannot be read.</exception>
    public static byte[] Read(string path)
    {
        if (path.Length == 0) throw new UserError("MODEL is ''; it must be an ONNX file.");
        if (Directory.Exists(path)) throw new UserError($"{path}: a folder; it must be an ONNX file.");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (Errors.Line(error, path) is { } line)
        {
            throw new UserError(line);
        }
    }
}
