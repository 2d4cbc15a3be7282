using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Pools planes over windows that differ from plane to plane. An offset is the tap's position in its plane: in the plan every window may lie anywhere, and so is as large as the plane; whoever
/// reads indices needs no sample.
/// </summary>
/// <param name="windows">Where the windows lie.</param>
/// <param name="choice">Which of two taps is kept.</param>
/// <param name="type">The element type.</param>
/// <param name="line">Finds the maxima of a row's windows on registers, wherever they lie; null where there are none.</param>
internal sealed unsafe class FractionalKernel<T, TChoice>(FractionalWindows windows, TChoice choice, ElementType type, FractionalLine<T>? line) : PoolKernel
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
        long bytes = Scratch.Round((depths + rows + columns) * sizeof(long)), positions = plan.Width.InputLength - windows.Taps(2) + 1;
        bool asLines = line is not null && job.Offsets.Start is null && job.InputLayout.Width == 1 && positions >= line.Least;
        long* starts = (long*)Scratch.Of(bytes + (asLines ? positions * sizeof(T) : 0));
        T* maxima = (T*)((byte*)starts + bytes);
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
                    var place = new OutputPlace(n, c, d, h, 0);
                    T* corner = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel + starts[d] * job.InputLayout.Depth + starts[depths + h] * job.InputLayout.Height;
                    if (asLines && line!.Make(corner, job.InputLayout, windows, maxima, positions)) Pick(maxima, starts + depths + rows, (T*)job.Output + place.In(job.OutputLayout), job.OutputLayout.Width, columns);
                    else Row(job, place, starts[d], starts[depths + h], starts + depths + rows);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pick(T* maxima, long* starts, T* to, long step, long count)
    {
        for (long w = 0; w < count; w++) to[w * step] = maxima[starts[w]];
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
