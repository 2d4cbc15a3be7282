using System.Reflection;
using Cenote.Gpu;
using Cenote.Onnx;
using PublicApiGenerator;

namespace Cenote.Docs.Tests;

/// <summary>The public API of each package is a file, so that a change of it is a change to review. CENOTE_APPROVE_API=1 rewrites the files.</summary>
public class PublicApiTests
{
    public static TheoryData<string> Pages => ["docs/public-api.txt", "docs/public-api-onnx.txt", "docs/public-api-gpu.txt"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_public_api_is_the_approved_one(string page)
    {
        Assembly assembly = page switch { "docs/public-api.txt" => typeof(MaxPool2d).Assembly, "docs/public-api-onnx.txt" => typeof(OnnxPool).Assembly, _ => typeof(GpuDevice).Assembly };
        string file = Repository.PathOf(page), actual = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("CENOTE_APPROVE_API") == "1") File.WriteAllText(file, actual);
        string approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(actual == approved, $"The public API differs from {page}:\n{Difference(approved, actual)}\nIf that is meant, run the test with CENOTE_APPROVE_API=1 and commit the file.");
    }

    private static string Difference(string approved, string actual)
    {
        string[] before = approved.Split('\n'), after = actual.Split('\n');
        return string.Join('\n', before.Except(after).Select(line => $"- {line.Trim()}").Concat(after.Except(before).Select(line => $"+ {line.Trim()}")));
    }
}
