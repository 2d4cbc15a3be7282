namespace Cenote.Cli;

/// <summary>A file that appears whole or not at all: written beside its place, then renamed. A link leads to its place, and a file that stood there hands on its mode.</summary>
internal static class AtomicFile
{
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether one that stands there may be replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="then">What else must succeed, done when the content is written and before the file takes its place.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, bool overwrite, Action<Stream> write, Action? then = null)
    {
        string? temporary = null;
        try
        {
            FileInfo place = Place(path);
            if (place is { Exists: true, Length: 0 })
            {
                WriteInPlace(place, write, then);
                return;
            }

            temporary = Path.Combine(place.DirectoryName!, $".{Guid.NewGuid():N}.tmp");
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                // Before there is anything to read.
                if (place.Exists && !OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, place.UnixFileMode);
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            then?.Invoke();
            File.Move(temporary, place.FullName, overwrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last of these is how the system's "file too large" arrives.
            // The system's message names the temporary file, which is none of the user's.
            throw new UserError($"{path} cannot be written: {Errors.FirstLine(error.Message).Split(" : '")[0].Replace(temporary ?? path, path, StringComparison.Ordinal)}");
        }
        finally
        {
            // Where its folder does not exist, deleting would fail too, and hide why.
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    /// <summary>A device or a pipe, which have no length, must stay what it is; an empty file has nothing to lose.</summary>
    private static void WriteInPlace(FileInfo place, Action<Stream> write, Action? then)
    {
        using var stream = new FileStream(place.FullName, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            write(stream);
            then?.Invoke();
        }
        catch when (stream.CanSeek)
        {
            stream.SetLength(0);
            throw;
        }
    }

    private static FileInfo Place(string path) =>
        new FileInfo(path) is { LinkTarget: not null } link ? (FileInfo)link.ResolveLinkTarget(returnFinalTarget: true)! : new(path);
}
