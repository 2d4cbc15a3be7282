namespace Cenote.Cli;

/// <summary>The colours of the figures: those of Okabe and Ito and one scale of blue, which colour-blind readers can tell apart; and greys.</summary>
internal static class Palette
{
    public const string Paper = "#ffffff", Ink = "#1b1b1b", Soft = "#4a4a4a", Faded = "#808080", Pale = "#b9b9b9", Line = "#a8a8a8", Faint = "#dcdcdc", Unread = "#ececec", Hatch = "#a6a6a6";

    public const string Winner = "#f5b547", Window = "#0072b2", Overhang = "#6f6f6f", Change = "#08306b";

    /// <summary>For windows that stand apart: neighbours differ.</summary>
    private static readonly string[] Windows = ["#0072b2", "#d55e00", "#009e73", "#a3458a"];

    public static string OfWindow(long row, long column) => Windows[(row % 2 * 2 + column % 2) % 4];

    /// <summary>A blue for a value: white where the part is 0, and light enough for dark text where it is 1.</summary>
    public static string Scale(double part)
    {
        if (double.IsNaN(part)) return Unread;
        part = Math.Clamp(part, 0, 1);
        return $"#{Channel(0xfa, 0x7f):x2}{Channel(0xfc, 0xb9):x2}{Channel(0xff, 0xe0):x2}";

        int Channel(int light, int dark) => (int)Math.Round(light + part * (dark - light));
    }
}
