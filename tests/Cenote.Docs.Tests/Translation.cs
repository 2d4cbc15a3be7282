namespace Cenote.Docs.Tests;

/// <summary>Pages in another language: <c>tutorial.zh.md</c> beside <c>tutorial.md</c>.</summary>
internal static class Translation
{
    public static bool IsOne(string page) => Path.GetExtension(Path.GetFileNameWithoutExtension(page)).Length > 0;

    public static string OriginalOf(string page) => $"{Path.GetDirectoryName(page)}/{Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(page))}.md";
}
