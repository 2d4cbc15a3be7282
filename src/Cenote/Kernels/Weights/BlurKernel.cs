using System.Numerics;

namespace Cenote;

/// <summary>Binomial filters, axis by axis, and their gradient: the same weights the other way round. Any strides.</summary>
internal sealed unsafe class BlurKernel<T, TReal, TConvert>(bool isGradient) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    /// <summary>A line has about so many sums, which the cache holds.</summary>
    private const long LineElements = 1 << 14, LeastLine = 64;

    public override string Name => isGradient ? "blur gradient" : "blur";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of a line, of some channels.</summary>
    public override long Units(in PoolJob job) => Lines(job) * job.Plan.Batch * Blocks(job) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>A quarter of a nanosecond per product.</summary>
    public override double Cost(in PoolJob job)
    {
        PoolPlan pooling = isGradient ? job.Plan.Transposed : job.Plan;
        return 0.25 * job.Plan.InputElements * pooling.Depth.Kernel * pooling.Height.Kernel + job.Plan.OutputElements * pooling.Width.Kernel;
    }

    // Bounds: positions are inputs' (mirrored into them), or outputs' of the pooling.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan, pooling = isGradient ? plan.Transposed : plan;
        BinomialWeights<TReal> depth = new(pooling.Depth), height = new(pooling.Height), width = new(pooling.Width);
        WeightedTaps<TReal> depths = new(), heights = new(), widths = new();
        long blocks = Blocks(job), block = WeightedRows<T, TReal, TConvert>.BlockOf(job.InputLayout, plan.Channels), length = Line(job), last = -1;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            (rest, long b) = Math.DivRem(rest, blocks);
            var (line, n) = Math.DivRem(rest, plan.Batch);
            if (line != last) Fill(widths, width, line * length, Math.Min(plan.Width.OutputLength, (line + 1) * length));
            last = line;
            Fill(depths, depth, d, d + 1);
            Fill(heights, height, h, h + 1);
            var place = new OutputPlace(n, b * block, d, h, line * length);
            Row(job, place, Math.Min(block, plan.Channels - b * block), depths, heights, widths);
        }
    }

    private static void Row(in PoolJob job, in OutputPlace place, long channels, WeightedTaps<TReal> depths, WeightedTaps<TReal> heights, WeightedTaps<TReal> widths)
    {
        var rows = new WeightedRows<T, TReal, TConvert>(job.InputLayout, channels);
        // Where the stride is longer than the filter, inputs may have no reader.
        long pixels = Math.Max(0, widths.Last - widths.First + 1), sumBytes = Scratch.Round(pixels * channels * sizeof(TReal));
        byte* scratch = Scratch.Of(sumBytes + channels * sizeof(TReal));
        var sums = (TReal*)scratch;
        new Span<TReal>(sums, checked((int)(pixels * channels))).Clear();
        ReadOnlySpan<long> ds = depths.Positions(0), hs = heights.Positions(0);
        for (int i = 0; i < ds.Length && pixels > 0; i++)
        {
            for (int j = 0; j < hs.Length; j++)
            {
                T* row = (T*)job.Input + new OutputPlace(place.N, place.C, ds[i], hs[j], widths.First).In(job.InputLayout);
                rows.Add(row, pixels, depths.Weights(0)[i] * heights.Weights(0)[j], sums);
            }
        }

        rows.Finish(sums, widths, 1, (TReal*)(scratch + sumBytes), (T*)job.Output + place.In(job.OutputLayout), job.OutputLayout);
    }

    private void Fill(WeightedTaps<TReal> taps, BinomialWeights<TReal> weights, long first, long end)
    {
        taps.Clear();
        for (long at = first; at < end; at++)
        {
            if (isGradient) weights.AppendReaders(taps, at);
            else weights.Append(taps, at);
        }
    }

    private static long Blocks(in PoolJob job) => (job.Plan.Channels + WeightedRows<T, TReal, TConvert>.BlockOf(job.InputLayout, job.Plan.Channels) - 1) / WeightedRows<T, TReal, TConvert>.BlockOf(job.InputLayout, job.Plan.Channels);

    private static long Line(in PoolJob job) => Math.Max(LeastLine, LineElements / WeightedRows<T, TReal, TConvert>.BlockOf(job.InputLayout, job.Plan.Channels));

    private static long Lines(in PoolJob job) => (job.Plan.Width.OutputLength + Line(job) - 1) / Line(job);
}

/// <summary>The binomial filter of a window, or its gradient.</summary>
internal sealed class BlurOperator : PoolOperator
{
    public static readonly BlurOperator Instance = new(isGradient: false), Gradient = new(isGradient: true);

    private readonly bool _isGradient;

    private BlurOperator(bool isGradient) => _isGradient = isGradient;

    private protected override KernelCatalog Create(ElementType type) => KernelCatalog.Of(type switch
    {
        ElementType.Single => new BlurKernel<float, float, SingleMean>(_isGradient),
        ElementType.Double => new BlurKernel<double, double, DoubleMean>(_isGradient),
        ElementType.Half => new BlurKernel<Half, float, SingleMean>(_isGradient),
        ElementType.BFloat16 => new BlurKernel<BFloat16, float, SingleMean>(_isGradient),
        ElementType.SByte => new BlurKernel<sbyte, double, RoundedSum<sbyte>>(_isGradient),
        ElementType.Byte => new BlurKernel<byte, double, RoundedSum<byte>>(_isGradient),
        ElementType.Int16 => new BlurKernel<short, double, RoundedSum<short>>(_isGradient),
        ElementType.UInt16 => new BlurKernel<ushort, double, RoundedSum<ushort>>(_isGradient),
        ElementType.Int32 => new BlurKernel<int, double, RoundedSum<int>>(_isGradient),
        ElementType.UInt32 => new BlurKernel<uint, double, RoundedSum<uint>>(_isGradient),
        ElementType.Int64 => new BlurKernel<long, double, RoundedSum<long>>(_isGradient),
        ElementType.UInt64 => new BlurKernel<ulong, double, RoundedSum<ulong>>(_isGradient),
        _ => throw Unknown(type),
    });
}

/// <summary>A sum of integers in double, rounded to the nearest, halves to even.</summary>
internal readonly struct RoundedSum<T> : IPoolReducer<T, double>
    where T : unmanaged, IBinaryInteger<T>
{
    public double Identity => 0;

    public double Lift(T tap) => double.CreateTruncating(tap);

    public double Combine(double earlier, double later) => earlier + later;

    public T Finish(double state, long count, long divisor) => T.CreateSaturating(Math.Round(state / divisor, MidpointRounding.ToEven));
}
