using PublicApiGenerator;

namespace Cenote.Docs.Tests;

/// <summary>The public API is a file, so that a change of it is a change to review. CENOTE_APPROVE_API=1 rewrites the file.</summary>
public class PublicApiTests
{
    private static readonly string Approved = Repository.PathOf("docs/public-api.txt");

    [Fact]
    public void The_public_api_is_the_approved_one()
    {
        string actual = typeof(MaxPool2d).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("CENOTE_APPROVE_API") == "1") File.WriteAllText(Approved, actual);
        string approved = File.Exists(Approved) ? File.ReadAllText(Approved).ReplaceLineEndings("\n") : "";
        Assert.True(actual == approved, $"The public API differs from docs/public-api.txt:\n{Difference(approved, actual)}\nIf that is meant, run the test with CENOTE_APPROVE_API=1 and commit the file.");
    }

    private static string Difference(string approved, string actual)
    {
        string[] before = approved.Split('\n'), after = actual.Split('\n');
        return string.Join('\n', before.Except(after).Select(line => $"- {line.Trim()}").Concat(after.Except(before).Select(line => $"+ {line.Trim()}")));
    }
}
