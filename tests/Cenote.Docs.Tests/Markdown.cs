namespace Cenote.Docs.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">The line of the opening fence, from 1.</param>
/// <param name="Language">The word after the fence.</param>
/// <param name="Text">The lines between the fences.</param>
/// <param name="FollowsDirectly">Whether only blank lines stand between this block and the one before.</param>
internal sealed record Block(string Page, int Line, string Language, string Text, bool FollowsDirectly)
{
    public override string ToString() => $"{Page}:{Line}";
}

internal static class Markdown
{
    public static IReadOnlyList<Block> Blocks(string page) => Parse(page, File.ReadAllLines(Repository.PathOf(page)));

    public static IReadOnlyList<Block> Parse(string page, IReadOnlyList<string> lines)
    {
        var blocks = new List<Block>();
        bool onlyBlank = false;
        for (int i = 0; i < lines.Count; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                onlyBlank &= string.IsNullOrWhiteSpace(lines[i]);
                continue;
            }

            int end = i + 1;
            while (end < lines.Count && lines[end] != "```") end++;
            if (end == lines.Count) throw new InvalidDataException($"{page}:{i + 1} opens a block that nothing closes");
            blocks.Add(new(page, i + 1, lines[i][3..], string.Join('\n', lines.Skip(i + 1).Take(end - i - 1)), onlyBlank));
            onlyBlank = true;
            i = end;
        }

        return blocks;
    }
}
