namespace Cenote.Playground;

/// <summary>Numbers to begin with.</summary>
internal sealed record GridSamples(string English, string Chinese, string Text)
{
    public static IReadOnlyList<GridSamples> All { get; } =
    [
        new("textbook", "课本例子", "1 3 2 1\n4 6 5 0\n2 9 3 4\n0 1 7 2"),
        new("seven", "数字七", "0 0 0 0 0 0 0\n0 9 9 9 9 9 0\n0 0 0 0 0 9 0\n0 0 0 0 9 0 0\n0 0 0 9 0 0 0\n0 0 9 0 0 0 0\n0 0 9 0 0 0 0"),
        new("ramp", "渐变", "0 1 2 3 4 5\n1 2 3 4 5 6\n2 3 4 5 6 7\n3 4 5 6 7 8\n4 5 6 7 8 9"),
        new("negative", "负数", "-5 -2 -7 -1\n-3 -8 -4 -6\n-9 -1 -2 -5\n-4 -6 -3 -7"),
        new("empty", "空白", "0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0\n0 0 0 0 0 0 0 0"),
    ];
}
