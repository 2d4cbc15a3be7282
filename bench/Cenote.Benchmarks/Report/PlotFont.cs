using ScottPlot;

namespace Cenote.Benchmarks.Report;

/// <summary>The plots' font. The drawing library comes without a font manager, and would leave out all text without a word.</summary>
internal static class PlotFont
{
    private const string Name = "Plots";

    private static readonly string[] Preferred = ["DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf"];

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <exception cref="UserError">The machine has no font.</exception>
    public static void Require()
    {
        if (!Loaded.Value) throw new UserError($"no font found in {string.Join(", ", Folders)}: install one, such as DejaVu Sans, or the plots would have no text.");
    }

    private static IEnumerable<string> Folders =>
        new[] { Environment.GetFolderPath(Environment.SpecialFolder.Fonts), "/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts" }.Where(Directory.Exists);

    private static bool Load()
    {
        string[] files = [.. Folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", SearchOption.AllDirectories))];
        string? file = Preferred.Select(name => Array.Find(files, file => Path.GetFileName(file) == name)).FirstOrDefault(file => file is not null) ?? files.FirstOrDefault();
        if (file is null) return false;
        // Titles are bold: without a file of that weight they would be blank.
        Fonts.AddFontFile(Name, file);
        Fonts.AddFontFile(Name, file, bold: true);
        Fonts.Default = Name;
        return true;
    }
}
