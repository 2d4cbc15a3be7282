namespace Cenote;

/// <summary>The windows of one axis as a formula: output size, clipping and extents. What options allow is in <see cref="WindowOptions"/>, products over axes in <see cref="PoolPlan"/>.</summary>
internal sealed class AxisPlan
{
    /// <summary>Input lengths stop here, so that no sum or product below can wrap: every other operand is below 2³¹, or a product of two such.</summary>
    private const long MaxLength = 1L << 60;

    private readonly long _kernel, _stride, _before, _after, _dilation;
    private readonly bool _countPadding;
    private readonly string _formula;

    private AxisPlan(long inputLength, long outputLength, long kernel, long stride, long before, long after, long dilation, bool countPadding, string formula)
    {
        (InputLength, OutputLength) = (inputLength, outputLength);
        (_kernel, _stride, _before, _after, _dilation) = (kernel, stride, before, after, dilation);
        (_countPadding, _formula) = (countPadding, formula);
    }

    public long InputLength { get; }

    public long OutputLength { get; }

    /// <summary>The most taps that one window has inside the input.</summary>
    public long MaxCount => Math.Min(_kernel, (InputLength - 1) / _dilation + 1);

    /// <summary>The most taps that the divisor of one window counts.</summary>
    public long MaxExtent => Math.Min(_kernel, (InputLength + (_countPadding ? _before + _after : 0) - 1) / _dilation + 1);

    /// <summary>The output size worked out with its numbers.</summary>
    public string Formula => _formula;

    /// <summary>One window that covers the whole axis.</summary>
    public static AxisPlan Global(long length, string name)
    {
        RequireLength(length, name);
        return new(length, 1, kernel: length, stride: length, 0, 0, dilation: 1, countPadding: false, $"{name}: one window over all {length} = 1");
    }

    /// <summary>An axis that the layer does not pool: every output is its input.</summary>
    public static AxisPlan Identity(long length) => new(length, length, kernel: 1, stride: 1, 0, 0, dilation: 1, countPadding: false, "");

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

    /// <summary>The taps that output <paramref name="position"/> reads, clipped to the input.</summary>
    public Window this[long position]
    {
        get
        {
            long start = position * _stride - _before;
            long before = start >= 0 ? 0 : Math.Min(_kernel, (-start - 1) / _dilation + 1);
            long end = TapsBelow(InputLength, start);
            long count = Math.Max(0, end - before);
            long after = TapsBelow(InputLength + _after, start) - before - count;
            return new(start + before * _dilation, count, _dilation, before, after, _countPadding ? before + count + after : count);
        }
    }

    /// <summary>How many taps of the window that starts at <paramref name="start"/> lie below <paramref name="limit"/>.</summary>
    private long TapsBelow(long limit, long start) => start >= limit ? 0 : Math.Min(_kernel, (limit - 1 - start) / _dilation + 1);

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

    private static long FloorDivide(long dividend, long divisor) => dividend >= 0 ? dividend / divisor : -((-dividend + divisor - 1) / divisor);
}
