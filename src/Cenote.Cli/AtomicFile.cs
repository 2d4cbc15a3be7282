namespace Cenote.Cli;

/// <summary>A file that appears whole or not at all: written beside its place, then renamed.</summary>
internal static class AtomicFile
{
    public static void Write(string path, bool overwrite, Action<Stream> write)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last of these is how the system's "file too large" arrives.
            // The system's message names the temporary file, which is none of the user's.
            throw new UserError($"{path} cannot be written: {Errors.FirstLine(error.Message).Split(" : '")[0].Replace(temporary, path, StringComparison.Ordinal)}");
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
