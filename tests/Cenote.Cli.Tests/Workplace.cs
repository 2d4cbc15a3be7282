using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Cenote.Cli.Tests;

/// <summary>A folder of its own, and the command run in it.</summary>
internal sealed class Workplace : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cenote-cli-").FullName;

    /// <summary>Every file and folder in it, by its relative path.</summary>
    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder, path)).Order(StringComparer.Ordinal)];

    /// <summary>Every entry with its content's hash: equal before and after a run that changed nothing.</summary>
    public string[] Snapshot => [.. Entries.Select(name => File.Exists(PathOf(name)) ? $"{name} {Convert.ToHexString(SHA256.HashData(Read(name)))}" : name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string MakeFolder(string name) => Directory.CreateDirectory(PathOf(name)).Name;

    /// <summary>A named pipe; not on Windows.</summary>
    public void MakePipe(string name)
    {
        using Process process = Start("mkfifo", [name]);
        Assert.Equal(0, Finish(process).Exit);
    }

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return name;
    }

    public string Write(string name, NpyArray array, NpyForm form = default) => Write(name, Npy.Write(array, form));

    public byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    public NpyArray ReadArray(string name) => Npy.Read(Read(name)).Array;

    /// <summary>Runs the command; the arguments are parted by blanks.</summary>
    public Outcome Run(string arguments) => Run(Words(arguments));

    /// <summary>Runs the command, in this process where that shows nowhere: a process of its own takes a hundred times as long.</summary>
    public Outcome Run(params string[] arguments) =>
        // Standard streams, and what a terminal changes, are a process's own.
        arguments.Contains("-") || !Console.IsOutputRedirected || !Console.IsErrorRedirected ? RunAlone([], arguments) : EntryPoint.Run(_folder, arguments);

    /// <summary>Runs the command as a process with nothing on its standard input.</summary>
    public Outcome RunAlone(string arguments) => RunAlone([], Words(arguments));

    public Outcome RunAlone(byte[] input, params string[] arguments)
    {
        using Process process = Start("dotnet", [Program, .. arguments]);
        return Finish(process, input);
    }

    /// <summary>Runs the command by the shell, for what only a shell can redirect; <c>cenote</c> is the command.</summary>
    public Outcome Shell(string line)
    {
        using Process process = Start("/bin/sh", ["-c", $"cenote() {{ dotnet '{Program}' \"$@\"; }}; {line}"]);
        return Finish(process, []);
    }

    /// <summary>Starts the command and lets it run.</summary>
    public Process Start(string arguments) => Start("dotnet", [Program, .. arguments.Split(' ')]);

    /// <summary>Waits for the end; a run that does not end fails the test.</summary>
    public static Outcome Finish(Process process, byte[]? input = null)
    {
        using var output = new MemoryStream();
        Task printed = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null)
            {
                process.StandardInput.BaseStream.Write(input);
                process.StandardInput.Close();
            }
        }
        catch (IOException)
        {
            // The command may end before it has read everything.
        }

        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"the command did not end within {Patience}");
        }

        Task.WaitAll(printed, errors);
        return new(process.ExitCode, output.ToArray(), errors.Result);
    }

    private static string[] Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Cenote.Cli.dll");

    private Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("CENOTE_NUM_THREADS");
        return Process.Start(start)!;
    }
}
