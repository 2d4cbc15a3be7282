using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>How planes come to lie side by side, and their outputs where they belong.</content>
internal sealed unsafe partial class BlockKernel<T, TTap>
{
    /// <summary>Lays planes side by side.</summary>
    /// <param name="job">The planes are those of its input.</param>
    /// <param name="pixels">Where they are to lie side by side.</param>
    /// <param name="lanes">How many planes lie side by side.</param>
    /// <param name="square">Where squares are turned.</param>
    /// <param name="first">The first plane.</param>
    /// <param name="planes">How many there are in all.</param>
    // Bounds: a row's last stretch steps back over positions already copied; rows shorter than a register are loaded in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void CopyIn(in PoolJob job, T* pixels, long lanes, T* square, long first, long planes)
    {
        T** all = stackalloc T*[(int)lanes];
        Starts(job.Plan, (T*)job.Input, job.InputLayout, first, planes, all, lanes);
        for (long lane = 0; lane < lanes; lane += Planes)
        {
            T** starts = all + lane;
            T* register = pixels + lane;
            bool areEven = AreEven(starts, out long step);
            foreach (Stretch run in new Stretches(job.Plan.Depth.InputLength, job.Plan.Height.InputLength, job.Plan.Width.InputLength, job.InputLayout))
            {
                T* to = register + run.Position * lanes;
                if (run.Step != 1)
                {
                    for (long i = 0; i < run.Length; i++, to += lanes)
                        for (long j = 0; j < Planes; j++) to[j] = starts[j][run.Offset + i * run.Step];
                    continue;
                }

                if (run.Length < Planes)
                {
                    for (long j = 0; j < Planes; j++) TTap.Store(TTap.LoadPart(starts[j] + run.Offset, run.Length, default), square + j * Planes);
                    // What lies behind the positions is written later, or is room for it.
                    Transposition.Turn<TTap, T>(square, Planes, to, lanes, square);
                    continue;
                }

                for (long i = 0; i < run.Length; i += Planes)
                {
                    i = Math.Min(i, run.Length - Planes);
                    EvenRows<T> columns = new(to + i * lanes, lanes);
                    if (areEven) Transposition.Turn<TTap, T, EvenRows<T>, EvenRows<T>>(new(starts[0] + run.Offset + i, step), columns, square);
                    else Transposition.Turn<TTap, T, RowsApart<T>, EvenRows<T>>(new(starts, run.Offset + i), columns, square);
                }
            }
        }
    }

    /// <summary>Puts outputs where they belong: some rows of one depth, or all rows of some depths.</summary>
    /// <param name="job">The planes are those of its output.</param>
    /// <param name="pixels">The outputs side by side.</param>
    /// <param name="lanes">How many planes lie side by side.</param>
    /// <param name="place">The first output of these.</param>
    /// <param name="depths">How many depths.</param>
    /// <param name="rows">How many rows of each.</param>
    /// <param name="square">Where squares are turned.</param>
    /// <param name="first">The first plane.</param>
    /// <param name="planes">How many there are in all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void CopyOut(in PoolJob job, T* pixels, long lanes, long place, long depths, long rows, T* square, long first, long planes)
    {
        T* turned = square + Transposition.Room<TTap, T>();
        T** all = stackalloc T*[(int)lanes];
        Starts(job.Plan, (T*)job.Output + place, job.OutputLayout, first, planes, all, lanes);
        for (long lane = 0; lane < lanes; lane += Planes)
        {
            T** starts = all + lane;
            T* register = pixels + lane;
            long real = Math.Min(Planes, planes - first);
            bool areEven = AreEven(starts, out long step);
            foreach (Stretch run in new Stretches(depths, rows, job.Plan.Width.OutputLength, job.OutputLayout))
            {
                T* from = register + run.Position * lanes;
                if (run.Step != 1)
                {
                    for (long i = 0; i < run.Length; i++, from += lanes)
                        for (long j = 0; j < real; j++) starts[j][run.Offset + i * run.Step] = from[j];
                    continue;
                }

                if (run.Length < Planes)
                {
                    // Behind the positions there is more to read, though not of this plane.
                    Transposition.Turn<TTap, T>(from, lanes, turned, Planes, square);
                    for (long j = 0; j < real; j++) TTap.StorePart(TTap.Load(turned + j * Planes), starts[j] + run.Offset, run.Length);
                    continue;
                }

                for (long i = 0; i < run.Length; i += Planes)
                {
                    i = Math.Min(i, run.Length - Planes);
                    EvenRows<T> columns = new(from + i * lanes, lanes);
                    if (areEven) Transposition.Turn<TTap, T, EvenRows<T>, EvenRows<T>>(columns, new(starts[0] + run.Offset + i, step), square);
                    else Transposition.Turn<TTap, T, EvenRows<T>, RowsApart<T>>(columns, new(starts, run.Offset + i), square);
                }
            }
        }
    }

