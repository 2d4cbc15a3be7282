using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps whatever their windows are: zeros, and each window's gradient added to its tap, in the order of the windows. One addition per window however large it is; a plane, or
/// some channels that lie side by side, at a time.
/// </summary>
internal sealed unsafe class PlainScatterKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>With fewer windows per input the kernels that look at all of them are faster.</summary>
    private const long ManyWindows = 64;

    /// <summary>Sums of 16-bit elements lie beside the result; no more bytes of them than this.</summary>
    private const long MostBytes = 1 << 26;

    private const long BlockOfChannels = 16;

    public override string Name => "plain scatter";

    // Windows that tiles have no tables for are as many as they like.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        bool isCommon = GradientAxis.Accepts(pooling.Depth) && GradientAxis.Accepts(pooling.Height) && GradientAxis.Accepts(pooling.Width);
        // Whose windows lie anywhere, an input would have to look at all of them.
        bool roams = pooling.Depth.Roams || pooling.Height.Roams || pooling.Width.Roams;
        return job.Offsets.Start is not null && (plan.MaxCount >= ManyWindows || !isCommon) && (IsSame || roams || (double)Plane(plan) * Block(job) * sizeof(TSum) <= MostBytes);
    }

    /// <summary>One unit is a plane, or a block of channels.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * ((job.Plan.Channels + Block(job) - 1) / Block(job));

    /// <summary>Two nanoseconds per window, a quarter per input.</summary>
    public override double Cost(in PoolJob job) => 2.0 * job.Plan.InputElements + 0.25 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long block = Block(job), blocks = (plan.Channels + block - 1) / block;
        var decoder = new TapDecoder(plan.Transposed);
        for (long unit = first; unit < end; unit++)
        {
            var (n, number) = Math.DivRem(unit, blocks);
            long channel = number * block, channels = Math.Min(block, plan.Channels - channel);
            T* result = (T*)job.Output + n * job.OutputLayout.Batch + channel * job.OutputLayout.Channel;
            TensorLayout to = IsSame ? job.OutputLayout : new(0, 1, plan.Height.OutputLength * plan.Width.OutputLength * channels, plan.Width.OutputLength * channels, channels);
            TSum* sums = IsSame ? (TSum*)result : (TSum*)Scratch.Of(Plane(plan) * channels * sizeof(TSum));
            Clear(plan, sums, to, channels);
            Add(job, decoder, n, channel, channels, sums, to);
            if (!IsSame) Round(plan, sums, to, result, job.OutputLayout, channels);
        }
    }

    private static bool IsSame => typeof(T) == typeof(TSum);

    private static long Plane(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;

    private static long Block(in PoolJob job) => job.OutputLayout.Channel == 1 ? Math.Min(BlockOfChannels, job.Plan.Channels) : 1;

    private static void Clear(PoolPlan plan, TSum* sums, in TensorLayout to, long channels)
    {
        for (long d = 0; d < plan.Depth.OutputLength; d++)
        {
            for (long h = 0; h < plan.Height.OutputLength; h++)
            {
                TSum* row = sums + d * to.Depth + h * to.Height;
                if (channels == 1 && to.Width == 1) NativeMemory.Clear(row, (nuint)(plan.Width.OutputLength * sizeof(TSum)));
                else for (long w = 0; w < plan.Width.OutputLength; w++) NativeMemory.Clear(row + w * to.Width, (nuint)(channels * sizeof(TSum)));
            }
        }
    }

    // Bounds: offsets are those of taps, and the decoder says which of these lie inside.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add(in PoolJob job, TapDecoder decoder, long n, long channel, long channels, TSum* sums, in TensorLayout to)
    {
        const int Longest = 256;
        long* flats = stackalloc long[Longest];
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        var address = new PlaneAddress(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, to);
        bool alongChannels = channels > 1;
        long line = alongChannels ? 1 : Longest, next = alongChannels ? from.Channel : from.Width, toNext = alongChannels ? to.Channel : 0;
        for (long d = 0; d < plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < plan.Height.InputLength; h++)
            {
                job.Cancellation.ThrowIfCancellationRequested();
                for (long w = 0; w < plan.Width.InputLength; w += line)
                {
                    var place = new OutputPlace(n, channel, d, h, w);
                    long count = alongChannels ? channels : Math.Min(Longest, plan.Width.InputLength - w);
                    decoder.Read(flats, job.Offsets, place, count, alongChannels);
                    T* gradients = (T*)job.Input + place.In(from);
                    for (long i = 0; i < count; i++)
                        if (flats[i] != TapDecoder.None) sums[i * toNext + address[flats[i]]] += TFormat.Lift(gradients[i * next]);
                }
            }
        }
    }

    private static void Round(PoolPlan plan, TSum* sums, in TensorLayout from, T* result, in TensorLayout to, long channels)
    {
        for (long d = 0; d < plan.Depth.OutputLength; d++)
            for (long h = 0; h < plan.Height.OutputLength; h++)
                for (long w = 0; w < plan.Width.OutputLength; w++)
                    for (long c = 0; c < channels; c++)
                        result[d * to.Depth + h * to.Height + w * to.Width + c * to.Channel] = TFormat.Round(sums[d * from.Depth + h * from.Height + w * from.Width + c]);
    }
}
