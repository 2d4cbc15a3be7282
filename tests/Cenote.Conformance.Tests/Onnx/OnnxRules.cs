namespace Cenote.Conformance.Tests.Onnx;

/// <summary>ONNX's pooling, written down once more from the standard: slow, for any number of axes, and with nothing of the library in it.</summary>
/// <param name="Operator">MaxPool, AveragePool or LpPool.</param>
/// <param name="Kernel">Taps along each axis.</param>
/// <param name="Stride">Steps.</param>
/// <param name="Dilation">Distances between taps.</param>
/// <param name="Pads">All beginnings, then all ends; null where a rule is given.</param>
/// <param name="AutoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
/// <param name="Ceil">Whether sizes round up.</param>
/// <param name="CountPads">Whether the divisor counts padding.</param>
/// <param name="P">The exponent of a norm.</param>
internal sealed record OnnxRules(string Operator, long[] Kernel, long[] Stride, long[] Dilation, long[]? Pads, string AutoPad, bool Ceil, bool CountPads, long P)
{
    private int Rank => Kernel.Length;

    /// <summary>The output's spatial lengths, and the padding that was declared or computed; a length below 1 where no window fits.</summary>
    public (long[] Output, long[] Begin, long[] End) Sizes(long[] input)
    {
        long[] output = new long[Rank], begin = new long[Rank], end = new long[Rank];
        for (int axis = 0; axis < Rank; axis++)
        {
            long span = ((Kernel[axis] - 1) * Dilation[axis]) + 1, stride = Stride[axis], length = input[axis];
            if (AutoPad.StartsWith("SAME", StringComparison.Ordinal))
            {
                output[axis] = (long)Math.Ceiling((double)length / stride);
                long total = Math.Max(0, ((output[axis] - 1) * stride) + span - length);
                begin[axis] = AutoPad == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end[axis] = total - begin[axis];
                continue;
            }

            if (Pads is not null && AutoPad == "NOTSET") (begin[axis], end[axis]) = (Pads[axis], Pads[Rank + axis]);
            double steps = (double)(length + begin[axis] + end[axis] - span) / stride;
            output[axis] = (long)(Ceil ? Math.Ceiling(steps) : Math.Floor(steps)) + 1;
            if (Ceil && (output[axis] - 1) * stride >= length + begin[axis]) output[axis]--;
        }

        return (output, begin, end);
    }

    /// <summary>The value of every window, NaN where it has no tap inside the input; and the index of its maximum in either order of storage.</summary>
    public (double[] Values, long[][] Indices) Run(double[] data, long planes, long[] input)
    {
        var (output, begin, end) = Sizes(input);
        long size = Product(input), count = Product(output), taps = Product(Kernel);
        var values = new double[planes * count];
        long[][] indices = [new long[values.Length], new long[values.Length]];
        for (long i = 0; i < values.Length; i++)
        {
            var (plane, window) = Math.DivRem(i, count);
            long[] place = Position(window, output);
            double sum = 0, best = double.NaN;
            long inside = 0, declared = 0;
            for (long tap = 0; tap < taps; tap++)
            {
                long[] at = [.. Position(tap, Kernel).Select((offset, axis) => (place[axis] * Stride[axis]) - begin[axis] + (offset * Dilation[axis]))];
                if (at.Select((position, axis) => position < -begin[axis] || position >= input[axis] + end[axis]).Any(isOutside => isOutside)) continue;
                declared++;
                if (at.Select((position, axis) => position < 0 || position >= input[axis]).Any(isOutside => isOutside)) continue;
                inside++;
                long rowMajor = Flat(at, input, Enumerable.Range(0, Rank).Reverse());
                double x = data[(plane * size) + rowMajor];
                sum += Operator == "LpPool" ? Math.Pow(Math.Abs(x), P) : x;
                if (!(x > best) && !double.IsNaN(best)) continue;
                best = x;
                indices[0][i] = (plane * size) + rowMajor;
                indices[1][i] = (plane * size) + Flat(at, input, Enumerable.Range(0, Rank));
            }

            values[i] = inside == 0 ? double.NaN : Operator switch { "MaxPool" => best, "LpPool" => Math.Pow(sum, 1.0 / P), _ => sum / (CountPads ? declared : inside) };
        }

        return (values, indices);
    }

    public static long Product(long[] lengths) => lengths.Aggregate(1L, (product, length) => product * length);

    private static long[] Position(long flat, long[] lengths)
    {
        var position = new long[lengths.Length];
        for (int axis = lengths.Length - 1; axis >= 0; axis--) (flat, position[axis]) = Math.DivRem(flat, lengths[axis]);
        return position;
    }

    /// <summary>The position where the first of the axes counts by one.</summary>
    private static long Flat(long[] at, long[] lengths, IEnumerable<int> axes)
    {
        long flat = 0, step = 1;
        foreach (int axis in axes)
        {
            flat += at[axis] * step;
            step *= lengths[axis];
        }

        return flat;
    }
}
