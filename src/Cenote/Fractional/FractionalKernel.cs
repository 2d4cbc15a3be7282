using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Pools planes over windows that differ from plane to plane. An offset is the tap's position in its plane: in the plan every window may lie anywhere, and so is as large as the plane; whoever
/// reads indices needs no sample.
/// </summary>
internal sealed unsafe class FractionalKernel<T, TChoice>(FractionalWindows windows, TChoice choice, ElementType type) : PoolKernel
    where T : unmanaged
    where TChoice : struct, ITapChoice<T>
{
    public override string Name => "fractional";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one plane.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Channels;

    public override bool UnitsArePlanes => true;

    /// <summary>A nanosecond per tap and output.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (1.0 + (double)windows.Taps(0) * windows.Taps(1) * windows.Taps(2));

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, columns = plan.Width.OutputLength;
        long* starts = (long*)Scratch.Of((depths + rows + columns) * sizeof(long));
        for (long plane = first; plane < end; plane++)
        {
            windows.Write(starts, depths, 0, job.FirstPlane + plane, plan.Depth.InputLength, type);
            windows.Write(starts + depths, rows, 1, job.FirstPlane + plane, plan.Height.InputLength, type);
            windows.Write(starts + depths + rows, columns, 2, job.FirstPlane + plane, plan.Width.InputLength, type);
            var (n, c) = Math.DivRem(plane, plan.Channels);
            for (long d = 0; d < depths; d++)
            {
                for (long h = 0; h < rows; h++)
                {
                    job.Cancellation.ThrowIfCancellationRequested();
                    Row(job, new(n, c, d, h, 0), starts[d], starts[depths + h], starts + depths + rows);
                }
            }
        }
    }

    // Bounds: windows lie inside the input, for their starts do not exceed its length less their taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row(in PoolJob job, OutputPlace place, long depth, long height, long* widths)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        OffsetMemory offsets = job.Offsets;
        long depths = windows.Taps(0), rows = windows.Taps(1), columns = windows.Taps(2), next = from.Width, rowStep = from.Height, toNext = job.OutputLayout.Width, markNext = offsets.Layout.Width;
        T* corner = (T*)job.Input + place.N * from.Batch + place.C * from.Channel + depth * from.Depth + height * rowStep;
        T* to = (T*)job.Output + place.In(job.OutputLayout);
        long mark = place.In(offsets.Layout), position = (depth * plan.Height.InputLength + height) * plan.Width.InputLength;
        for (long w = 0; w < plan.Width.OutputLength; w++)
        {
            T* slice = corner + widths[w] * next;
            T chosen = *slice;
            // Of the tap within the window; where it lies is worked out for the chosen one only.
            long number = 0, tap = 0;
            for (long i = 0; i < depths; i++, slice += from.Depth)
            {
                T* row = slice;
                for (long j = 0; j < rows; j++, row += rowStep)
                {
                    for (long k = 0; k < columns; k++, tap++)
                    {
                        T value = row[k * next];
                        bool better = choice.Prefers(value, chosen);
                        chosen = better ? value : chosen;
                        number = better ? tap : number;
                    }
                }
            }

            to[w * toNext] = chosen;
            if (offsets.Start is null) continue;
            var (line, column) = Math.DivRem(number, columns);
            var (slab, within) = Math.DivRem(line, rows);
            offsets[mark + w * markNext] = position + (slab * plan.Height.InputLength + within) * plan.Width.InputLength + widths[w] + column;
        }
    }
}
