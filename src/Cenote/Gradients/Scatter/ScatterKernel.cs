using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps where many windows read an input: each window adds its gradient to its tap, in the order of the windows, in a copy of the input's plane with room for
/// all taps that windows have in the padding, so that no offset needs a test. Eight planes in turn, that no addition waits for the one before; fewer keep the sum of a tap as long as
/// neighbouring windows choose the same one.
/// </summary>
// Bounds: the copy covers every tap, inside the input or not, of the outputs that may read a band's rows; offsets are those of taps.
internal sealed unsafe class ScatterKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>With fewer windows per input, looking at all of them is as fast: measured.</summary>
    private const long ManyWindows = 16;

    /// <summary>Windows of more taps have no table.</summary>
    private const long MostTaps = 1 << 14;

    /// <summary>How many pixels ahead is asked for: pixels of many channels lie farther apart than the machine's prefetchers see.</summary>
    private const long PixelsAhead = 4;

    public override string Name => "scatter";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        if (!GradientAxis.Accepts(pooling.Depth) || !GradientAxis.Accepts(pooling.Height) || !GradientAxis.Accepts(pooling.Width) || pooling.Taps > MostTaps) return false;
        return job.Offsets.Start is not null && (plan.MaxCount >= ManyWindows || pooling.IsGlobal) && new ScatterBands(plan, ByChannels(job)).Fits;
    }

    /// <summary>One unit is one band of some planes.</summary>
    public override long Units(in PoolJob job) => new ScatterBands(job.Plan, ByChannels(job)).Units;

    /// <summary>Half a nanosecond per output, and a tenth per input.</summary>
    public override double Cost(in PoolJob job) => 0.5 * job.Plan.InputElements + 0.1 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan pooling = job.Plan.Transposed;
        var bands = new ScatterBands(job.Plan, ByChannels(job));
        long tableBytes = Scratch.Round(pooling.Taps * sizeof(long));
        byte* scratch = Scratch.Of(tableBytes + (bands.Elements + TSums.Count) * sizeof(TSum));
        WriteTable(pooling, bands, (long*)scratch);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            ScatterBand band = bands[unit];
            TSum* copy = (TSum*)(scratch + tableBytes);
            new Span<TSum>(copy, (int)bands.Elements).Clear();
            switch (job.Offsets.Size)
            {
                case 1: Add<byte>(job, bands, band, copy, (long*)scratch); break;
                default: Add<ushort>(job, bands, band, copy, (long*)scratch); break;
            }

            Write(job, bands, band, copy);
        }
    }

    private static bool ByChannels(in PoolJob job) => job.OutputLayout.Channel == 1;

    /// <summary>How many bytes each tap lies behind its window's first one in a copy.</summary>
    private static void WriteTable(PoolPlan pooling, in ScatterBands bands, long* table)
    {
        for (long i = 0; i < pooling.Depth.Kernel; i++)
            for (long j = 0; j < pooling.Height.Kernel; j++)
                for (long k = 0; k < pooling.Width.Kernel; k++)
                    *table++ = ((i * pooling.Depth.Dilation * bands.CopyRows + j * pooling.Height.Dilation) * bands.Pitch + k * pooling.Width.Dilation) * bands.Step * sizeof(TSum);
    }

    private static void Add<TMark>(in PoolJob job, in ScatterBands bands, in ScatterBand band, TSum* copy, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        PoolPlan pooling = job.Plan.Transposed;
        TensorLayout from = job.InputLayout, marks = job.Offsets.Layout;
        for (long d = 0; d < pooling.Depth.OutputLength; d++)
        {
            for (long h = band.FirstOutput; h <= band.LastOutput; h++)
            {
                TSum* to = copy + (d * pooling.Depth.Stride * bands.CopyRows + pooling.Height.Start(h) - band.CopyRow) * bands.Pitch * bands.Step;
                T* gradients = (T*)job.Input + band.Batch * from.Batch + band.Channel * from.Channel + d * from.Depth + h * from.Height;
                TMark* offsets = (TMark*)job.Offsets.Start + band.Batch * marks.Batch + band.Channel * marks.Channel + d * marks.Depth + h * marks.Height;
                bool areBeside = bands.Next == 1 && from.Channel == 1 && marks.Channel == 1;
                long plane = 0;
                for (; plane + ScatterBands.Together <= band.Channels; plane += ScatterBands.Together)
                {
                    if (areBeside) EightChannels(gradients + plane, from.Width, offsets + plane, marks.Width, to + plane, bands.Step, pooling.Width, table);
                    else EightRows(gradients + plane * from.Channel, from, offsets + plane * marks.Channel, marks, to + plane * bands.Next, bands, pooling.Width, table);
                }

                for (; plane < band.Channels; plane++) OneRow(gradients + plane * from.Channel, from.Width, offsets + plane * marks.Channel, marks.Width, to + plane * bands.Next, bands.Step, pooling.Width, table);
            }
        }
    }

    /// <summary>One plane. A sum that waits in a register for its next term is had three times sooner than one from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OneRow<TMark>(T* gradients, long step, TMark* offsets, long markStep, TSum* to, long pixel, AxisPlan width, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        if (typeof(TMark) == typeof(ushort) && pixel == 1 && step == 1 && markStep == 1 && ScatterRuns<T, TSum, TSums, TFormat>.Accepts(width))
        {
            ScatterRuns<T, TSum, TSums, TFormat>.Add(gradients, (ushort*)offsets, to, width, table);
            return;
        }

        long length = width.OutputLength, stride = width.Stride * pixel;
        TSum* place = to;
        TSum sum = *place;
        for (long w = 0; w < length; w++, to += stride, gradients += step, offsets += markStep)
        {
            TSum* chosen = Place(to, *offsets, table);
            if (chosen != place)
            {
                *place = sum;
                place = chosen;
                sum = *place;
            }

            sum += TFormat.Lift(*gradients);
        }

        *place = sum;
    }

    /// <summary>Eight planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EightRows<TMark>(T* gradients, in TensorLayout from, TMark* offsets, in TensorLayout marks, TSum* to, in ScatterBands bands, AxisPlan width, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        long length = width.OutputLength, stride = width.Stride * bands.Step, step = from.Width, markStep = marks.Width, plane = from.Channel, markPlane = marks.Channel, next = bands.Next;
        // The rows of the next planes, for rows end before the machine's prefetchers see a pattern.
        for (long i = 0; step == 1 && markStep == 1 && i < ScatterBands.Together; i++)
        {
            Prefetch.Behind(gradients + i * plane, length * sizeof(T), ScatterBands.Together * plane * sizeof(T));
            Prefetch.Behind(offsets + i * markPlane, length * sizeof(TMark), ScatterBands.Together * markPlane * sizeof(TMark));
        }

        for (long w = 0; w < length; w++, gradients += step, offsets += markStep, to += stride)
        {
            Four(gradients, plane, offsets, markPlane, to, next, table);
            Four(gradients + 4 * plane, plane, offsets + 4 * markPlane, markPlane, to + 4 * next, next, table);
        }
    }

    /// <summary>Eight channels that lie side by side, as in the copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EightChannels<TMark>(T* gradients, long step, TMark* offsets, long markStep, TSum* to, long pixel, AxisPlan width, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        long length = width.OutputLength, stride = width.Stride * pixel;
        for (long w = 0; w < length; w++, gradients += step, offsets += markStep, to += stride)
        {
            Prefetch.Line(gradients + PixelsAhead * step);
            Prefetch.Line(offsets + PixelsAhead * markStep);
            Four(gradients, 1, offsets, 1, to, 1, table);
            Four(gradients + 4, 1, offsets + 4, 1, to + 4, 1, table);
        }
    }

    /// <summary>A window of each of four planes. All are loaded before one is stored: a load that might be of what was just stored waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TMark>(T* gradients, long plane, TMark* offsets, long markPlane, TSum* to, long next, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        TSum* first = Place(to, *offsets, table), second = Place(to + next, offsets[markPlane], table), third = Place(to + 2 * next, offsets[2 * markPlane], table), fourth = Place(to + 3 * next, offsets[3 * markPlane], table);
        TSum a = *first + TFormat.Lift(*gradients), b = *second + TFormat.Lift(gradients[plane]), c = *third + TFormat.Lift(gradients[2 * plane]), d = *fourth + TFormat.Lift(gradients[3 * plane]);
        *first = a;
        *second = b;
        *third = c;
        *fourth = d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSum* Place<TMark>(TSum* window, TMark offset, long* table)
        where TMark : unmanaged, IBinaryInteger<TMark> => (TSum*)((byte*)window + table[nuint.CreateTruncating(offset)]);

    private static void Write(in PoolJob job, in ScatterBands bands, in ScatterBand band, TSum* copy)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        TensorLayout to = job.OutputLayout;
        long columns = plan.Width.OutputLength;
        for (long d = 0; d < plan.Depth.OutputLength; d++)
        {
            for (long h = band.Row; h < band.EndRow; h++)
            {
                TSum* sums = copy + (((d + pooling.Depth.Before) * bands.CopyRows + h - band.CopyRow) * bands.Pitch + pooling.Width.Before) * bands.Step;
                T* row = (T*)job.Output + band.Batch * to.Batch + band.Channel * to.Channel + d * to.Depth + h * to.Height;
                if (bands.Step == 1)
                {
                    for (long plane = 0; plane < band.Channels; plane++) GradientCopy<T, TSum, TSums, TFormat>.Round(sums + plane * bands.Next, row + plane * to.Channel, to.Width, columns);
                    continue;
                }

                long c = 0;
                for (; typeof(T) == typeof(TSum) && c + ScatterBands.Together <= band.Channels; c += ScatterBands.Together) EightPixels(sums + c, bands.Step, (TSum*)row + c, to.Width, columns);
                if (c < band.Channels) Pixels(sums + c, bands.Step, row + c, to.Width, columns, band.Channels - c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EightPixels(TSum* sums, long pixel, TSum* to, long step, long pixels)
    {
        long ahead = Prefetch.Multiple(step * sizeof(T));
        for (long i = 0; i < pixels; i++, sums += pixel, to += step)
        {
            Prefetch.Line((byte*)to + ahead);
            Unsafe.CopyBlockUnaligned(to, sums, (uint)(ScatterBands.Together * sizeof(TSum)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pixels(TSum* sums, long lanes, T* to, long step, long pixels, long channels)
    {
        for (long pixel = 0; pixel < pixels; pixel++, sums += lanes, to += step)
            for (long c = 0; c < channels; c++) to[c] = TFormat.Round(sums[c]);
    }
}
