using System.Globalization;
using System.Numerics;

namespace Cenote.Cli;

/// <summary>A small plane of numbers, with the text of each.</summary>
internal sealed class Grid
{
    private readonly double[,] _values;
    private readonly string[,] _texts;

    private Grid(nint rows, nint columns) => (_values, _texts) = (new double[rows, columns], new string[rows, columns]);

    public double this[long row, long column] => _values[row, column];

    public string Text(long row, long column) => _texts[row, column];

    /// <summary>Whether the text says less than the number.</summary>
    public bool IsRounded(long row, long column) => _texts[row, column].Contains('.') && double.Parse(_texts[row, column], CultureInfo.InvariantCulture) != _values[row, column];

    public int Widest => _texts.Cast<string>().Max(text => text.Length);

    public IEnumerable<double> Values => _values.Cast<double>();

    /// <summary>The plane that the last axes of an array are, one or two of them.</summary>
    public static Grid Of(ArrayData array, nint rows, nint columns)
    {
        nint[] strides = array.Strides();
        nint down = strides.Length > 1 ? strides[^2] : 0, right = strides[^1];
        var grid = new Grid(rows, columns);
        switch (array.Format.Code)
        {
            case "f2": grid.Fill<Half>(array, down, right); break;
            case "f4": grid.Fill<float>(array, down, right); break;
            case "f8": grid.Fill<double>(array, down, right); break;
            case "i1": grid.Fill<sbyte>(array, down, right); break;
            case "i2": grid.Fill<short>(array, down, right); break;
            case "i4": grid.Fill<int>(array, down, right); break;
            case "i8": grid.Fill<long>(array, down, right); break;
            case "u1": grid.Fill<byte>(array, down, right); break;
            case "u2": grid.Fill<ushort>(array, down, right); break;
            case "u4": grid.Fill<uint>(array, down, right); break;
            case "u8": grid.Fill<ulong>(array, down, right); break;
            default: throw new InvalidOperationException($"no element type {array.Format.Code}");
        }

        return grid;
    }

    private unsafe void Fill<T>(ArrayData array, nint down, nint right)
        where T : unmanaged, INumber<T>
    {
        for (nint row = 0; row < _values.GetLength(0); row++)
            for (nint column = 0; column < _values.GetLength(1); column++)
            {
                T value = ((T*)array.Pointer)[row * down + column * right];
                double number = double.CreateChecked(value);
                _values[row, column] = number;
                // Four digits tell numbers apart at a glance; whole numbers of an ordinary size keep all of theirs.
                _texts[row, column] = array.Format.IsInteger || Math.Abs(number) < 1e6 && number == Math.Truncate(number)
                    ? value.ToString("0", CultureInfo.InvariantCulture).Replace("-0", "0", StringComparison.Ordinal)
                    : number.ToString("G4", CultureInfo.InvariantCulture);
            }
    }
}
