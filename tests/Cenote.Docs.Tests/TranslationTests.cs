using System.Text.RegularExpressions;

namespace Cenote.Docs.Tests;

/// <summary>A translation shows what its original shows: the same commands with the same results, the same figures, as many sections.</summary>
public partial class TranslationTests
{
    public static TheoryData<string> Pages => [.. Repository.Pages.Where(Translation.IsOne)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_translation_has_the_blocks_figures_and_sections_of_its_original(string page)
    {
        string original = Translation.OriginalOf(page);
        Assert.Equal(Blocks(original), Blocks(page));
        Assert.Equal(Figures(original), Figures(page));
        Assert.Equal(Sections(original), Sections(page));
        Assert.All(Figures(page), figure => Assert.True(File.Exists(Repository.PathOf($"docs/{figure}")), $"{page} shows {figure}, which is missing"));
        Assert.NotEmpty(Figures(page));
    }

    private static string[] Blocks(string page) => [.. Markdown.Blocks(page).Select(block => $"{block.Language}\n{block.Text}")];

    private static string[] Figures(string page) => [.. Figure().Matches(File.ReadAllText(Repository.PathOf(page))).Select(figure => figure.Groups["path"].Value)];

    private static int[] Sections(string page) => [.. File.ReadLines(Repository.PathOf(page)).Where(line => line.StartsWith('#')).Select(line => line.TakeWhile(letter => letter == '#').Count())];

    [GeneratedRegex(@"!\[[^\]]*\]\((?<path>[^)]+)\)")]
    private static partial Regex Figure();
}
