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
    /// <summary>Planes whose neighbours do not lie side by side are copied, so many at a time as share a cache line, and fit the second-level cache.</summary>
    private const long MostCopied = 16, CopyBytes = 1 << 18;

    /// <summary>Smaller elements are copied one by one: a square of them is more than the planes at hand. Measured.</summary>
    private static readonly bool Turns = sizeof(T) >= sizeof(float);

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
        TensorLayout from = job.InputLayout;
        long depths = plan.Depth.OutputLength, rows = plan.Height.OutputLength, columns = plan.Width.OutputLength, positions = plan.Width.InputLength - windows.Taps(2) + 1;
        long elements = plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength, together = from.Width == 1 ? 0 : Math.Min(MostCopied, CopyBytes / sizeof(T) / elements);
        bool asLines = line is not null && job.Offsets.Start is null && (from.Width == 1 || together > 0) && positions >= line.Least;
        long bytes = Scratch.Round((depths + rows + columns) * sizeof(long)), lineBytes = asLines ? Scratch.Round(positions * sizeof(T)) : 0, firstCopied = first, endCopied = first;
        // Results of copied planes are put side by side together, too.
        long outputs = depths * rows * columns;
        bool turns = Turns && asLines && together > 0 && job.OutputLayout.Channel == 1;
        long* starts = (long*)Scratch.Of(bytes + lineBytes + (asLines ? together * (elements + outputs) * sizeof(T) : 0));
        T* maxima = (T*)((byte*)starts + bytes), copies = (T*)((byte*)maxima + lineBytes), results = copies + together * elements;
        for (long plane = first; plane < end; plane++)
        {
            windows.Write(starts, depths, 0, job.FirstPlane + plane, plan.Depth.InputLength, type);
            windows.Write(starts + depths, rows, 1, job.FirstPlane + plane, plan.Height.InputLength, type);
            windows.Write(starts + depths + rows, columns, 2, job.FirstPlane + plane, plan.Width.InputLength, type);
            var (n, c) = Math.DivRem(plane, plan.Channels);
            T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel;
            if (asLines && together > 0)
            {
                if (plane == endCopied)
                {
                    (firstCopied, endCopied) = (plane, plane + Math.Min(together, Math.Min(end - plane, plan.Channels - c)));
                    Copy(line!, plan, input, job.InputLayout, endCopied - plane, copies);
                }

                input = copies + (plane - firstCopied) * elements;
                from = new(0, 0, plan.Height.InputLength * plan.Width.InputLength, plan.Width.InputLength, 1);
            }

            T* result = results + (plane - firstCopied) * outputs;
            for (long d = 0; d < depths; d++)
            {
                for (long h = 0; h < rows; h++, result += columns)
                {
                    job.Cancellation.ThrowIfCancellationRequested();
                    var place = new OutputPlace(n, c, d, h, 0);
                    T* corner = input + starts[d] * from.Depth + starts[depths + h] * from.Height, output = (T*)job.Output + place.In(job.OutputLayout);
                    if (asLines && line!.Make(corner, from, windows, maxima, positions)) Pick(maxima, starts + depths + rows, turns ? result : output, turns ? 1 : job.OutputLayout.Width, columns);
                    else Row(job, place, starts[d], starts[depths + h], starts + depths + rows, turns ? result : output, turns ? 1 : job.OutputLayout.Width);
                }
            }

            if (turns && plane == endCopied - 1) PutBack(line!, plan, results, endCopied - firstCopied, (T*)job.Output + n * job.OutputLayout.Batch + (c - (plane - firstCopied)) * job.OutputLayout.Channel, job.OutputLayout);
        }
    }

    /// <summary>Dense outputs of neighbouring planes, each where it belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void PutBack(FractionalLine<T> line, PoolPlan plan, T* results, long count, T* output, in TensorLayout to)
    {
        long columns = plan.Width.OutputLength, outputs = plan.Depth.OutputLength * plan.Height.OutputLength * columns;
        for (long d = 0; d < plan.Depth.OutputLength; d++)
        {
            for (long h = 0; h < plan.Height.OutputLength; h++, results += columns)
            {
                T* row = output + d * to.Depth + h * to.Height;
                if (line.Turn(results, outputs, count, columns, row, to.Width)) continue;
                for (long w = 0; w < columns; w++)
                    for (long i = 0; i < count; i++) row[w * to.Width + i] = results[i * outputs + w];
            }
        }
    }

    /// <summary>Neighbouring planes, each as dense rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Copy(FractionalLine<T> line, PoolPlan plan, T* planes, in TensorLayout from, long count, T* copies)
    {
        long elements = plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength, next = from.Channel;
        for (long d = 0; d < plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < plan.Height.InputLength; h++)
            {
                T* pixel = planes + d * from.Depth + h * from.Height;
                if (Turns && next == 1 && line.Turn(pixel, from.Width, plan.Width.InputLength, count, copies, elements))
                {
                    copies += plan.Width.InputLength;
                    continue;
                }

                for (long w = 0; w < plan.Width.InputLength; w++, pixel += from.Width, copies++)
                    for (long i = 0; i < count; i++) copies[i * elements] = pixel[i * next];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pick(T* maxima, long* starts, T* to, long step, long count)
    {
        for (long w = 0; w < count; w++) to[w * step] = maxima[starts[w]];
    }

    // Bounds: windows lie inside the input, for their starts do not exceed its length less their taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Row(in PoolJob job, OutputPlace place, long depth, long height, long* widths, T* to, long toNext)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        OffsetMemory offsets = job.Offsets;
        long depths = windows.Taps(0), rows = windows.Taps(1), columns = windows.Taps(2), next = from.Width, rowStep = from.Height, markNext = offsets.Layout.Width;
        T* corner = (T*)job.Input + place.N * from.Batch + place.C * from.Channel + depth * from.Depth + height * rowStep;
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
