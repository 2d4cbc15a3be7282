using System.Text;

namespace Cenote.Cli.Tests;

/// <summary>How a run of the command ended.</summary>
/// <param name="Exit">The exit code.</param>
/// <param name="Output">Standard output, every byte.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Outcome(int Exit, byte[] Output, string Errors)
{
    public string Printed => Encoding.UTF8.GetString(Output);

    public string[] PrintedLines => Printed.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails the test unless the run ended well; what it printed is then of interest.</summary>
    public Outcome Succeeded()
    {
        Assert.True(Exit == 0, $"ended with {Exit}: {Errors}");
        Assert.Empty(Errors);
        return this;
    }

    /// <summary>Fails the test unless the run was refused in one line.</summary>
    public string Refused()
    {
        Assert.True(Exit == 2, $"ended with {Exit}: {Errors}{Printed}");
        Assert.Empty(Printed);
        string line = Assert.Single(Errors.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
        Assert.StartsWith("cenote: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", line, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", line, StringComparison.Ordinal);
        return line;
    }
}
