using System.Globalization;

namespace Cenote.Benchmarks.Report;

/// <summary>Numbers for tables: three digits that mean something, and a dash where there is no number.</summary>
internal static class Format
{
    public static string Milliseconds(double? seconds) => Number(seconds * 1e3);

    public static string Nanoseconds(double? seconds) => Number(seconds * 1e9);

    public static string Ratio(double? ratio) => ratio is { } value ? value.ToString("F2", CultureInfo.InvariantCulture) : "–";

    public static string Threads(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";

    public static string Number(double? number)
    {
        if (number is not { } value) return "–";
        int digits = value switch { >= 100 => 0, >= 10 => 1, >= 1 => 2, >= 0.1 => 3, >= 0.01 => 4, _ => 5 };
        return value.ToString($"F{digits}", CultureInfo.InvariantCulture);
    }
}
