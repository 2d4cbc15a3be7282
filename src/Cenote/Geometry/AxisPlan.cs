using System.Numerics;

namespace Cenote;

/// <summary>The windows of one axis as a formula: output size, clipping and extents. What options allow is in <see cref="WindowOptions"/>, products over axes in <see cref="PoolPlan"/>.</summary>
internal sealed class AxisPlan
{
    /// <summary>Input lengths stop here, so that no sum or product below can wrap: every other operand is below 2³¹, or a product of two such.</summary>
    public const long MaxLength = 1L << 60;

    private readonly bool _countPadding;

    /// <summary>Whose outputs the windows are, where they do not slide evenly.</summary>
    private readonly AxisPlan? _transposed;

    /// <summary>Whether the windows are adaptive ones, of uneven lengths.</summary>
    private readonly bool _adaptive;

    /// <summary>Whether each window may lie anywhere, in each plane somewhere else: as far as a plan knows, it is the whole axis.</summary>
    private readonly bool _roams;

    /// <summary>Of the axis whose transpose this is: 1 / (stride / Dilation') modulo the dilation here, by which the first of the outputs that meet a tap is found.</summary>
    private readonly long _inverse;

    private AxisPlan(long inputLength, long outputLength, long kernel, long stride, long before, long after, long dilation, bool countPadding, string formula)
    {
        (InputLength, OutputLength) = (inputLength, outputLength);
        (Kernel, Stride, Before, After, Dilation) = (kernel, stride, before, after, dilation);
        (_countPadding, Formula) = (countPadding, formula);
        (WholeFrom, WholeEnd) = ((before + stride - 1) / stride, FloorDivide(inputLength - Span + before, stride) + 1);
    }

    /// <summary>The outputs of <paramref name="axis"/> that read each of its inputs, where they are no sliding windows themselves.</summary>
    private AxisPlan(AxisPlan axis)
    {
        long common = (long)System.Numerics.BigInteger.GreatestCommonDivisor(axis.Stride, axis.Dilation), step = axis.Stride / common;
        (_transposed, InputLength, OutputLength) = (axis, axis.OutputLength, axis.InputLength);
        (Kernel, Stride, Dilation, Formula) = ((axis.Kernel + step - 1) / step, 1, axis.Dilation / common, "");
        _inverse = Inverse(step % Dilation, Dilation);
    }

    /// <summary>Windows that lie anywhere.</summary>
    private AxisPlan(string formula, long inputLength, long outputLength)
    {
        (_roams, InputLength, OutputLength, Formula) = (true, inputLength, outputLength, formula);
        (Kernel, Stride, Dilation) = (inputLength, 1, 1);
        (WholeFrom, WholeEnd) = (0, outputLength);
    }

    /// <summary>Adaptive windows.</summary>
    private AxisPlan(long inputLength, long outputLength, string formula)
    {
        (_adaptive, InputLength, OutputLength, Formula) = (true, inputLength, outputLength, formula);
        // Rounding at both ends may take in one more.
        (Stride, Dilation) = ((inputLength + outputLength - 1) / outputLength, 1);
        Kernel = Stride + 1;
        (WholeFrom, WholeEnd) = (0, outputLength);
    }

    public long InputLength { get; }

    public long OutputLength { get; }

    /// <summary>Taps per window, those outside the input included.</summary>
    public long Kernel { get; }

    /// <summary>The distance between neighbouring windows; of uneven ones the greatest.</summary>
    public long Stride { get; }

    /// <summary>The distance between windows in neighbouring lanes: of a single window the stride says nothing.</summary>
    public long LaneStride => OutputLength == 1 ? 1 : Stride;

    /// <summary>How many positions a window reads that no other has read, on average, rounded down: the stride of many windows, all taps of a single one.</summary>
    public long NewPerWindow => ((OutputLength - 1) * LaneStride + Kernel) / OutputLength;

    /// <summary>Whether windows can be made by van Herk's runs, in memory that they are worth.</summary>
    public bool FitsRuns => Dilation == 1 && Slides && LaneStride <= Kernel && Kernel <= 2 * InputLength;

    /// <summary>Where the first window starts, as a distance before the input.</summary>
    public long Before { get; }

    /// <summary>How many positions behind the input are padding.</summary>
    public long After { get; }

    /// <summary>The distance between neighbouring taps.</summary>
    public long Dilation { get; }

