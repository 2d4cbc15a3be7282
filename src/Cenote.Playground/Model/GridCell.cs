namespace Cenote.Playground;

/// <summary>A cell as it is drawn.</summary>
/// <param name="Share">Where its value lies between the least and the greatest, from 0 to 1.</param>
/// <param name="State">Its classes in the style sheet.</param>
public readonly record struct GridCell(string Text, double Share, string State);

/// <summary>The range of values that colours span.</summary>
internal readonly record struct CellColours(float Least, float Greatest)
{
    public static CellColours Of(Func<int, int, float> value, int height, int width)
    {
        var (least, greatest) = (float.PositiveInfinity, float.NegativeInfinity);
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                float one = value(row, column);
                if (float.IsFinite(one)) (least, greatest) = (Math.Min(least, one), Math.Max(greatest, one));
            }
        }

        return new(least, greatest);
    }

    public double Share(float value) => !float.IsFinite(value) || Greatest <= Least ? 0 : (value - Least) / (Greatest - Least);
}
