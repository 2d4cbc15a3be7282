using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of windows that share no input. Each input lies in one window at most, so that a row of the result is a row of gradients, each as often as its window has taps there: nothing is
/// copied, and rows are written in the order of memory.
/// </summary>
/// <param name="isChosen">Whether a window gives to the tap that it chose.</param>
internal sealed unsafe class ApartKernel<T, TLanes>(bool isChosen) : PoolKernel
    where T : unmanaged, INumber<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>Of results that the caches hold, rows of so many registers at strides up to this: else scattering costs less where windows are fewer than inputs. Measured.</summary>
    private const long NearBytes = 8 << 20, ManyRegisters = 8, ShortStride = 2;

    /// <summary>Elements of a row that are one unit.</summary>
    private const long MostElements = 1 << 15;

    public override string Name { get; } = $"apart, {8 * Unsafe.SizeOf<TLanes>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan pooling = job.Plan.Transposed;
        if (pooling.IsGlobal || !Apart(pooling.Depth) || !Apart(pooling.Height) || !Apart(pooling.Width)) return false;
        if (isChosen ? pooling.Taps > int.MaxValue : !GradientDivisors<T>.Accepts(pooling) || pooling.Width.Kernel != pooling.Width.Stride || !GradientDivisors<T>.AreUniform(pooling)) return false;
        return ByPixels(job)
            ? job.Plan.Channels >= TLanes.Count && AreSideBySide(job, layout => layout.Channel)
            // At a stride of 1 there is nothing to repeat.
            : pooling.Width.Stride > 1 && pooling.Width.OutputLength >= TLanes.Count && (!isChosen || SuitsChosen(job, pooling.Width)) && ApartRow<T, TLanes>.Bytes(pooling, isChosen) <= ApartRow<T, TLanes>.MostBytes && AreSideBySide(job, layout => layout.Width);
    }

    /// <summary>One unit is a row of the result, or of a long one a part.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * (ByPixels(job) ? 1 : job.Plan.Channels) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength * Pieces(job);

    /// <summary>The rate of the third-level cache.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * sizeof(T) / 30.0;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (isChosen) Run<ToChosen>(job, first, end);
        else Run<ToAll>(job, first, end);
    }

    private static bool Apart(AxisPlan axis) => axis.Slides && axis.Span <= axis.Stride && (axis.Dilation == 1 || axis.Kernel == 1);

    private static bool SuitsChosen(in PoolJob job, AxisPlan width) =>
        job.Plan.OutputElements * sizeof(T) > NearBytes || (width.Stride <= ShortStride && width.InputLength >= ManyRegisters * TLanes.Count);

    private static bool ByPixels(in PoolJob job) => job.OutputLayout.Channel == 1 && job.Plan.Channels > 1;

    private static bool AreSideBySide(in PoolJob job, Func<TensorLayout, long> step) => step(job.InputLayout) == 1 && step(job.OutputLayout) == 1 && (job.Offsets.Start is null || step(job.Offsets.Layout) == 1);

    private static long Columns(in PoolJob job) => Math.Max(job.Plan.Transposed.Width.Stride, MostElements / (ByPixels(job) ? job.Plan.Channels : 1));

    private static long Pieces(in PoolJob job) => (job.Plan.Width.OutputLength + Columns(job) - 1) / Columns(job);

    // Of rows of a few registers this is a good part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Run<TGiven>(in PoolJob job, long first, long end)
        where TGiven : struct
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        AxisPlan depths = pooling.Depth, heights = pooling.Height, widths = pooling.Width;
        bool byPixels = ByPixels(job), isMean = typeof(TGiven) == typeof(ToAll);
        int size = job.Offsets.Size;
        long markRow = job.Offsets.Layout.Height * size;
        long planes = byPixels ? 1 : plan.Channels, columns = Columns(job), pieces = Pieces(job);
        long divisorBytes = isMean ? GradientDivisors<T>.Bytes(pooling) : 0;
        long bytes = divisorBytes + (byPixels ? 0 : ApartRow<T, TLanes>.Bytes(pooling, !isMean));
        byte* scratch = bytes > 0 ? Scratch.Of(bytes) : null;
        GradientDivisors<T> divisors = isMean ? new(pooling, scratch) : default;
        ApartRow<T, TLanes> rows = byPixels ? default : new(pooling, !isMean, scratch + divisorBytes);
        for (long unit = first; unit < end;)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (slice, row) = Math.DivRem(unit, heights.InputLength * pieces);
            (row, long piece) = Math.DivRem(row, pieces);
            (slice, long d) = Math.DivRem(slice, depths.InputLength);
            var (n, c) = Math.DivRem(slice, planes);
            var (depth, depthTap) = Math.DivRem(d + depths.Before, depths.Stride);
            bool isRead = depthTap < depths.Kernel && depth < depths.OutputLength;
            var windows = new OutputPlace(n, c, isRead ? depth : 0, 0, 0);
            T* gradients = (T*)job.Input + windows.In(job.InputLayout), result = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel + d * job.OutputLayout.Depth;
            byte* numbers = isMean ? null : job.Offsets.Start + windows.In(job.Offsets.Layout) * size;
            var (height, tap) = Math.DivRem(row + heights.Before, heights.Stride);
            for (; unit < end && row < heights.InputLength; unit++)
            {
                long column = piece * columns, endColumn = Math.Min(widths.InputLength, column + columns);
                T* to = result + row * job.OutputLayout.Height;
                if (isRead && tap < heights.Kernel && height < heights.OutputLength)
                {
                    long tapRow = depthTap * heights.Kernel + tap;
                    T* from = gradients + height * job.InputLayout.Height;
                    byte* marks = numbers + height * markRow;
                    T divisor = isMean ? divisors.Row(depth, height) : default;
                    if (byPixels) ApartPixels<T, TLanes, TGiven>.Make(job, from, marks, tapRow * widths.Kernel, divisor, to, column, endColumn);
                    else rows.Make<TGiven>(from, marks, size, tapRow, divisor, to, column, endColumn);
                }
                else if (byPixels)
                {
                    for (; column < endColumn; column++) AheadWrites.Clear(to + column * job.OutputLayout.Width, plan.Channels * sizeof(T));
                }
                else
                {
                    AheadWrites.Clear(to + column, (endColumn - column) * sizeof(T));
                }

                if (++piece < pieces) continue;
                piece = 0;
                row++;
                if (++tap == heights.Stride) (tap, height) = (0, height + 1);
            }
        }
    }
}
