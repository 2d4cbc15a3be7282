using System.Text;

namespace Cenote;

public sealed partial class PoolPlan
{
    /// <summary>The plan in one line: operator, shapes and options.</summary>
    /// <returns>For example <c>max 8×64×112×112 → 8×64×56×56 (k3 s2 p1)</c>.</returns>
    public override string ToString() =>
        $"{Layer.Name} {Text(_inputShape)} → {Text(_outputShape)}" + (OptionsText.Length == 0 ? "" : $" ({OptionsText})");

    /// <summary>The plan in words: its line, then the size of every axis worked out with its numbers.</summary>
    /// <returns>One line for the plan and one per axis.</returns>
    public string Describe()
    {
        var text = new StringBuilder(ToString());
        for (int axis = 0; axis < SpatialRank; axis++) text.Append('\n').Append(DescribeAxis(axis));
        return text.ToString();
    }

    /// <summary>The output size of one axis, worked out with its numbers.</summary>
    /// <param name="axis">The spatial axis, from 0 to <see cref="SpatialRank"/> − 1.</param>
    /// <returns>For example <c>height: floor((112 + 1 + 1 − 1·(3 − 1) − 1) / 2) + 1 = floor(111 / 2) + 1 = 56</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public string DescribeAxis(int axis) => Axis(axis).Formula;

    /// <summary>One output in words: the input range that it reads along each axis, which taps are padding, and the divisor.</summary>
    /// <param name="position">The output's spatial indices, one per axis.</param>
    /// <returns>One line for the output and one per axis.</returns>
    /// <exception cref="ArgumentException">There are not <see cref="SpatialRank"/> indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public string Describe(params ReadOnlySpan<long> position)
    {
        var text = new StringBuilder($"output ({string.Join(", ", position.ToArray())}), divisor {DivisorAt(position)}");
        for (int axis = 0; axis < SpatialRank; axis++)
        {
            Window window = WindowAt(axis, position[axis]);
            long last = window.Start + (window.Count - 1) * window.Step;
            text.Append($"\n{AxisName(axis)} {position[axis]}: ");
            text.Append(window.Count == 0 ? "no tap inside the input" : window.Count == 1 ? $"reads input {last}" : $"reads input {window.Start} to {last}");
            if (window.Step > 1 && window.Count > 1) text.Append($" in steps of {window.Step}");
            text.Append($", {window.Count} inside, {window.Before} padded before, {window.After} padded after");
        }

        return text.ToString();
    }

    internal static string Text(ReadOnlySpan<nint> shape) => shape.Length == 0 ? "()" : string.Join('×', shape.ToArray());
}
