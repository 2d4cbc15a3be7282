namespace Cenote;

/// <summary>
/// The windows of one axis as its inputs see them. An input lies (position + padding) = quotient · stride + phase behind the first window's start, and inputs of one phase are read
/// by the same taps of windows that lie equally far back: tap j of output quotient + (phase − j · dilation) / stride.
/// </summary>
internal readonly unsafe struct GradientAxis
{
    /// <summary>Axes with more taps, more phases or windows that reach further are not worth their tables and padding.</summary>
    private const long Most = 1 << 12;

    private readonly AxisPlan _pooling;

    /// <summary>The taps of phase r are those from <c>_starts[r + 1]</c> up to <c>_starts[r + 2]</c>.</summary>
    private readonly long* _starts;

    private readonly AxisTap* _taps;

    /// <param name="pooling">The axis.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public GradientAxis(AxisPlan pooling, byte* memory)
    {
        _pooling = pooling;
        _starts = (long*)memory;
        long stride = pooling.Stride, phases = stride + 2;
        _taps = (AxisTap*)(_starts + phases);
        new Span<long>(_starts, (int)phases).Clear();
        for (long tap = 0; tap < pooling.Kernel; tap++) _starts[tap * pooling.Dilation % stride + 1]++;
        for (long phase = 1; phase < phases; phase++) _starts[phase] += _starts[phase - 1];
        // Each phase is filled from its end: the last tap, of the first window, comes first.
        for (long tap = 0; tap < pooling.Kernel; tap++)
        {
            long phase = tap * pooling.Dilation % stride;
            _taps[--_starts[phase + 1]] = new(tap, (phase - tap * pooling.Dilation) / stride);
        }
    }

    public long Stride => _pooling.Stride;

    /// <summary>How many outputs before its quotient's an input is read by, at most.</summary>
    public long Reach => Back(_pooling);

    /// <inheritdoc cref="Reach"/>
    public static long Back(AxisPlan pooling) => (pooling.Kernel - 1) * pooling.Dilation / pooling.Stride;

    public static bool Accepts(AxisPlan pooling) => pooling.Slides && pooling.Kernel <= Most && pooling.Stride <= Most && Back(pooling) <= Most;

    public static long Bytes(AxisPlan pooling) => Scratch.Round((pooling.Stride + 2) * sizeof(long) + pooling.Kernel * sizeof(AxisTap));

    public (long Quotient, long Phase) At(long position) => Math.DivRem(position + _pooling.Before, Stride);

    /// <summary>The first input of a phase at or behind <paramref name="position"/>.</summary>
    public long First(long phase, long position)
    {
        long ahead = phase - At(position).Phase;
        return position + (ahead < 0 ? ahead + Stride : ahead);
    }

    /// <summary>The taps that read the inputs of a phase, in the order of their windows.</summary>
    public ReadOnlySpan<AxisTap> Taps(long phase) => new(_taps + _starts[phase + 1], (int)(_starts[phase + 2] - _starts[phase + 1]));
}

/// <summary>A tap that reads an input.</summary>
/// <param name="Number">Which of its window's.</param>
/// <param name="Shift">How far the window's output lies behind the input's quotient; 0 or negative.</param>
internal readonly record struct AxisTap(long Number, long Shift);
