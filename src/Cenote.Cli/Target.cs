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
        return CheckPlace(option, path, force);
    }

    /// <exception cref="UserError">The name or the folder forbids it, or an existing file, or that it would be no figure.</exception>
    public static Target CheckFigure(string option, string path, bool force)
    {
        string extension = System.IO.Path.GetExtension(path).ToLowerInvariant();
        return extension == ".svg" || PictureFormat.Of(path) is not null ? CheckPlace(option, path, force)
            : throw new UserError($"{option}: '{path}' ends in '{extension}'; a figure is written as .svg, .png, .jpg, .jpeg or .webp.");
    }

    /// <exception cref="UserError">The name or the folder forbids it, or an existing file, or that it would be no model.</exception>
    public static Target CheckModel(string path, bool force) =>
        path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? CheckPlace("--onnx", path, force) : throw new UserError($"--onnx is '{path}'; it must end in .onnx.");

    private static Target CheckPlace(string option, string path, bool force)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new UserError($"{option}: the folder of '{path}' does not exist.");
        if (Directory.Exists(path)) throw new UserError($"{option}: '{path}' is a folder; it must be a file.");
        if (File.Exists(path) && !force) throw new UserError($"{option}: '{path}' exists; --force overwrites it.");
        return new(path, force);
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
            using ArrayData? rounded = output.Format == ElementFormat.Float32 ? PictureFile.ToBytes(output) : null;
            using ArrayData? converted = isPicture ? null : PictureFile.FromArray(Path, rounded ?? output);
            using SkiaSharp.SKData encoded = PictureFile.Encode(Path, converted ?? rounded ?? output);
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

    /// <summary>Writes several arrays, or none: no file takes its place before all are written.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; there is no new file then.</exception>
    public static void WriteAll(ReadOnlySpan<(Target Target, ArrayData Array)> outputs, bool isPicture, CancellationToken cancellation)
    {
        var (target, array) = outputs[0];
        if (outputs.Length == 1)
        {
            target.Write(array, isPicture, cancellation);
            return;
        }

        // The last file takes its place first; where one cannot, those that did go again.
        (Target Target, ArrayData Array)[] others = outputs[1..].ToArray();
        string[] added = [];
        try
        {
            target.Write(array, isPicture, cancellation, () =>
            {
                string[] missing = [.. others.Select(other => other.Target.Path).Where(path => !File.Exists(path))];
                WriteAll(others, isPicture, cancellation);
                added = missing;
            });
        }
        catch
        {
            foreach (string path in added) File.Delete(path);
            throw;
        }
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