    /// <summary>The positions from a window's first tap to its last.</summary>
    public long Span => (Kernel - 1) * Dilation + 1;

    /// <summary>The most taps that one window has inside the input.</summary>
    public long MaxCount => Math.Min(Kernel, Steps(InputLength));

    /// <summary>The most taps that the divisor of one window counts.</summary>
    public long MaxExtent => Math.Min(Kernel, Steps(InputLength + (_countPadding ? Before + After : 0)));

    /// <summary>The output size worked out with its numbers.</summary>
    public string Formula { get; }

    /// <summary>One window that covers the whole axis.</summary>
    public static AxisPlan Global(long length, string name)
    {
        RequireLength(length, name);
        return new(length, 1, kernel: length, stride: length, 0, 0, dilation: 1, countPadding: false, $"{name}: one window over all {length} = 1");
    }

    /// <summary>One window without a tap.</summary>
    // Taps lie before the only position and after it.
    public static AxisPlan None() => new(1, 1, kernel: 2, stride: 1, before: 1, after: 1, dilation: 2, countPadding: false, "");

    /// <summary>The one window of the axis with a tap more, behind the input: its number says that no tap was chosen.</summary>
    public AxisPlan WithRoomForNone() => new(InputLength, 1, kernel: InputLength + 1, stride: 1, before: 0, after: 1, dilation: 1, countPadding: false, Formula);

    /// <summary>So many windows that cover the axis as evenly as can be: output o reads from ⌊o·L/O⌋ up to ⌈(o + 1)·L/O⌉.</summary>
    /// <exception cref="ArgumentException">There are no outputs, or too many.</exception>
    public static AxisPlan Adaptive(long length, long output, string name)
    {
        RequireLength(length, name);
        if (output == 1) return Global(length, name);
        long stride = length / output, rest = length % output;
        if (rest == 0) return new(length, output, stride, stride, 0, 0, dilation: 1, countPadding: false, $"{name}: {length} / {output} = {stride} taps a window, {output} windows");
        string formula = $"{name}: {output} windows over {length}, the first from 0 to {Quotient(1, length, output, up: true) - 1}";
        // One position left over: ⌊o·L/O⌋ = o·stride for every o, and each window shares its last tap with the next.
        return rest == 1 && stride > 0 ? new(length, output, stride + 1, stride, 0, 0, dilation: 1, countPadding: false, formula) : new(length, output, formula);
    }

    /// <summary>So many windows of so many taps, of which each plane has its own: that of an output may lie anywhere, and a tap's number in it is a position of the axis.</summary>
    /// <exception cref="ArgumentException">There are no outputs, or too many.</exception>
    public static AxisPlan Roaming(long length, long kernel, long output, string name)
    {
        RequireLength(length, name);
        if (output < 1 || output > length - kernel + 1)
            throw new ArgumentException($"input {name} is {length}; {output} windows of {kernel} fit where the output's length is from 1 to {name} − kernelSize + 1 = {length - kernel + 1}.", "input");
        return new($"{name}: {output} windows of {kernel} over {length}", length, output);
    }

    /// <summary>An axis that the layer does not pool: every output is its input.</summary>
    public static AxisPlan Identity(long length) => new(length, length, kernel: 1, stride: 1, 0, 0, dilation: 1, countPadding: false, "");

    /// <summary>The same windows, of stride 1, where every position holds so many channels side by side: taps lie further apart, neighbours of a window are the other channels'.</summary>
    public AxisPlan Interleaved(long channels) =>
        new(InputLength * channels, OutputLength * channels, Kernel, stride: 1, Before * channels, After * channels, Dilation * channels, _countPadding, Formula);

