namespace Cenote.Cli;

/// <summary>An input by its content: an npy array or a picture.</summary>
internal static class InputFile
{
    public static ArrayData Read(string path, out bool isPicture)
    {
        isPicture = false;
        if (path == "-")
        {
            using Stream input = Console.OpenStandardInput();
            return NpyFile.Read("standard input", input);
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
