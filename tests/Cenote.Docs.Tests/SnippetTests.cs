namespace Cenote.Docs.Tests;

/// <summary>Every C# block of the pages compiles without a warning, runs, and prints what the page says it prints.</summary>
public class SnippetTests
{
    private const string Arrow = "// → ";

    public static TheoryData<string, int> Snippets
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (Block block in Repository.Pages.SelectMany(Markdown.Blocks).Where(block => block.Language == "csharp"))
                data.Add(block.Page, block.Line);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void A_snippet_prints_what_the_page_says(string page, int line)
    {
        IReadOnlyList<Block> blocks = Markdown.Blocks(page);
        int index = blocks.ToList().FindIndex(block => block.Line == line);
        string[] printed = SnippetRunner.Run(blocks[index].Text);
        Assert.Equal(Promised(blocks, index), printed);
    }

    [Fact]
    public void The_first_page_has_a_snippet() => Assert.Contains(Snippets, row => row.Data.Item1 == "README.md");

    [Fact]
    public void Another_output_than_promised_would_fail()
    {
        IReadOnlyList<Block> blocks = Markdown.Parse("page", ["```csharp", "Console.WriteLine(1 + 1); // → 3", "```"]);
        Assert.NotEqual(Promised(blocks, 0), SnippetRunner.Run(blocks[0].Text));
    }

    // Either comments beside the calls, or a text block right after the snippet.
    private static string[] Promised(IReadOnlyList<Block> blocks, int index)
    {
        string[] arrows = [.. blocks[index].Text.Split('\n').Where(row => row.Contains(Arrow, StringComparison.Ordinal)).Select(row => row[(row.IndexOf(Arrow, StringComparison.Ordinal) + Arrow.Length)..].Trim())];
        bool text = index + 1 < blocks.Count && blocks[index + 1] is { Language: "text", FollowsDirectly: true };
        return arrows.Length > 0 || !text ? arrows : blocks[index + 1].Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
