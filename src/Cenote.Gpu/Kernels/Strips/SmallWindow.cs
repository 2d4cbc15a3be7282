using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>A small window that slides, as a kernel knows it when it is compiled: once for each, so that little is left of loops over its taps.</summary>
/// <param name="Rows">Taps along the height.</param>
/// <param name="Columns">Taps along the width.</param>
/// <param name="RowStride">The distance between windows along the height.</param>
/// <param name="ColumnStride">The distance between windows along the width.</param>
/// <param name="RowStep">The distance between taps along the height.</param>
/// <param name="ColumnStep">The distance between taps along the width.</param>
/// <param name="Before">Padding before a row.</param>
internal readonly record struct SmallWindow(int Rows, int Columns, int RowStride, int ColumnStride, int RowStep, int ColumnStep, int Before)
{
    /// <summary>The most taps of a row and of a column.</summary>
    public const int MostTaps = 5;

    /// <summary>The rows that a window shares with the next one below.</summary>
    public int Shared => Rows > RowStride ? Rows - RowStride : 0;

    /// <summary>The rows that it does not.</summary>
    public int New => Rows - Shared;

    /// <summary>Whether windows are small, and rows short enough to be counted in 32 bits.</summary>
    public static bool Accepts(PoolPlan plan) => plan.Slides && !plan.ReadsPadding && !plan.IsGlobal && IsSmall(plan.Height) && IsSmall(plan.Width) && plan.Width.Before <= 2
        && (Int128)plan.Width.InputLength * plan.Channels <= int.MaxValue;

    /// <summary>Whether windows have one depth, and lie close enough that a strip can walk from row to row.</summary>
    public static bool IsFlat(PoolPlan plan) => plan.Depth.Kernel == 1 && plan.Depth.MaxCount == 1 && plan.Depth.WholeFrom == 0 && plan.Depth.WholeEnd >= plan.Depth.OutputLength
        && plan.Height.LaneStride <= 2 && StepOf(plan.Height) == 1;

    /// <summary>Whether a row's taps can be made of whole packs and single elements beside them: at strides 1 and 2, or where windows are parts of packs.</summary>
    public static bool HasPacks(PoolPlan plan) => plan.Width.LaneStride switch
    {
        1 => StepOf(plan.Width) <= 2,
        2 => StepOf(plan.Width) == 1,
        4 => StepOf(plan.Width) == 1 && plan.Width is { Kernel: <= 4, Before: 0 },
        _ => false,
    };

    public static SpecializedValue<SmallWindow> Of(PoolPlan plan) => new(new(
        (int)plan.Height.Kernel,
        (int)plan.Width.Kernel,
        (int)plan.Height.LaneStride,
        (int)plan.Width.LaneStride,
        StepOf(plan.Height),
        StepOf(plan.Width),
        (int)plan.Width.Before));

    /// <summary>Whether every window has a tap inside the input: the first reaches it, the last begins in it or before, and steps are not longer than it.</summary>
    public static bool HasTaps(AxisPlan axis) =>
        axis.InputLength >= StepOf(axis) && axis.Span > axis.Before && (Int128)(axis.OutputLength - 1) * axis.Stride - axis.Before < axis.InputLength;

    private static bool IsSmall(AxisPlan axis) => axis.Kernel <= MostTaps && axis.LaneStride <= 4 && (axis.Dilation <= 4 || axis.Kernel == 1);

    private static int StepOf(AxisPlan axis) => axis.Kernel == 1 ? 1 : (int)axis.Dilation;
}
