namespace Cenote.Docs.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>README.md, everything in docs/, and the first pages of the packages, as relative paths.</summary>
    public static IEnumerable<string> Pages =>
        Directory.GetFiles(PathOf("docs"), "*.md").Select(page => Path.GetRelativePath(Root, page).Replace('\\', '/')).Order(StringComparer.Ordinal)
            .Prepend("README.md").Append("src/Cenote/PACKAGE.md").Append("src/Cenote.Onnx/PACKAGE.md").Append("src/Cenote.Gpu/PACKAGE.md").Append("src/Cenote.Cli/PACKAGE.md");

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cenote.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"no Cenote.slnx above {AppContext.BaseDirectory}");
    }
}
