using System.Globalization;

namespace Cenote.Cli;

/// <summary>Option values: <c>3</c>, or one number per axis joined by x, <c>2x3</c>.</summary>
internal static class Numbers
{
    /// <param name="option">The option, for messages.</param>
    /// <param name="text">Its value.</param>
    /// <param name="minimum">The least number allowed.</param>
    /// <param name="keeps">Whether an axis may say <c>keep</c>, for which the library's word is −1.</param>
    public static Spatial Spatial(string option, string text, int minimum, bool keeps = false)
    {
        string[] parts = text.Split('x', 'X');
        var values = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (keeps && parts[i] == "keep") values[i] = -1;
            else if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]) || values[i] < minimum)
                throw new UserError($"{option} is '{text}'; it must be {(keeps ? "keep or " : "")}a whole number from {minimum} to {int.MaxValue}, or one per axis such as 2x3.");
        if (parts.Length > 3) throw new UserError($"{option} is '{text}'; it takes one number, or one per axis, for at most 3 axes.");
        return Cenote.Spatial.Create(values);
    }

    /// <summary>Padding: numbers as above, or two of them, before:after.</summary>
    public static Padding Padding(string option, string text)
    {
        string[] sides = text.Split(':');
        if (sides.Length > 2) throw new UserError($"{option} is '{text}'; it takes one padding for both sides, or two, before:after such as 1x0:0x1.");
        if (sides.Contains("")) throw new UserError($"{option} is '{text}'; one number or one per axis stands on each side of the colon, before:after such as 1x0:0x1.");
        return new(Spatial(option, sides[0], 0), Spatial(option, sides[^1], 0));
    }

    /// <summary>Lengths of 1 to 3 axes, each 64 bits.</summary>
    public static nint[] Lengths(string name, string text)
    {
        string[] parts = text.Split('x', 'X');
        var values = new nint[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!nint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || values[i] < 1)
                throw new UserError($"{name} is '{text}'; it must be a length such as 16000, 112x112 or 16x112x112, each from 1.");
        return parts.Length <= 3 ? values : throw new UserError($"{name} is '{text}'; it has {parts.Length} axes, and pooling takes 1 to 3.");
    }

    public static long Integer(string option, string text, string allowed, Func<long, bool> allows) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && allows(value) ? value
            : throw new UserError($"{option} is '{text}'; it must be {allowed}.");

    public static double Real(string option, string text, string allowed, Func<double, bool> allows) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && allows(value) ? value
            : throw new UserError($"{option} is '{text}'; it must be {allowed}.");
}
