using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Cenote.Docs.Tests;

/// <summary>Every <c>cenote</c> command of the pages' console blocks runs, and prints what stands under it.</summary>
public sealed partial class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cenote-docs-").FullName;

    public static TheoryData<string, int> Sessions
    {
        get
        {
            var data = new TheoryData<string, int>();
            // A translation has the commands of its original.
            foreach (Block block in Repository.Pages.Where(page => !Translation.IsOne(page)).SelectMany(Markdown.Blocks).Where(block => block.Language == "console" && Commands(block).Count > 0))
                data.Add(block.Page, block.Line);
            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_command_works_twice_and_prints_what_the_page_says(string page, int line)
    {
        // A copy of the samples, so that nothing appears in the checkout.
        Directory.CreateDirectory(Path.Combine(_folder, "samples"));
        File.Copy(Repository.PathOf("samples/cenote.png"), Path.Combine(_folder, "samples", "cenote.png"));
        foreach (int run in (int[])[1, 2])
        {
            foreach (var (arguments, expected) in Commands(Markdown.Blocks(page).Single(block => block.Line == line)))
            {
                var (exit, printed) = Run(arguments);
                Assert.True(exit == 0, $"run {run}: cenote {arguments} ended with {exit}: {printed}");
                if (Option(arguments, "-o") is { } output)
                {
                    Assert.True(new FileInfo(Path.Combine(_folder, output)) is { Exists: true, Length: > 0 }, $"cenote {arguments} left no {output}");
                    CheckFigure(page, output);
                }

                if (expected.Trim().Length > 0) Assert.Equal(WithoutTimes(expected.Trim()), WithoutTimes(printed.Trim()));
            }
        }
    }

    [Fact]
    public void The_first_page_has_a_command() => Assert.Contains(Sessions, row => row.Data.Item1 == "README.md");

    /// <summary>A page's figures lie in the folder of its name, and are what its commands write; CENOTE_REMAKE_FIGURES=1 puts them there.</summary>
    private void CheckFigure(string page, string output)
    {
        string made = Path.Combine(_folder, output), figure = $"{Path.GetFileNameWithoutExtension(page)}/{output}", kept = Repository.PathOf($"{Path.GetDirectoryName(page)}/{figure}");
        if (!File.ReadAllText(Repository.PathOf(page)).Contains($"]({figure})", StringComparison.Ordinal)) return;
        if (Environment.GetEnvironmentVariable("CENOTE_REMAKE_FIGURES") == "1") File.Copy(made, kept, overwrite: true);
        // Pixels depend on the machine's font.
        if (Path.GetExtension(output) == ".svg") Assert.True(File.ReadAllText(made).ReplaceLineEndings() == File.ReadAllText(kept).ReplaceLineEndings(), $"{kept} is not what the command makes; CENOTE_REMAKE_FIGURES=1 replaces it");
        else Assert.True(File.Exists(kept), $"{kept} is missing");
    }

    private static List<(string Arguments, string Expected)> Commands(Block block)
    {
        var commands = new List<(string Arguments, string Expected)>();
        string[] prompts = ["$ cenote ", "dotnet run --project src/Cenote.Cli -- "];
        foreach (string row in block.Text.Split('\n'))
        {
            if (prompts.FirstOrDefault(prompt => row.StartsWith(prompt, StringComparison.Ordinal)) is { } prompt) commands.Add((row[prompt.Length..], ""));
            else if (commands.Count > 0) commands[^1] = (commands[^1].Arguments, commands[^1].Expected + "\n" + row);
        }

        return commands;
    }

    private static string? Option(string arguments, string name)
    {
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int index = Array.IndexOf(words, name);
        return index < 0 ? null : words[index + 1];
    }

    private static string WithoutTimes(string text) => Time().Replace(text.ReplaceLineEndings("\n"), "T");

    [GeneratedRegex(@"\d+(\.\d+)? ?(µs|ms|s)\b")]
    private static partial Regex Time();

    /// <summary>A word, or several in quotes.</summary>
    [GeneratedRegex(@"""[^""]*""|\S+")]
    private static partial Regex Word();

    private (int Exit, string Printed) Run(string arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8 };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Cenote.Cli.dll"));
        foreach (Match word in Word().Matches(arguments)) start.ArgumentList.Add(word.Value.Trim('"'));
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, printed + errors.Result);
    }
}
