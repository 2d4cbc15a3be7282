using System.Globalization;

namespace Cenote.Playground;

/// <summary>Everything that the controls say; written into the address, and read from it.</summary>
public sealed record Settings
{
    /// <summary>The largest number that a control takes: beyond it there is nothing to see, and windows of a picture stay affordable.</summary>
    public const int MostTaps = 99;

    public Operator Operator { get; init; } = Operator.All[0];

    public Spatial Kernel { get; init; } = 2;

    public Spatial Stride { get; init; } = 2;

    public Spatial Padding { get; init; } = 0;

    public Spatial Dilation { get; init; } = 1;

    public Spatial OutputSize { get; init; } = 2;

    public bool CeilMode { get; init; }

    public bool CountIncludePad { get; init; } = true;

    public bool ZeroPadding { get; init; }

    public bool ShowsPicture { get; init; }

    public bool ShowsGradient { get; init; }

    /// <summary>Rows of the grid, as they are typed.</summary>
    public string Grid { get; init; } = GridSamples.All[0].Text;

    /// <summary>A sample picture's name; a picture of the user's own stays out of the address.</summary>
    public string Picture { get; init; } = "cenote";

    /// <summary>en or zh; null for the browser's.</summary>
    public string? Language { get; init; }

    public PoolLayer Layer() => Operator.Layer(this);

    /// <summary>The settings as the part of an address behind the #.</summary>
    public string ToFragment()
    {
        var parts = new List<string> { $"op={Operator.Id}" };
        if (Operator.Controls == Controls.Window)
        {
            parts.AddRange([$"k={Text(Kernel)}", $"s={Text(Stride)}", $"p={Text(Padding)}", $"d={Text(Dilation)}"]);
            if (CeilMode) parts.Add("ceil=1");
            if (!CountIncludePad) parts.Add("count-pad=0");
            if (ZeroPadding) parts.Add("zero-pad=1");
        }

        if (Operator.Controls == Controls.OutputSize) parts.Add($"size={Text(OutputSize)}");
        parts.Add(ShowsPicture ? $"picture={Uri.EscapeDataString(Picture)}" : $"grid={Uri.EscapeDataString(Grid.Trim().Replace("\n", ";", StringComparison.Ordinal)).Replace("%3B", ";", StringComparison.Ordinal).Replace("%20", "+", StringComparison.Ordinal)}");
        if (ShowsGradient) parts.Add("gradient=1");
        if (Language is { } language) parts.Add($"lang={language}");
        return string.Join('&', parts);
    }

    /// <summary>Reads an address; what it does not say, or says wrongly, stays at its default.</summary>
    public static Settings FromFragment(string fragment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in fragment.TrimStart('#').Split('&'))
            if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at) values[part[..at]] = Uri.UnescapeDataString(part[(at + 1)..].Replace('+', ' '));

        var defaults = new Settings();
        Spatial kernel = Read("k", defaults.Kernel, 1);
        return new Settings
        {
            Operator = Operator.Named(values.GetValueOrDefault("op")),
            Kernel = kernel,
            Stride = Read("s", kernel, 1),
            Padding = Read("p", 0, 0),
            Dilation = Read("d", 1, 1),
            OutputSize = Read("size", defaults.OutputSize, 1),
            CeilMode = values.GetValueOrDefault("ceil") == "1",
            CountIncludePad = values.GetValueOrDefault("count-pad") != "0",
            ZeroPadding = values.GetValueOrDefault("zero-pad") == "1",
            ShowsPicture = values.ContainsKey("picture"),
            ShowsGradient = values.GetValueOrDefault("gradient") == "1",
            Grid = values.TryGetValue("grid", out string? grid) ? grid.Replace(';', '\n') : defaults.Grid,
            Picture = values.GetValueOrDefault("picture") ?? defaults.Picture,
            Language = values.GetValueOrDefault("lang") is "en" or "zh" ? values["lang"] : null,
        };

        Spatial Read(string key, Spatial otherwise, int least)
        {
            if (!values.TryGetValue(key, out string? text)) return otherwise;
            int[] numbers = [.. text.Split('x').Select(one => int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= MostTaps ? number : -1)];
            return numbers.Length > 2 || numbers.Contains(-1) ? otherwise : Spatial.Create(numbers);
        }
    }

    private static string Text(Spatial value) => string.Join('x', value);
}
