using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// Gradients of averages axis by axis: what the windows give is summed up along the depth, then the height, then the width. Along an axis an input's readers are cut into runs of 1, 2, 4, … of
/// them, each run made of two of half its length, so that time grows with the logarithm of their number. For more windows per input than keep their order. Some planes lie side by side, as
/// lanes.
/// </summary>
// Bounds: each buffer holds the largest step of a unit, and readers are outputs of the pooling.
internal sealed unsafe class SeparableKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>As for <see cref="SlidingKernel{T, TSum, TSums, TFormat}"/>.</summary>
    private const long MostBytes = 1 << 28;

    /// <summary>About how many elements a step has, and the most planes side by side: a cache line of floats.</summary>
    private const long Room = 64 << 10, MostLanes = 16;

    public override string Name => "separable gradients";

    public override bool Accepts(in PoolJob job) =>
        job.Offsets.Start is null && job.Plan.MaxCount > PoolPlan.MostWindowsInOrder && job.Plan.Transposed.Slides && Positions(job.Plan) * Lanes(job) * (2 * sizeof(TSum) + sizeof(Readers)) <= MostBytes;

    /// <summary>One unit is the planes that lie side by side.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * ((job.Plan.Channels + Lanes(job) - 1) / Lanes(job));

    /// <summary>A nanosecond per input, and half of one each time that the windows which read it double.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (1 + 0.5 * Math.Log2(job.Plan.MaxCount));

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long lanes = Lanes(job), groups = (plan.Channels + lanes - 1) / lanes, bytes = Scratch.Round((long)Positions(plan) * lanes * sizeof(TSum));
        long readers = plan.Depth.OutputLength + plan.Height.OutputLength + plan.Width.OutputLength;
        byte* scratch = Scratch.Of(2 * bytes + readers * sizeof(Readers) + plan.Width.InputLength * sizeof(long));
        Readers* depths = (Readers*)(scratch + 2 * bytes), heights = depths + plan.Depth.OutputLength, widths = heights + plan.Height.OutputLength;
        long* extents = (long*)(widths + plan.Width.OutputLength);
        Fill(plan.Depth, depths);
        Fill(plan.Height, heights);
        Fill(plan.Width, widths);
        for (long w = 0; w < plan.Width.InputLength; w++) extents[w] = plan.Transposed.Width[w].Extent;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, group) = Math.DivRem(unit, groups);
            long channel = group * lanes, count = Math.Min(lanes, plan.Channels - channel);
            TSum* sums = (TSum*)scratch, next = (TSum*)(scratch + bytes);
            Divide(job, n, channel, count, extents, sums);
            Along(plan.Depth, depths, 1, plan.Height.InputLength * plan.Width.InputLength * count, ref sums, ref next);
            Along(plan.Height, heights, plan.Depth.OutputLength, plan.Width.InputLength * count, ref sums, ref next);
            Along(plan.Width, widths, plan.Depth.OutputLength * plan.Height.OutputLength, count, ref sums, ref next);
            Write(job, n, channel, count, sums);
        }
    }

    /// <summary>Planes side by side.</summary>
    private static long Lanes(in PoolJob job)
    {
        long most = Math.Min(MostLanes, job.Plan.Channels);
        return job.OutputLayout.Channel == 1 ? most : (long)Math.Clamp(Room / Positions(job.Plan), 1, most);
    }

    /// <summary>The most positions that a plane has before, between or after the axes. It may not fit a whole number.</summary>
    private static double Positions(PoolPlan plan)
    {
        double depth = Math.Max(plan.Depth.InputLength, plan.Depth.OutputLength), height = Math.Max(plan.Height.InputLength, plan.Height.OutputLength);
        return depth * height * Math.Max(plan.Width.InputLength, plan.Width.OutputLength);
    }

    private static void Fill(AxisPlan axis, Readers* readers)
    {
        for (long i = 0; i < axis.OutputLength; i++)
        {
            Window window = axis[i];
            readers[i] = new((int)window.Start, (int)window.Count);
        }
    }

    /// <summary>What each window gives to its taps, the planes side by side.</summary>
    private static void Divide(in PoolJob job, long n, long channel, long count, long* extents, TSum* quotients)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        TensorLayout from = job.InputLayout;
        T* gradients = (T*)job.Input + n * from.Batch + channel * from.Channel;
        for (long d = 0; d < plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < plan.Height.InputLength; h++)
            {
                T* row = gradients + d * from.Depth + h * from.Height;
                long extent = pooling.Depth[d].Extent * pooling.Height[h].Extent;
                for (long w = 0; w < plan.Width.InputLength; w++, row += from.Width)
                {
                    TSum divisor = TSum.CreateTruncating(pooling.Divisor(extent * extents[w]));
                    for (long lane = 0; lane < count; lane++) *quotients++ = TFormat.Lift(row[lane * from.Channel]) / divisor;
                }
            }
        }
    }

    /// <summary>Sums up along one axis, between so many outer positions and lines of inner ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Along(AxisPlan axis, Readers* readers, long outer, long line, ref TSum* sums, ref TSum* next)
    {
        // Each position is read by itself.
        if (axis.Kernel == 1 && axis.Stride == 1 && axis.Slides && axis.InputLength == axis.OutputLength) return;
        long inputs = axis.InputLength, outputs = axis.OutputLength, step = axis.Dilation, most = axis.MaxCount;
        NativeMemory.Clear(next, (nuint)(outer * outputs * line * sizeof(TSum)));
        TSum* from = sums, to = next;
        for (long o = 0; o < outer; o++, from += inputs * line, to += outputs * line)
        {
            for (long run = 1; run <= most; run *= 2)
            {
                for (long i = 0; i < outputs; i++)
                    if ((readers[i].Count & run) != 0) Add(to + i * line, from + (readers[i].Start + step * (readers[i].Count & (run - 1))) * line, line);
                // Behind the last whole run nobody reads.
                long ahead = step * run;
                if (2 * run <= most && ahead < inputs) Add(from, from + ahead * line, (inputs - ahead) * line);
            }
        }

        TSum* summed = next;
        next = sums;
        sums = summed;
    }

    /// <summary>Adds what may lie further on in the same memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add(TSum* sums, TSum* more, long length)
    {
        long i = 0;
        for (; i <= length - TSums.Count; i += TSums.Count) TSums.Store(TSums.Load(sums + i) + TSums.Load(more + i), sums + i);
        for (; i < length; i++) sums[i] += more[i];
    }

    private static void Write(in PoolJob job, long n, long channel, long count, TSum* sums)
    {
        PoolPlan plan = job.Plan;
        TensorLayout to = job.OutputLayout;
        T* result = (T*)job.Output + n * to.Batch + channel * to.Channel;
        for (long d = 0; d < plan.Depth.OutputLength; d++)
        {
            for (long h = 0; h < plan.Height.OutputLength; h++)
            {
                T* row = result + d * to.Depth + h * to.Height;
                for (long w = 0; w < plan.Width.OutputLength; w++, row += to.Width)
                    for (long lane = 0; lane < count; lane++) row[lane * to.Channel] = TFormat.Round(*sums++);
            }
        }
    }

    /// <summary>The windows that read an input along one axis: the first, and how many.</summary>
    private readonly record struct Readers(int Start, int Count);
}