    /// <summary>Whether the planes of a register lie at equal steps; not where the last one stands for those behind it.</summary>
    private static bool AreEven(T** starts, out long step)
    {
        step = starts[1] - starts[0];
        bool areEven = step != 0;
        for (long j = 2; j < Planes; j++) areEven &= starts[j] - starts[j - 1] == step;
        return areEven;
    }

    /// <summary>Puts the offsets of chosen taps where they belong.</summary>
    private static void CopyOffsets(in PoolJob job, in PoolJob block, long first, long planes)
    {
        switch (job.Offsets.Size)
        {
            case 0: break;
            case 1: CopyOffsets<byte>(job, block, first, planes); break;
            case 2: CopyOffsets<ushort>(job, block, first, planes); break;
            case 4: CopyOffsets<uint>(job, block, first, planes); break;
            default: CopyOffsets<ulong>(job, block, first, planes); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void CopyOffsets<TOffset>(in PoolJob job, in PoolJob block, long first, long planes)
        where TOffset : unmanaged
    {
        PoolPlan plan = job.Plan;
        long lanes = block.Plan.Channels;
        TOffset** starts = stackalloc TOffset*[(int)lanes];
        Starts(plan, (TOffset*)job.Offsets.Start, job.Offsets.Layout, first, planes, starts, lanes);
        foreach (Stretch run in new Stretches(plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, job.Offsets.Layout))
        {
            for (long lane = 0; lane < (planes - first < Planes ? planes - first : lanes); lane++)
            {
                TOffset* to = starts[lane] + run.Offset, from = (TOffset*)block.Offsets.Start + run.Position * lanes + lane;
                for (long i = 0; i < run.Length; i++) to[i * run.Step] = from[i * lanes];
            }
        }
    }

    /// <summary>Where the planes of a block begin. A register that would go on behind the last plane steps back over others of the block; where the block has fewer planes than a register, lanes hold the last one again.</summary>
    private static void Starts<TElement>(PoolPlan plan, TElement* memory, in TensorLayout layout, long first, long planes, TElement** starts, long lanes)
        where TElement : unmanaged
    {
        bool areOnEnd = plan.Batch == 1 || layout.Batch == plan.Channels * layout.Channel;
        for (long register = 0; register < lanes; register += Planes, starts += Planes)
        {
            long from = register == 0 ? first : Math.Max(first, Math.Min(first + register, planes - Planes));
            if (areOnEnd)
            {
                for (long lane = 0; lane < Planes; lane++) starts[lane] = memory + Math.Min(from + lane, planes - 1) * layout.Channel;
                continue;
            }

            var (n, c) = Math.DivRem(from, plan.Channels);
            for (long lane = 0, plane = from; lane < Planes; lane++)
            {
                starts[lane] = memory + n * layout.Batch + c * layout.Channel;
                if (plane + 1 == planes) continue;
                plane++;
                if (++c == plan.Channels) (c, n) = (0, n + 1);
            }
        }
    }
}
