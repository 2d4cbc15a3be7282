using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>How the regions of RoiAlign are sampled.</summary>
internal readonly record struct RoiSampling(int Ratio, bool IsAligned, RoiMode Mode);

/// <summary>Averages of bilinear samples, or the greatest of their weighted corners. Both are products of weights along the height and the width: rows are summed first, then columns.</summary>
internal sealed unsafe class RoiAlignKernel<T, TReal, TConvert>(RoiJob<T> call, bool isGradient, RoiSampling sampling) : RoiKernel<T>(call, isGradient)
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    /// <summary>What one output costs beside the copying of a position: about as much as so many positions.</summary>
    private const long OutputPositions = 4;

    /// <summary>Numbers that are converted together.</summary>
    private const int Some = 256;

    private readonly RoiLanes<TReal>? _lanes = sampling.Mode == RoiMode.Average && 2 * call.Channels >= RoiLanes<TReal>.Widest?.Channels ? RoiLanes<TReal>.Widest : null;

    private bool IsMax => sampling.Mode == RoiMode.Max;

    /// <summary>Whether channels lie side by side, as numbers that need no conversion.</summary>
    private bool HasPixels => Call.Inputs.Channel == 1 && typeof(T) == typeof(TReal);

    protected override long RegionBlock => _lanes?.Channels ?? base.RegionBlock;

    /// <summary>The fewest regions of an image that are worth a copy of its channels, side by side.</summary>
    private long WorthACopy => 1 + Call.Rows * Call.Columns / (OutputPositions * Call.Size.Height * Call.Size.Width);

    /// <summary>Whether a thread may keep such a copy: 64 MB at most.</summary>
    private bool HasRoom => Call.Rows * Call.Columns <= (64L << 20) / (_lanes!.Channels * sizeof(TReal));

    /// <summary>As many regions as pay for a copy twice.</summary>
    public override long LeastRun(in PoolJob job) => IsGradient || _lanes is null || HasPixels || !HasRoom ? 1 : 2 * WorthACopy;

    public override string Name => "RoiAlign";

    protected override double OutputCost => sampling.Ratio == 0 ? 50 : 4.0 * sampling.Ratio * sampling.Ratio;

    protected override void Regions(int first, int end, long channel, long channels, CancellationToken cancellation)
    {
        bool inPlace = HasPixels && channels == _lanes?.Channels;
        for (int region = first, last = first; region < end; region = last)
        {
            while (last < end && Call.Boxes[last].Image == Call.Boxes[region].Image) last++;
            if (_lanes is null || !(inPlace || (last - region >= WorthACopy && HasRoom))) base.Regions(region, last, channel, channels, cancellation);
            else OnLanes(_lanes, region, last, channel, channels, inPlace, cancellation);
        }
    }

    /// <summary>Regions of one image.</summary>
    private void OnLanes(RoiLanes<TReal> lanes, int first, int end, long channel, long channels, bool inPlace, CancellationToken cancellation)
    {
        WeightedTaps<TReal> rows = new(), columns = new();
        long together = lanes.Channels, bins = (long)Call.Size.Height * Call.Size.Width;
        var means = (TReal*)Scratch.Of((bins + (inPlace ? 0 : Call.Rows * Call.Columns)) * together * sizeof(TReal));
        T* plane = Call.Input + Call.Boxes[first].Image * Call.Inputs.Batch + channel * Call.Inputs.Channel;
        TReal* pixels = inPlace ? (TReal*)plane : means + bins * together;
        if (!inPlace) Gather(plane, channels, pixels, together);
        long step = inPlace ? Call.Inputs.Width : together, rowStep = inPlace ? Call.Inputs.Height : Call.Columns * together;
        for (int region = first; region < end; region++)
        {
            cancellation.ThrowIfCancellationRequested();
            double samples = Math.Max(1, Fill(Call.Boxes[region], rows, columns));
            // The division of BFloat16 is part of its rounding.
            lanes.Means(pixels, rowStep, step, rows, columns, typeof(T) == typeof(BFloat16) ? TReal.One : TReal.CreateTruncating((long)samples), means);
            Scatter(means, together, Call.Output + region * Call.Outputs.Batch + channel * Call.Outputs.Channel, channels, (long)samples);
        }
    }

    /// <summary>Lays some channels of a plane side by side; behind them are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Gather(T* plane, long channels, TReal* pixels, long together)
    {
        if (typeof(T) == typeof(Half))
        {
            GatherHalves((Half*)plane, channels, (float*)pixels, together);
            return;
        }

        for (long y = 0; y < Call.Rows; y++)
        {
            for (long x = 0; x < Call.Columns; x++, pixels += together)
            {
                T* pixel = plane + y * Call.Inputs.Height + x * Call.Inputs.Width;
                long c = 0;
                for (; c < channels; c++) pixels[c] = default(TConvert).Lift(pixel[c * Call.Inputs.Channel]);
                for (; c < together; c++) pixels[c] = TReal.Zero;
            }
        }
    }

    /// <summary>The same of numbers that are converted many at a time: one by one it takes longer than the regions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void GatherHalves(Half* plane, long channels, float* pixels, long together)
    {
        TensorLayout from = Call.Inputs;
        new Span<float>(pixels, checked((int)(Call.Rows * Call.Columns * together))).Clear();
        float* line = stackalloc float[Some];
        for (long y = 0; y < Call.Rows; y++, pixels += Call.Columns * together)
        {
            Half* row = plane + y * from.Height;
            if (from.Channel == 1)
            {
                for (long x = 0; x < Call.Columns; x++) TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(row + x * from.Width, (int)channels), new Span<float>(pixels + x * together, (int)channels));
                continue;
            }

            for (long c = 0; c < channels; c++)
            {
                for (long x = 0; x < Call.Columns; x += Some)
                {
                    int count = (int)Math.Min(Some, Call.Columns - x);
                    Half* taps = row + c * from.Channel + x * from.Width;
                    if (from.Width == 1) TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(taps, count), new Span<float>(line, count));
                    else for (int i = 0; i < count; i++) line[i] = (float)taps[i * from.Width];
                    for (int i = 0; i < count; i++) pixels[(x + i) * together + c] = line[i];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Scatter(TReal* means, long together, T* output, long channels, long divisor)
    {
        TensorLayout to = Call.Outputs;
        ushort* halves = stackalloc ushort[(int)(typeof(T) == typeof(Half) ? together : 0)];
        for (long h = 0; h < Call.Size.Height; h++)
        {
            for (long w = 0; w < Call.Size.Width; w++, means += together)
            {
                T* bin = output + h * to.Height + w * to.Width;
                if (typeof(T) == typeof(TReal))
                {
                    for (long c = 0; c < channels; c++) bin[c * to.Channel] = ((T*)means)[c];
                }
                else if (typeof(T) == typeof(Half))
                {
                    TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(means, (int)channels), new Span<Half>(halves, (int)channels));
                    // What was too small for the type is no −0 either.
                    for (long c = 0; c < channels; c++) ((ushort*)bin)[c * to.Channel] = halves[c] == 0x8000 ? (ushort)0 : halves[c];
                }
                else
                {
                    for (long c = 0; c < channels; c++) bin[c * to.Channel] = default(TConvert).Finish(means[c], 1, divisor);
                }
            }
        }
    }

    protected override void Region(int region, long channel, long channels)
    {
        WeightedTaps<TReal> rows = new(), columns = new();
        double samples = Fill(Call.Boxes[region], rows, columns);
        bool together = Call.Inputs.Channel == 1;
        long step = together ? channels : 1;
        for (long c = channel; c < channel + channels; c += step)
        {
            T* plane = Call.Input + Call.Boxes[region].Image * Call.Inputs.Batch + c * Call.Inputs.Channel;
            T* output = Call.Output + region * Call.Outputs.Batch + c * Call.Outputs.Channel;
            if (IsMax) for (long k = 0; k < step; k++) Maxima(plane + k * Call.Inputs.Channel, rows, columns, output + k * Call.Outputs.Channel);
            else Means(plane, step, rows, columns, samples, output);
        }
    }

    // Bounds: the grid's positions lie in the plane.
    private void Means(T* plane, long channels, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, double samples, T* output)
    {
        var walk = new WeightedRows<T, TReal, TConvert>(Call.Inputs, channels);
        long pixels = Math.Max(0, columns.Last - columns.First + 1), sumBytes = Scratch.Round(pixels * channels * sizeof(TReal));
        byte* scratch = Scratch.Of(sumBytes + channels * sizeof(TReal));
        var sums = (TReal*)scratch;
        for (int h = 0; h < rows.Outputs; h++)
        {
            new Span<TReal>(sums, checked((int)(pixels * channels))).Clear();
            ReadOnlySpan<long> positions = rows.Positions(h);
            for (int k = 0; k < positions.Length && pixels > 0; k++) walk.Add(plane + positions[k] * Call.Inputs.Height + columns.First * Call.Inputs.Width, pixels, rows.Weights(h)[k], sums);
            walk.Finish(sums, columns, Math.Max(1, (long)samples), (TReal*)(scratch + sumBytes), output + h * Call.Outputs.Height, Call.Outputs);
        }
    }

    private void Maxima(T* plane, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, T* output)
    {
        for (int h = 0; h < rows.Outputs; h++)
            for (int w = 0; w < columns.Outputs; w++) output[h * Call.Outputs.Height + w * Call.Outputs.Width] = default(TConvert).Finish(Greatest(plane, rows, columns, h, w).Value, 1, 1);
    }

    /// <summary>The greatest weighted corner of a bin, the first of equals, the last NaN; 0 of no samples.</summary>
    private (TReal Value, long Row, long Column, TReal Weight) Greatest(T* plane, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, int h, int w)
    {
        (TReal Value, long Row, long Column, TReal Weight) greatest = default;
        bool any = false;
        ReadOnlySpan<long> ys = rows.Positions(h), xs = columns.Positions(w);
        for (int i = 0; i < ys.Length; i++)
        {
            for (int j = 0; j < xs.Length; j++)
            {
                TReal weight = rows.Weights(h)[i] * columns.Weights(w)[j];
                TReal value = TReal.IsZero(weight) ? TReal.Zero : weight * default(TConvert).Lift(plane[ys[i] * Call.Inputs.Height + xs[j] * Call.Inputs.Width]);
                if (any && !(value > greatest.Value) && !TReal.IsNaN(value)) continue;
                if (any && TReal.IsNaN(greatest.Value) && !TReal.IsNaN(value)) continue;
                greatest = (value, ys[i], xs[j], weight);
                any = true;
            }
        }

        return greatest;
    }

    protected override void Plane(long image, long channel, long channels, CancellationToken cancellation)
    {
        WeightedTaps<TReal> rows = new(), columns = new();
        var plane = new RoiPlane<T, TReal, TConvert>(Call, image, channel, channels, Call.Columns);
        for (int region = 0; region < Call.Boxes.Length; region++)
        {
            if (Call.Boxes[region].Image != image) continue;
            cancellation.ThrowIfCancellationRequested();
            double samples = Fill(Call.Boxes[region], rows, columns);
            if (samples == 0 || columns.Last < 0) continue;
            for (long c = 0; c < channels; c++)
            {
                T* gradient = Call.Output + region * Call.Outputs.Batch + (channel + c) * Call.Outputs.Channel;
                if (IsMax) AddMaxima(plane, c, Call.Input + image * Call.Inputs.Batch + (channel + c) * Call.Inputs.Channel, rows, columns, gradient);
                else AddMeans(plane, c, rows, columns, samples, gradient);
            }
        }

        plane.Finish();
    }

    private void AddMaxima(in RoiPlane<T, TReal, TConvert> plane, long channel, T* input, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, T* gradient)
    {
        for (int h = 0; h < rows.Outputs; h++)
        {
            for (int w = 0; w < columns.Outputs; w++)
            {
                var (_, row, column, weight) = Greatest(input, rows, columns, h, w);
                plane.Row(channel, row)[column] += weight * default(TConvert).Lift(gradient[h * Call.Outputs.Height + w * Call.Outputs.Width]);
            }
        }
    }

    private void AddMeans(in RoiPlane<T, TReal, TConvert> plane, long channel, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, double samples, T* gradient)
    {
        TReal divisor = TReal.CreateTruncating(samples);
        TReal* sums = plane.Room;
        long first = columns.First, length = columns.Last - first + 1;
        for (int h = 0; h < rows.Outputs; h++)
        {
            new Span<TReal>(sums, (int)length).Clear();
            for (int w = 0; w < columns.Outputs; w++)
            {
                TReal share = default(TConvert).Lift(gradient[h * Call.Outputs.Height + w * Call.Outputs.Width]) / divisor;
                ReadOnlySpan<long> positions = columns.Positions(w);
                for (int k = 0; k < positions.Length; k++) sums[positions[k] - first] += share * columns.Weights(w)[k];
            }

            ReadOnlySpan<long> ys = rows.Positions(h);
            for (int k = 0; k < ys.Length; k++) WeightedRows<T, TReal, TConvert>.AddSame(sums, rows.Weights(h)[k], plane.Row(channel, ys[k]) + first, length);
        }
    }

    /// <summary>The taps of a region; how many samples a bin has.</summary>
    private double Fill(in RoiBox box, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns)
    {
        double off = sampling.IsAligned ? 0.5 : 0, least = sampling.IsAligned ? double.NegativeInfinity : 1;
        double down = RoiGrid.Fill(rows, Call.Rows, box.Y1 - off, Math.Max(box.Y2 - box.Y1, least), Call.Size.Height, sampling.Ratio, IsMax);
        return down * RoiGrid.Fill(columns, Call.Columns, box.X1 - off, Math.Max(box.X2 - box.X1, least), Call.Size.Width, sampling.Ratio, IsMax);
    }
}
