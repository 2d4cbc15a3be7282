namespace Cenote.Cli;

/// <summary>An input by its content: an npy array or a picture.</summary>
internal static class InputFile
{
    /// <exception cref="OperationCanceledException">Standard input was waited for, and the user gave up.</exception>
    public static ArrayData Read(string path, out bool isPicture, CancellationToken cancellation)
    {
        isPicture = false;
        if (path == "-")
        {
            // A read of a pipe or a terminal cannot be cancelled: it is left to its thread, which ends with the program.
            return Task.Run(
                () =>
                {
                    using Stream input = Console.OpenStandardInput();
                    return NpyFile.Read("standard input", input);
                },
                cancellation).WaitAsync(cancellation).GetAwaiter().GetResult();
        }

        if (path.Length == 0) throw new UserError("INPUT is ''; it must be an npy file, a picture, or - for standard input.");
        if (Directory.Exists(path)) throw new UserError($"{path}: a folder; it must be an npy file or a picture.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        int first = stream.ReadByte();
        stream.Position = 0;
        isPicture = first != 0x93 && !path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
        return isPicture ? PictureFile.Read(path, stream) : NpyFile.Read(path, stream);
    }
}
