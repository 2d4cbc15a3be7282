using System.Globalization;
using System.Numerics.Tensors;

namespace Cenote.Playground;

/// <summary>A small plane of numbers, as it is typed: a row per line, numbers between spaces or commas.</summary>
internal sealed class Grid
{
    /// <summary>The longest side: more cells could not be told apart on a screen.</summary>
    public const int MostSide = 16;

    private readonly float[] _values;

    private Grid(float[] values, int height, int width) => (_values, Height, Width) = (values, height, width);

    public int Height { get; }

    public int Width { get; }

    public float this[int row, int column] => _values[row * Width + column];

    /// <summary>The plane as an input of one channel.</summary>
    public Tensor<float> Tensor => System.Numerics.Tensors.Tensor.Create(_values, [1, Height, Width]);

    /// <exception cref="FormatException">The text is no grid; the message says where.</exception>
    public static Grid Parse(string text)
    {
        string[] lines = text.Split(['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length is 0 or > MostSide) throw new FormatException($"The grid has {lines.Length} rows; it must have from 1 to {MostSide}.");
        string[][] cells = [.. lines.Select(line => line.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries))];
        int width = cells[0].Length;
        if (width > MostSide) throw new FormatException($"Row 1 has {width} numbers; it must have from 1 to {MostSide}.");
        var values = new float[lines.Length * width];
        for (int row = 0; row < lines.Length; row++)
        {
            if (cells[row].Length != width) throw new FormatException($"Row {row + 1} has {cells[row].Length} numbers, and row 1 has {width}; all rows must be of one length.");
            for (int column = 0; column < width; column++)
                if (!float.TryParse(cells[row][column], NumberStyles.Float, CultureInfo.InvariantCulture, out values[row * width + column]))
                    throw new FormatException($"'{cells[row][column]}' in row {row + 1} is no number.");
        }

        return new(values, lines.Length, width);
    }

    /// <summary>The text of the grid with one cell changed.</summary>
    public string With(int row, int column, float value)
    {
        var changed = (float[])_values.Clone();
        changed[row * Width + column] = value;
        return string.Join('\n', Enumerable.Range(0, Height).Select(r => string.Join(' ', Enumerable.Range(0, Width).Select(c => Number(changed[r * Width + c])))));
    }

    /// <summary>A number as short as it can be told.</summary>
    public static string Number(float value) => value.ToString("0.###", CultureInfo.InvariantCulture) is "-0" ? "-0"
        : float.IsFinite(value) && MathF.Abs(value) >= 10_000 ? value.ToString("0.#e0", CultureInfo.InvariantCulture)
        : float.IsNegativeInfinity(value) ? "−∞" : float.IsPositiveInfinity(value) ? "∞" : value.ToString("0.###", CultureInfo.InvariantCulture);
}
