using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Global pooling with indices: the kernel without indices finds the value of each plane, and the value is looked for while the plane is at hand. The first of equal taps has exactly the bits of
/// the value, zeros included; of NaNs the last is meant, whatever its bits.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TBits">The unsigned integer as wide.</typeparam>
/// <param name="pooling">The operator without indices.</param>
/// <param name="type">The element type.</param>
internal sealed unsafe class LocatedPlanes<T, TBits>(PoolOperator pooling, ElementType type) : PoolKernel
    where T : unmanaged
    where TBits : unmanaged, IEquatable<TBits>
{
    private const long CacheBytes = 1 << 15;

    public override string Name => "located planes";

    // Positions are offsets where the window is the plane and nothing more.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.IsGlobal && plan.MaxCount == plan.Taps && plan.MaxCount <= int.MaxValue
            && PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch) && pitch == 1 && pooling[type].Find(job).UnitsArePlanes;
    }

    public override bool UnitsArePlanes => true;

    /// <summary>One unit is one plane.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

    /// <summary>Planes are read twice, the second time from a cache.</summary>
    public override double Cost(in PoolJob job) => 1.5 * pooling[type].Find(job).Cost(job);

    public override void Run(in PoolJob job, long first, long end)
    {
        // So many planes at a time as a first-level cache holds.
        long some = Math.Max(1, CacheBytes / (job.Plan.MaxCount * sizeof(T)));
        PoolKernel values = pooling[type].Find(job);
        for (long from = first; from < end; from += some)
        {
            long to = Math.Min(end, from + some);
            values.Run(job, from, to);
            Locate(job, from, to);
        }
    }

    private static void Locate(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        OffsetMemory offsets = job.Offsets;
        int taps = (int)plan.MaxCount;
        var (n, c) = Math.DivRem(first, plan.Channels);
        for (long plane = first; plane < end; plane++)
        {
            T* start = (T*)job.Input + n * from.Batch + c * from.Channel;
            T value = ((T*)job.Output)[n * to.Batch + c * to.Channel];
            offsets[n * marks.Batch + c * marks.Channel] = IsNaN(value) ? LastNaN(start, taps) : new ReadOnlySpan<TBits>(start, taps).IndexOf(Unsafe.BitCast<T, TBits>(value));
            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    private static long LastNaN(T* taps, long count)
    {
        while (!IsNaN(taps[--count])) ;
        return count;
    }

    private static bool IsNaN(T value)
    {
        if (typeof(T) == typeof(float)) return float.IsNaN((float)(object)value);
        if (typeof(T) == typeof(double)) return double.IsNaN((double)(object)value);
        if (typeof(T) == typeof(Half)) return Half.IsNaN((Half)(object)value);
        return typeof(T) == typeof(BFloat16) && BFloat16.IsNaN((BFloat16)(object)value);
    }
}
