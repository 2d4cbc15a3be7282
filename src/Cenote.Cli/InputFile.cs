namespace Cenote.Cli;

/// <summary>An input by its content: an npy array or a picture.</summary>
/// <param name="Array">What was read; the caller disposes of it.</param>
/// <param name="IsPicture">Whether the array is a picture, height × width × channels.</param>
/// <param name="IsStream">Whether it came through a pipe, by a name of its own or as standard input.</param>
internal sealed record InputFile(ArrayData Array, bool IsPicture, bool IsStream)
{
    /// <summary>The array's shape; a picture's is C×H×W, as in its npy file.</summary>
    public nint[] Shape => IsPicture ? [Array.Shape[2], Array.Shape[0], Array.Shape[1]] : Array.Shape;

    /// <param name="path">The file, or - for standard input.</param>
    /// <param name="cancellation">Ends the wait for a pipe.</param>
    /// <param name="takesBooleans">Whether an array of booleans is read, as bytes of 0 and 1.</param>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public static InputFile Read(string path, CancellationToken cancellation, bool takesBooleans = false)
    {
        if (path.Length == 0) throw new UserError("INPUT is ''; it must be an npy file, a picture, or - for standard input.");
        if (Directory.Exists(path)) throw new UserError($"{path}: a folder; it must be an npy file or a picture.");
        // A wait for a pipe or a terminal cannot be cancelled: it is left to its thread, which ends with the program.
        return Task.Run(() => Open(path, takesBooleans, cancellation), cancellation).WaitAsync(cancellation).GetAwaiter().GetResult();
    }

    /// <summary>The input as a verb takes it; where that is another array, the caller disposes of both.</summary>
    /// <exception cref="UserError">It does not fit in memory.</exception>
    public InputFile For(Verb verb)
    {
        bool asFloats = !verb.TakesIntegers && Array.Format.IsInteger, asPlanes = IsPicture && !verb.MakesPictures;
        if (!asFloats && !asPlanes) return this;
        ArrayView view = asPlanes ? ArrayView.Of(Array).Permute(2, 0, 1) : ArrayView.Of(Array);
        return this with
        {
            IsPicture = IsPicture && !asPlanes,
            Array = !asFloats ? view.Convert<byte>("input", ElementFormat.Byte, isFortran: false)
                // The types that NumPy promotes integers to beside a float32: all of these but of 64 bits are exact.
                : Array.Format.Size <= 2 ? view.Convert<float>("input", ElementFormat.Float32, Array.IsFortran)
                : view.Convert<double>("input", ElementFormat.Float64, Array.IsFortran),
        };
    }

    private static InputFile Open(string path, bool takesBooleans, CancellationToken cancellation)
    {
        using Stream stream = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        if (!stream.CanSeek) return new(NpyFile.Read(path == "-" ? "standard input" : path, stream, cancellation, takesBooleans), IsPicture: false, IsStream: true);
        int first = stream.ReadByte();
        stream.Position = 0;
        bool isPicture = first != 0x93 && !path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
        return new(isPicture ? PictureFile.Read(path, stream) : NpyFile.Read(path, stream, cancellation, takesBooleans), isPicture, IsStream: false);
    }
}
