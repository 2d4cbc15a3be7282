using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of averages of small images whose channels lie side by side, as planes do in the blocks of <see cref="BlockKernel{T, TTap}"/>. What each window gives to its taps is made once; then each pixel adds up
/// what the windows that read it give, in their order. Neighbours along the width that the same windows read get one sum, and so do rows, and slices: they are copies.
/// </summary>
// Bounds: behind the shares there is room for a register; less than one of a pixel is stored as such.
internal sealed unsafe class PixelSharesKernel<T, TLanes> : PoolKernel
    where T : unmanaged, INumber<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    /// <summary>More windows per input need not keep their order, and other kernels take them: the same for every memory order, which is not to show in a sum.</summary>
    private const long MostWindows = 256;

    /// <summary>Of an image, what windows give, and what it gets: of more the tiles of other kernels are nearer, and its rows are work for several threads.</summary>
    private const long MostBytes = 1 << 20;

    public override string Name { get; } = $"shares of pixels, {8 * Unsafe.SizeOf<TLanes>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        return job.Offsets.Size == 0 && to.Channel == 1 && plan.MaxCount <= MostWindows && !plan.Transposed.IsGlobal && GradientDivisors<T>.Accepts(plan.Transposed)
            && (plan.Channels >= TLanes.Count || Unsafe.SizeOf<TLanes>() == 64) && (plan.InputElements + plan.OutputElements) / plan.Batch <= MostBytes / sizeof(T)
            && IsDense(plan, to);
    }

    /// <summary>One unit is one image.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch;

    /// <summary>A tenth of a nanosecond per input, and a twentieth per window that reads it.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.1 + 0.05 * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        long shareBytes = Scratch.Round((plan.InputElements / plan.Batch + TLanes.Count) * sizeof(T)), divisorBytes = GradientDivisors<T>.Bytes(plan.Transposed);
        long rows = plan.Depth.MaxCount * plan.Height.MaxCount;
        byte* scratch = Scratch.Of(shareBytes + divisorBytes + plan.Width.OutputLength * sizeof(Pixels) + plan.Height.OutputLength * sizeof(Window) + rows * sizeof(nint));
        T* shares = (T*)scratch;
        var divisors = new GradientDivisors<T>(plan.Transposed, scratch + shareBytes);
        Pixels* runs = (Pixels*)(scratch + shareBytes + divisorBytes);
        Window* heights = (Window*)(runs + plan.Width.OutputLength);
        T** givers = (T**)(heights + plan.Height.OutputLength);
        long runCount = FindRuns(plan.Width, plan.Channels, runs);
        for (long h = 0; h < plan.Height.OutputLength; h++) heights[h] = plan.Height[h];
        for (long n = first; n < end; n++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            Divide(job, n, divisors, shares);
            T* image = (T*)job.Output + n * to.Batch;
            Window before = default;
            long row = plan.Width.OutputLength * plan.Channels, slice = plan.Height.OutputLength * row, shareRow = plan.Width.InputLength * plan.Channels;
            for (long d = 0; d < plan.Depth.OutputLength; d++, image += slice)
            {
                Window depth = plan.Depth[d];
                if (d > 0 && AreSame(depth, before))
                {
                    AheadWrites.Copy(image - slice, image, slice * sizeof(T));
                    continue;
                }

                before = depth;
                for (long h = 0; h < plan.Height.OutputLength; h++)
                {
                    Window height = heights[h];
                    T* result = image + h * row;
                    if (h > 0 && AreSame(height, heights[h - 1]))
                    {
                        AheadWrites.Copy(result - row, result, row * sizeof(T));
                        continue;
                    }

                    long count = 0;
                    for (long i = 0; i < depth.Count; i++)
                        for (long j = 0; j < height.Count; j++) givers[count++] = shares + ((depth.Start + i * depth.Step) * plan.Height.InputLength + height.Start + j * height.Step) * shareRow;
                    AddRow(givers, count, runs, runCount, plan.Channels, result);
                }
            }
        }
    }

    /// <summary>Whether an image is one stretch of pixels.</summary>
    private static bool IsDense(PoolPlan plan, in TensorLayout to) => PlaneList<T>.IsEven(plan.Transposed, to, out long pitch) && (pitch == plan.Channels || plan.OutputElements == plan.Batch * plan.Channels);

    private static bool AreSame(in Window one, in Window other) => one.Count == other.Count && (one.Count == 0 || one.Start == other.Start);

    /// <summary>Cuts a row where the windows that read its pixels change.</summary>
    private static long FindRuns(AxisPlan width, long channels, Pixels* runs)
    {
        long count = 0;
        Window before = default;
        for (long w = 0; w < width.OutputLength; w++)
        {
            Window window = width[w];
            if (w > 0 && AreSame(window, before)) runs[count - 1].Count++;
            else runs[count++] = new() { First = window.Start * channels, Step = window.Step * channels, Windows = window.Count, Count = 1 };
            before = window;
        }

        return count;
    }

    /// <summary>What the windows of an image give to each of their taps.</summary>
    private static void Divide(in PoolJob job, long n, in GradientDivisors<T> divisors, T* shares)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        long columns = plan.Width.InputLength, channels = plan.Channels;
        bool areDense = from.Channel == 1 && from.Width == channels && divisors.Widths is null;
        for (long d = 0; d < plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < plan.Height.InputLength; h++, shares += columns * channels)
            {
                T* row = (T*)job.Input + n * from.Batch + d * from.Depth + h * from.Height;
                T divisor = divisors.Row(d, h);
                if (areDense) GradientCopy<T, T, TLanes, SameFormat<T, TLanes>>.Divide(row, 1, shares, columns * channels, divisor);
                else for (long w = 0; w < columns; w++)
                    GradientCopy<T, T, TLanes, SameFormat<T, TLanes>>.Divide(row + w * from.Width, from.Channel, shares + w * channels, channels, divisors.Widths is null ? divisor : divisor * divisors.Widths[w]);
            }
        }
    }

    /// <summary>A row of pixels, four registers of channels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddRow(T** givers, long count, Pixels* runs, long runCount, long channels, T* to)
    {
        long lanes = TLanes.Count;
        T** end = givers + count;
        for (Pixels* run = runs, last = runs + runCount; run < last; run++)
        {
            long c = 0, windows = run->Windows, step = run->Step, pixels = run->Count;
            T* first = null;
            for (; c + 4 * lanes <= channels; c += 4 * lanes)
            {
                TLanes a = default, b = default, e = default, f = default;
                for (T** giver = givers; giver < end; giver++)
                {
                    first = *giver + run->First + c;
                    for (long i = 0; i < windows; i++, first += step)
                    {
                        a += TLanes.Load(first);
                        b += TLanes.Load(first + lanes);
                        e += TLanes.Load(first + 2 * lanes);
                        f += TLanes.Load(first + 3 * lanes);
                    }
                }

                T* pixel = to + c;
                for (long i = 0; i < pixels; i++, pixel += channels)
                {
                    TLanes.Store(a, pixel);
                    TLanes.Store(b, pixel + lanes);
                    TLanes.Store(e, pixel + 2 * lanes);
                    TLanes.Store(f, pixel + 3 * lanes);
                }
            }

            for (; c < channels; c += lanes)
            {
                // A last register steps back.
                c = Math.Max(0, Math.Min(c, channels - lanes));
                TLanes sum = default;
                for (T** giver = givers; giver < end; giver++)
                {
                    first = *giver + run->First + c;
                    for (long i = 0; i < windows; i++, first += step) sum += TLanes.Load(first);
                }

                T* pixel = to + c;
                if (channels < lanes) for (long i = 0; i < pixels; i++, pixel += channels) TLanes.StorePart(sum, pixel, channels);
                else for (long i = 0; i < pixels; i++, pixel += channels) TLanes.Store(sum, pixel);
            }

            to += pixels * channels;
        }
    }

    /// <summary>Neighbours that the same windows read: the first of these and from one to the next, in elements of a row of shares, and how many.</summary>
    private struct Pixels
    {
        public long First, Step, Windows, Count;
    }
}
