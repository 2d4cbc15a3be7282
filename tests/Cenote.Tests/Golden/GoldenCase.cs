using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Cenote.Tests.Golden;

/// <summary>One recorded answer of libtorch: a line of <c>libtorch.txt</c>, with elements as the hexadecimal of their little-endian bytes.</summary>
internal sealed record GoldenCase(string Element, PoolCase Case, string Input, string OutputShape, string Output)
{
    public const string Refused = "refused";

    private const string ResourceName = "libtorch.txt";

    /// <summary>The committed file, as it is in the assembly.</summary>
    public static IReadOnlyList<GoldenCase> ReadAll()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"{ResourceName} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Parse)];
    }

    public static GoldenCase Create<T>(PoolCase @case, T[] input, (T[] Values, long[] Shape)? output)
        where T : unmanaged => new(
            Elements.Name<T>(),
            @case,
            ToHex(input),
            output is null ? Refused : string.Join('x', output.Value.Shape),
            output is null ? string.Empty : ToHex(output.Value.Values));

    public static T[] FromHex<T>(string text)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Convert.FromHexString(text)).ToArray();

    public long[] OutputLengths() => [.. OutputShape.Split('x').Select(length => long.Parse(length, CultureInfo.InvariantCulture))];

    public override string ToString() => $"{Element} | {Case} | {Input} | {OutputShape} | {Output}".TrimEnd();

    private static GoldenCase Parse(string line)
    {
        string[] parts = line.Split('|', StringSplitOptions.TrimEntries);
        return new(parts[0], PoolCase.Parse(parts[1]), parts[2], parts[3], parts[4]);
    }

    // NaNs are written one way: their payload depends on the machine that recorded them.
    private static string ToHex<T>(T[] values)
        where T : unmanaged
    {
        T[] canonical = [.. values.Select(value => Elements.IsFloating<T>() && double.IsNaN(Elements.ToDouble(value)) ? Elements.FromDouble<T>(double.NaN) : value)];
        return Convert.ToHexString(MemoryMarshal.AsBytes<T>(canonical));
    }
}
