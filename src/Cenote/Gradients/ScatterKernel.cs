using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps where many windows read an input: each window adds its gradient to its tap, in the order of the windows, in a copy of the input's plane with room for
/// all taps that windows have in the padding, so that no offset needs a test. Eight planes side by side, that no addition waits for the one before.
/// </summary>
// Bounds: the copy covers every tap, inside the input or not, of the outputs that may read a band's rows; offsets are those of taps.
internal sealed unsafe class ScatterKernel<T, TSum, TSums, TFormat> : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>With fewer windows per input, looking at all of them is as fast: measured, for planes and for channels side by side.</summary>
    private const long ManyWindows = 16, ManyByChannels = 32;

    /// <summary>Windows of more taps have no table.</summary>
    private const long MostTaps = 1 << 14;

    public override string Name => "scatter";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        if (!GradientAxis.Accepts(pooling.Depth) || !GradientAxis.Accepts(pooling.Height) || !GradientAxis.Accepts(pooling.Width) || pooling.Taps > MostTaps) return false;
        return job.Offsets.Start is not null && (plan.MaxCount >= (job.OutputLayout.Channel == 1 ? ManyByChannels : ManyWindows) || pooling.IsGlobal) && new ScatterBands(plan).Fits;
    }

    /// <summary>One unit is one band of some planes.</summary>
    public override long Units(in PoolJob job) => new ScatterBands(job.Plan).Units;

    /// <summary>Half a nanosecond per output, and a tenth per input.</summary>
    public override double Cost(in PoolJob job) => 0.5 * job.Plan.InputElements + 0.1 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan pooling = job.Plan.Transposed;
        var bands = new ScatterBands(job.Plan);
        long tableBytes = Scratch.Round(pooling.Taps * sizeof(int));
        byte* scratch = Scratch.Of(tableBytes + bands.Elements * sizeof(TSum));
        WriteTable(pooling, bands, (int*)scratch);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            ScatterBand band = bands[unit];
            TSum* copy = (TSum*)(scratch + tableBytes);
            new Span<TSum>(copy, (int)bands.Elements).Clear();
            switch (job.Offsets.Size)
            {
                case 1: Add<byte>(job, bands, band, copy, (int*)scratch); break;
                default: Add<ushort>(job, bands, band, copy, (int*)scratch); break;
            }

            Write(job, bands, band, copy);
        }
    }

    /// <summary>How far each tap lies behind its window's first one in a copy.</summary>
    private static void WriteTable(PoolPlan pooling, in ScatterBands bands, int* table)
    {
        for (long i = 0; i < pooling.Depth.Kernel; i++)
            for (long j = 0; j < pooling.Height.Kernel; j++)
                for (long k = 0; k < pooling.Width.Kernel; k++)
                    *table++ = (int)(((i * pooling.Depth.Dilation * bands.CopyRows + j * pooling.Height.Dilation) * bands.Pitch + k * pooling.Width.Dilation) * bands.Lanes);
    }

    private static void Add<TMark>(in PoolJob job, in ScatterBands bands, in ScatterBand band, TSum* copy, int* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        PoolPlan pooling = job.Plan.Transposed;
        TensorLayout from = job.InputLayout, marks = job.Offsets.Layout;
        for (long d = 0; d < pooling.Depth.OutputLength; d++)
        {
            for (long h = band.FirstOutput; h <= band.LastOutput; h++)
            {
                TSum* to = copy + (d * pooling.Depth.Stride * bands.CopyRows + pooling.Height.Start(h) - band.CopyRow) * bands.Pitch * bands.Lanes;
                T* gradients = (T*)job.Input + band.Batch * from.Batch + band.Channel * from.Channel + d * from.Depth + h * from.Height;
                TMark* offsets = (TMark*)job.Offsets.Start + band.Batch * marks.Batch + band.Channel * marks.Channel + d * marks.Depth + h * marks.Height;
                if (band.Channels == ScatterBands.MostLanes) EightRows(gradients, from, offsets, marks, to, pooling.Width, table);
                else for (long plane = 0; plane < band.Channels; plane++) OneRow(gradients + plane * from.Channel, from.Width, offsets + plane * marks.Channel, marks.Width, to + plane, bands.Lanes, pooling.Width, table);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<TMark>(T* gradients, long step, TMark* offsets, long markStep, TSum* to, long lanes, AxisPlan width, int* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        long length = width.OutputLength, stride = width.Stride * lanes;
        for (long w = 0; w < length; w++, to += stride, gradients += step, offsets += markStep) to[table[int.CreateTruncating(*offsets)]] += TFormat.Lift(*gradients);
    }

    /// <summary>Eight planes, whose sums lie side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<TMark>(T* gradients, in TensorLayout from, TMark* offsets, in TensorLayout marks, TSum* to, AxisPlan width, int* table)
        where TMark : unmanaged, IBinaryInteger<TMark>
    {
        long length = width.OutputLength, stride = width.Stride * ScatterBands.MostLanes, step = from.Width, markStep = marks.Width, plane = from.Channel, markPlane = marks.Channel;
        for (long w = 0; w < length; w++, gradients += step, offsets += markStep, to += stride)
        {
            T* fifth = gradients + 4 * plane;
            TMark* fifthOffset = offsets + 4 * markPlane;
            to[table[int.CreateTruncating(*offsets)]] += TFormat.Lift(*gradients);
            to[table[int.CreateTruncating(offsets[markPlane])] + 1] += TFormat.Lift(gradients[plane]);
            to[table[int.CreateTruncating(offsets[2 * markPlane])] + 2] += TFormat.Lift(gradients[2 * plane]);
            to[table[int.CreateTruncating(offsets[3 * markPlane])] + 3] += TFormat.Lift(gradients[3 * plane]);
            to[table[int.CreateTruncating(*fifthOffset)] + 4] += TFormat.Lift(*fifth);
            to[table[int.CreateTruncating(fifthOffset[markPlane])] + 5] += TFormat.Lift(fifth[plane]);
            to[table[int.CreateTruncating(fifthOffset[2 * markPlane])] + 6] += TFormat.Lift(fifth[2 * plane]);
            to[table[int.CreateTruncating(fifthOffset[3 * markPlane])] + 7] += TFormat.Lift(fifth[3 * plane]);
        }
    }

    private static void Write(in PoolJob job, in ScatterBands bands, in ScatterBand band, TSum* copy)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        TensorLayout to = job.OutputLayout;
        for (long d = 0; d < plan.Depth.OutputLength; d++)
        {
            for (long h = band.Row; h < band.EndRow; h++)
            {
                TSum* sums = copy + (((d + pooling.Depth.Before) * bands.CopyRows + h - band.CopyRow) * bands.Pitch + pooling.Width.Before) * bands.Lanes;
                T* row = (T*)job.Output + band.Batch * to.Batch + band.Channel * to.Channel + d * to.Depth + h * to.Height;
                if (to.Channel == 1) Pixels(sums, bands.Lanes, row, to.Width, plan.Width.OutputLength, band.Channels);
                else for (long plane = 0; plane < band.Channels; plane++) Row(sums + plane, bands.Lanes, row + plane * to.Channel, to.Width, plan.Width.OutputLength);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row(TSum* sums, long lanes, T* to, long step, long pixels)
    {
        for (long pixel = 0; pixel < pixels; pixel++, sums += lanes, to += step) *to = TFormat.Round(*sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pixels(TSum* sums, long lanes, T* to, long step, long pixels, long channels)
    {
        for (long pixel = 0; pixel < pixels; pixel++, sums += lanes, to += step)
            for (long c = 0; c < channels; c++) to[c] = TFormat.Round(sums[c]);
    }
}