    /// <summary>Windows of <paramref name="options"/> sliding along an axis.</summary>
    /// <exception cref="ArgumentException">No window fits.</exception>
    public static AxisPlan Sliding(long length, WindowOptions options, int axis, int spatialRank, bool countPadding)
    {
        string name = WindowOptions.AxisName(axis, spatialRank);
        RequireLength(length, name);
        long kernel = options.Kernel[axis], stride = (options.Stride ?? options.Kernel)[axis], dilation = options.Dilation[axis];
        long span = dilation * (kernel - 1) + 1;
        if (options.Padding.Rule != PaddingRule.Explicit)
            return Same(length, kernel, stride, dilation, span, options.Padding.Rule, countPadding, name);

        long before = options.Padding.Before[axis], after = options.Padding.After[axis];
        long room = length + before + after - span;
        string sum = $"({length} + {before} + {after} − {dilation}·({kernel} − 1) − 1) / {stride}";
        long output;
        string formula;
        if (options.CeilMode)
        {
            output = -FloorDivide(-room, stride) + 1;
            formula = $"{name}: ceil({sum}) + 1 = ceil({room} / {stride}) + 1 = {output}";
            // A window must start inside the input or in the padding before it; at most the last one does not,
            // because the padding after the input is smaller than the span of a window.
            if (output > 1 && (output - 1) * stride >= length + before)
            {
                output--;
                formula += $", less the last window, which would start at {output * stride - before}, after the input: {output}";
            }
        }
        else
        {
            output = FloorDivide(room, stride) + 1;
            formula = $"{name}: floor({sum}) + 1 = floor({room} / {stride}) + 1 = {output}";
        }

        if (output < 1)
            throw new ArgumentException($"input {name} {length} is too small: with padding {before} before and {after} after it has {length + before + after} taps, and one window spans {span} (kernelSize {kernel}, dilation {dilation}); the output size would be {output}, and must be at least 1.", "input");
        return new(length, output, kernel, stride, before, after, dilation, countPadding, formula);
    }

    /// <summary>Whether the windows slide: each begins <see cref="Stride"/> behind the one before.</summary>
    public bool Slides => _transposed is null && !_adaptive && !_roams;

    /// <summary>Whether each window may lie anywhere, in each plane somewhere else.</summary>
    public bool Roams => _roams;

    /// <summary>The outputs that read each input, in ascending order: again windows with equal steps between their taps.</summary>
    public AxisPlan Transpose()
    {
        if (_transposed is not null) return _transposed;
        // Input i is read by the outputs from ⌊i·O/L⌋ up to ⌈(i + 1)·O/L⌉: the same windows, the other way.
        if (_adaptive) return new(OutputLength, InputLength, "");
        // As far as a plan knows, every output reads every input.
        if (_roams) return new("", OutputLength, InputLength);
        // Every output is its input: a single one slides too.
        if (Kernel == 1 && Stride == 1 && InputLength == OutputLength) return this;
        if (LaneStride != 1 || OutputLength == 1) return new(this);
        // Input h is tap j of output h + Before − j·Dilation.
        long before = (Kernel - 1) * Dilation - Before;
        return new(OutputLength, InputLength, Kernel, stride: 1, before, Math.Max(0, InputLength - before - 1 + Span - OutputLength), Dilation, countPadding: false, "");
    }

    /// <summary>Whether the other axis has the same windows.</summary>
    public bool HasWindowsOf(AxisPlan other) =>
        (InputLength, OutputLength, Kernel, Before, Dilation) == (other.InputLength, other.OutputLength, other.Kernel, other.Before, other.Dilation) && LaneStride == other.LaneStride && Slides == other.Slides;

    /// <summary>How many outputs from either end on, at most, have windows that reach out of the input.</summary>
    public long MostClipped => Math.Max(Math.Min(WholeFrom, OutputLength), OutputLength - Math.Clamp(WholeEnd, 0, OutputLength));

    /// <summary>Whether a window may have no tap inside the input, as taps that lie apart may pass it by.</summary>
    public bool MayMiss => Dilation > 1 && MostClipped > 0;

    /// <summary>The taps that output <paramref name="position"/> reads, clipped to the input.</summary>
    public Window this[long position]
    {
        get
        {
            if (_transposed is not null) return Readers(_transposed, position);
            if (_adaptive) return Even(position);
            if (_roams) return new(0, InputLength, 1, 0, 0, InputLength);
            long start = position * Stride - Before;
            if (IsWhole(position)) return new(start, Kernel, Dilation, 0, 0, Kernel);
            long before = start >= 0 ? 0 : Math.Min(Kernel, Steps(-start));
            long end = TapsBelow(InputLength, start);
            long count = Math.Max(0, end - before);
            long after = TapsBelow(InputLength + After, start) - before - count;
            return new(start + before * Dilation, count, Dilation, before, after, _countPadding ? before + count + after : count);
        }
    }

    /// <summary>Whether all windows count the same taps: those at both ends do, and no other counts fewer.</summary>
    public bool HasOneExtent => OutputLength == 1 || (Slides && this[0].Extent == Kernel && this[OutputLength - 1].Extent == Kernel);

