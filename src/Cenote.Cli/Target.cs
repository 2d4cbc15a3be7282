namespace Cenote.Cli;

/// <summary>Where an output goes, checked before any work is done.</summary>
internal sealed record Target(string Path, bool Overwrite)
{
    public bool IsStandardOutput => Path == "-";

    /// <summary>What two targets share only if they are one.</summary>
    public string FullPath => IsStandardOutput ? Path : System.IO.Path.GetFullPath(Path);

    public bool IsPicture => PictureFormat.Of(Path) is not null;

    /// <exception cref="UserError">The name, the folder or an existing file forbids it.</exception>
    public static Target Check(string option, string path, bool force)
    {
        var target = new Target(path, force);
        if (target.IsStandardOutput) return target;
        string extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
        if (extension != ".npy" && !target.IsPicture)
            throw new UserError($"{option}: '{path}' ends in '{extension}'; an output is written as .npy, .png, .jpg, .jpeg or .webp.");
        CheckPlace(option, path, force);
        return target;
    }

    /// <exception cref="UserError">The name, the folder or an existing file forbids it.</exception>
    public static Target CheckModel(string path, bool force)
    {
        if (!path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) throw new UserError($"--onnx is '{path}'; it must end in .onnx.");
        CheckPlace("--onnx", path, force);
        return new(path, force);
    }

    private static void CheckPlace(string option, string path, bool force)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new UserError($"{option}: the folder of '{path}' does not exist.");
        if (Directory.Exists(path)) throw new UserError($"{option}: '{path}' is a folder; it must be a file.");
        if (File.Exists(path) && !force) throw new UserError($"{option}: '{path}' exists; --force overwrites it.");
    }

    /// <exception cref="UserError">The name, the folder or an existing file forbids it, or it is no npy file.</exception>
    public static Target CheckIndices(string path, bool force) =>
        path == "-" || path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? Check("--indices", path, force)
        : throw new UserError($"--indices is '{path}'; it must end in .npy, or be - for standard output.");

    /// <exception cref="UserError">The form that the name asks for cannot hold such an array, whatever its elements will be.</exception>
    public void RequireHolds(ArrayData output, bool isPicture)
    {
        if (PictureFormat.Of(Path) is { } format) format.RequireHolds(Path, isPicture ? output.Shape : PictureFile.ShapeOf(Path, output));
    }

    /// <summary>Writes the array in the form that the name asks for.</summary>
    /// <param name="output">The array.</param>
    /// <param name="isPicture">Whether it is one of height × width × channels, which an npy file holds with the channels first.</param>
    /// <param name="cancellation">Ends the writing of a large array.</param>
    /// <param name="then">What else must succeed before a file takes its place.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; there is no file then.</exception>
    public void Write(ArrayData output, bool isPicture, CancellationToken cancellation, Action? then = null)
    {
        if (IsPicture)
        {
            using ArrayData? converted = isPicture ? null : PictureFile.FromArray(Path, output);
            using SkiaSharp.SKData encoded = PictureFile.Encode(Path, converted ?? output);
            cancellation.ThrowIfCancellationRequested();
            AtomicFile.Write(Path, Overwrite, encoded.SaveTo, then);
            return;
        }

        using ArrayData? planes = isPicture ? PictureFile.ToChannelsFirst(output) : null;
        if (IsStandardOutput) Print(planes ?? output, cancellation);
        else AtomicFile.Write(Path, Overwrite, stream => NpyFile.Write(planes ?? output, stream, cancellation), then);
    }

    /// <summary>Writes two arrays, or neither: one file takes its place when the other array is written. Standard output, which cannot take anything back, comes between.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; there is no file then.</exception>
    public static void WriteBoth((Target Target, ArrayData Array) one, (Target Target, ArrayData Array) other, bool isPicture, CancellationToken cancellation)
    {
        var (file, last) = one.Target.IsStandardOutput ? (other, one) : (one, other);
        file.Target.Write(file.Array, isPicture, cancellation, () => last.Target.Write(last.Array, isPicture, cancellation));
    }

    private static void Print(ArrayData array, CancellationToken cancellation)
    {
        using Stream stream = Console.OpenStandardOutput();
        try
        {
            NpyFile.Write(array, stream, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"standard output: {Errors.FirstLine(error.Message)}");
        }
    }
}
