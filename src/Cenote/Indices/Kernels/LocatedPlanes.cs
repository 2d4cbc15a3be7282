using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
    private const long CacheBytes = 1 << 15, RegisterBytes = 64, BlockTaps = 64;

    public override string Name => "located planes";

    // Positions are offsets where the window is the plane and nothing more.
    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        return plan.IsGlobal && plan.MaxCount == plan.Taps
            && PlaneList<T>.IsEven(plan, job.InputLayout, out long pitch) && pitch == 1 && pooling[type].Find(job).UnitsArePlanes;
    }

    public override bool UnitsArePlanes => true;

    /// <summary>One unit is one plane.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

    /// <summary>Planes are read twice, the second time from a cache.</summary>
    public override double Cost(in PoolJob job) => 1.5 * pooling[type].Find(job).Cost(job);

    public override void Run(in PoolJob job, long first, long end)
    {
        // So many planes at a time as a first-level cache holds, and whole registers of them.
        long some = CacheBytes / (job.Plan.MaxCount * sizeof(T));
        some = some < RegisterBytes ? Math.Max(1, some) : some / RegisterBytes * RegisterBytes;
        PoolKernel values = pooling[type].Find(job);
        for (long from = first; from < end; from += some)
        {
            long to = Math.Min(end, from + some);
            values.Run(job, from, to);
            Locate(job, from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Locate(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        OffsetMemory offsets = job.Offsets;
        long taps = plan.MaxCount;
        var (n, c) = Math.DivRem(first, plan.Channels);
        for (long plane = first; plane < end; plane++)
        {
            T* start = (T*)job.Input + n * from.Batch + c * from.Channel;
            T value = ((T*)job.Output)[n * to.Batch + c * to.Channel];
            offsets[n * marks.Batch + c * marks.Channel] = IsNaN(value) ? LastNaN(start, taps) : First((TBits*)start, Unsafe.BitCast<T, TBits>(value), taps);
            if (++c == plan.Channels) (c, n) = (0, n + 1);
        }
    }

    /// <summary>The first tap of these bits; there is one. Up to 64 taps at a time without a branch on what they hold: where a maximum lies, no processor guesses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long First(TBits* taps, TBits bits, long count)
    {
        int lanes = Vector256<TBits>.Count;
        if (count < lanes) return new ReadOnlySpan<TBits>(taps, (int)count).IndexOf(bits);
        Vector256<TBits> wanted = Vector256.Create(bits);
        for (long from = 0; ; from += BlockTaps)
        {
            int block = (int)Math.Min(BlockTaps, count - from), last = block - lanes;
            // A last register begins before the block where that has less.
            if (last < 0) return from + last + BitOperations.TrailingZeroCount(Matches(taps + from + last, wanted));
            ulong found = Matches(taps + from + last, wanted) << last;
            for (int i = 0; i < last; i += lanes) found |= Matches(taps + from + i, wanted) << i;
            if (found != 0) return from + BitOperations.TrailingZeroCount(found);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Matches(TBits* taps, Vector256<TBits> wanted) => Vector256.Equals(Vector256.Load(taps), wanted).ExtractMostSignificantBits();

    private static long LastNaN(T* taps, long count)
    {
        while (!IsNaN(taps[--count])) ;
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNaN(T value)
    {
        if (typeof(T) == typeof(float)) return float.IsNaN((float)(object)value);
        if (typeof(T) == typeof(double)) return double.IsNaN((double)(object)value);
        if (typeof(T) == typeof(Half)) return Half.IsNaN((Half)(object)value);
        return typeof(T) == typeof(BFloat16) && BFloat16.IsNaN((BFloat16)(object)value);
    }
}