    /// <summary>Whether every window counts a power of two of taps, or none.</summary>
    public bool CountsPowersOfTwo => Slides && (Kernel <= 2 || (HasOneExtent && BitOperations.IsPow2(this[0].Extent)));

    /// <summary>Where the window of an output begins, be it outside the input.</summary>
    public long Start(long position) => _roams ? 0 : _adaptive ? Quotient(position, InputLength, OutputLength, up: false) : position * Stride - Before;

    /// <summary>The first output whose window lies inside the input.</summary>
    public long WholeFrom { get; }

    /// <summary>Behind the last output whose window lies inside the input.</summary>
    public long WholeEnd { get; }

    /// <summary>Whether the window of an output lies inside the input.</summary>
    public bool IsWhole(long position) => position >= WholeFrom && position < WholeEnd;

    private Window Even(long position)
    {
        long start = Quotient(position, InputLength, OutputLength, up: false), count = Quotient(position + 1, InputLength, OutputLength, up: true) - start;
        return new(start, count, 1, 0, 0, count);
    }

    /// <summary>position · length / outputs, rounded; in whole numbers, since floating-point ones lose the last of long axes.</summary>
    private static long Quotient(long position, long length, long outputs, bool up)
    {
        long round = up ? outputs - 1 : 0;
        return (position | length) < int.MaxValue ? (position * length + round) / outputs : (long)(((Int128)position * length + round) / outputs);
    }

    /// <summary>The outputs of <paramref name="axis"/> that read the input at <paramref name="position"/>.</summary>
    private Window Readers(AxisPlan axis, long position)
    {
        // Output o reads it as tap j where o·stride + j·dilation = at.
        long at = position + axis.Before, common = axis.Dilation / Dilation;
        if (at % common != 0) return new(0, 0, Dilation, 0, 0, 0);
        long first = Math.Max(0, CeilingDivide(at - (axis.Kernel - 1) * axis.Dilation, axis.Stride)), last = Math.Min(InputLength - 1, at / axis.Stride);
        // The outputs that meet a tap repeat after every Dilation; the first has (o · step) ≡ at / common.
        if (Dilation > 1) first += ((at / common % Dilation * _inverse - first) % Dilation + Dilation) % Dilation;
        long count = first > last ? 0 : (last - first) / Dilation + 1;
        return new(first, count, Dilation, 0, 0, count);
    }

    /// <summary>How many taps of the window that starts at <paramref name="start"/> lie below <paramref name="limit"/>.</summary>
    private long TapsBelow(long limit, long start) => start >= limit ? 0 : Math.Min(Kernel, Steps(limit - start));

    /// <summary>How many taps, from the first on, lie within so many positions.</summary>
    // Divisions by 1 are spared: kernels ask for every row, and a division costs as much as pooling a short one.
    private long Steps(long positions) => Dilation == 1 ? positions : (positions - 1) / Dilation + 1;

    private static AxisPlan Same(long length, long kernel, long stride, long dilation, long span, PaddingRule rule, bool countPadding, string name)
    {
        long output = (length - 1) / stride + 1;
        long total = Math.Max(0, (output - 1) * stride + span - length), small = total / 2, large = total - small;
        var (before, after) = rule == PaddingRule.SameUpper ? (small, large) : (large, small);
        return new(length, output, kernel, stride, before, after, dilation, countPadding, $"{name}: ceil({length} / {stride}) = {output}, padding {before} before and {after} after");
    }

    private static void RequireLength(long length, string name)
    {
        if (length is < 1 or > MaxLength)
            throw new ArgumentException($"input {name} is {length}; it must be from 1 to 2^60.", "input");
    }

    /// <summary>The number whose product with <paramref name="value"/> is 1 modulo <paramref name="modulus"/>, to which it is prime; below 2³¹ both.</summary>
    private static long Inverse(long value, long modulus)
    {
        if (modulus == 1) return 0;
        var (rest, next, inverse, nextInverse) = (modulus, value, 0L, 1L);
        while (next != 0)
        {
            long quotient = rest / next;
            (rest, next) = (next, rest - quotient * next);
            (inverse, nextInverse) = (nextInverse, inverse - quotient * nextInverse);
        }

        return inverse < 0 ? inverse + modulus : inverse;
    }

    private static long CeilingDivide(long dividend, long divisor) => -FloorDivide(-dividend, divisor);

    private static long FloorDivide(long dividend, long divisor) => dividend >= 0 ? dividend / divisor : -((-dividend + divisor - 1) / divisor);
}
