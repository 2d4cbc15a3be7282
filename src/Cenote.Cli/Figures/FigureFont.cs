using SkiaSharp;

namespace Cenote.Cli;

/// <summary>The font of figures in pixels. The drawing library comes without a font manager on Linux, and would leave out all text without a word.</summary>
internal static class FigureFont
{
    private static readonly (string Regular, string Bold)[] Preferred =
        [("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"), ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"), ("Arial.ttf", "Arial Bold.ttf"), ("arial.ttf", "arialbd.ttf")];

    private static IEnumerable<string> Folders => new[]
    {
        Environment.GetFolderPath(Environment.SpecialFolder.Fonts), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "fonts"),
        "/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts",
    }.Where(Directory.Exists);

    /// <exception cref="UserError">The machine has no font.</exception>
    public static SKTypeface Load(bool bold)
    {
        string[] files = [.. Folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))];
        foreach (var (regular, heavy) in Preferred)
            if (Array.Find(files, file => Path.GetFileName(file) == (bold ? heavy : regular)) is { } found && SKTypeface.FromFile(found) is { } typeface) return typeface;
        return files.Order(StringComparer.Ordinal).Select(file => SKTypeface.FromFile(file)).FirstOrDefault(typeface => typeface is not null)
            ?? throw new UserError("no font (.ttf) is found on this machine, and a figure in pixels would have no text: install one, such as DejaVu Sans, or write an .svg.");
    }
}
