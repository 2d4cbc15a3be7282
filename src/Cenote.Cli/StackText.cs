namespace Cenote.Cli;

/// <summary>A stack of layers as it is written: <c>conv 7 s2 p3, max 3 s2 p1, global-avg</c>.</summary>
internal static class StackText
{
    private const string Allowed = "it must be conv, max or avg, a kernel, and perhaps s2, p1, d2, ceil or same-upper, same-lower (conv 7 s2 p3); or global-max, global-avg";

    public static IEnumerable<(string Name, WindowOptions? Window)> Parse(string text) => text.Split(',', StringSplitOptions.TrimEntries).Select(Layer);

    private static (string Name, WindowOptions? Window) Layer(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            ["global-max" or "global-avg"] => (text, null),
            ["conv" or "max" or "avg", var kernel, .. var options] => (text, Window(text, words[0] == "conv", kernel, options)),
            _ => throw new UserError($"--stack has '{text}'; {Allowed}."),
        };
    }

    private static WindowOptions Window(string layer, bool isConvolution, string kernel, string[] options)
    {
        // Convolutions step by one unless they say so, poolings by their kernel.
        string place = $"--stack: of '{layer}' the number";
        var window = new WindowOptions { Kernel = Numbers.Spatial(place, kernel, 1), Stride = isConvolution ? 1 : null };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string option in options)
        {
            window = option switch
            {
                "ceil" => window with { CeilMode = true },
                "same-upper" => window with { Padding = Padding.SameUpper },
                "same-lower" => window with { Padding = Padding.SameLower },
                ['s', .. var number] => window with { Stride = Numbers.Spatial(place, number, 1) },
                ['p', .. var number] => window with { Padding = Numbers.Padding(place, number) },
                ['d', .. var number] => window with { Dilation = Numbers.Spatial(place, number, 1) },
                _ => throw new UserError($"--stack has '{option}' in '{layer}'; {Allowed}."),
            };
            if (!seen.Add(option is ['s', 'a', ..] ? "p" : option[..1])) throw new UserError($"--stack has '{option}' in '{layer}', which says so a second time.");
        }

        return window;
    }
}
