using System.Numerics.Tensors;

namespace Cenote.Benchmarks.Rows;

/// <summary>A pooling to be measured: an operator, an input shape, and a window that is the same along every spatial axis.</summary>
/// <param name="Name">What the row is called on the command line.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Shape">N×C×spatial lengths.</param>
/// <param name="Kernel">Taps per window; not used by global operators, and of adaptive ones the outputs.</param>
/// <param name="Stride">The step between windows.</param>
/// <param name="Padding">Taps outside the input on each side, counted by averages.</param>
/// <param name="Dilation">The distance between taps.</param>
/// <param name="Type">The only element type that the row is measured in; null for any.</param>
internal sealed record Row(string Name, Operator Operator, long[] Shape, int Kernel = 0, int Stride = 1, int Padding = 0, int Dilation = 1, string? Type = null)
{
    /// <summary>The output's share of a fractional pooling's input.</summary>
    public const double FractionalRatio = 0.7;

    private const int RegionCount = 100;

    public int SpatialRank => Shape.Length - 2;

    public bool IsMax => Operator is Operator.Max or Operator.GlobalMax or Operator.AdaptiveMax;

    /// <summary>Whether every output is one of the inputs.</summary>
    public bool IsChoice => IsMax || Operator is Operator.Min or Operator.Median or Operator.Mode or Operator.Fractional or Operator.Unpool;

    public bool IsGlobal => Operator is Operator.GlobalMax or Operator.GlobalAverage or Operator.GlobalNorm;

    public bool IsAdaptive => Operator is Operator.AdaptiveMax or Operator.AdaptiveAverage;

    /// <summary>Where there is one channel, both layouts are the same memory.</summary>
    public bool HasOneChannel => Shape[1] == 1;

    /// <summary>Taps along each spatial axis; a global operator's window is the plane, an adaptive one's at most so large.</summary>
    public long[] Kernels => IsGlobal ? Shape[2..] : IsAdaptive ? [.. Shape[2..].Select(length => ((length + Kernel - 1) / Kernel) + 1)] : Everywhere(Kernel);

    public long[] Strides => Everywhere(Stride);

    public long[] Paddings => Everywhere(Padding);

    public long[] Dilations => Everywhere(Dilation);

    public long Taps => Kernels.Aggregate(1L, (product, length) => product * length);

    public long[] OutputShape
    {
        get
        {
            long[] output = Operator == Operator.Regions ? [RegionCount, .. Shape[1..]] : [.. Shape];
            foreach (ref long length in output.AsSpan(2))
                length = IsGlobal ? 1 : IsAdaptive || Operator == Operator.Regions ? Kernel : Operator == Operator.Fractional ? (long)(length * FractionalRatio) : Operator == Operator.Unpool ? length * Kernel : ((length + (2 * Padding) - ((long)Dilation * (Kernel - 1)) - 1) / Stride) + 1;
            return output;
        }
    }

    /// <summary>The layer that is measured.</summary>
    public PoolLayer Layer(int threads) => (Operator, SpatialRank) switch
    {
        (Operator.Max, 1) => new MaxPool1d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Max, 2) => new MaxPool2d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Max, _) => new MaxPool3d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Average, 1) => new AvgPool1d(Kernel, Stride, Padding, dilation: Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Average, 2) => new AvgPool2d(Kernel, Stride, Padding, dilation: Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Average, _) => new AvgPool3d(Kernel, Stride, Padding, dilation: Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.GlobalMax, 1) => new GlobalMaxPool1d { MaxDegreeOfParallelism = threads },
        (Operator.GlobalMax, 2) => new GlobalMaxPool2d { MaxDegreeOfParallelism = threads },
        (Operator.GlobalMax, _) => new GlobalMaxPool3d { MaxDegreeOfParallelism = threads },
        (Operator.Norm, 1) => new LpPool1d(2, Kernel, Stride, padding: Padding, dilation: Dilation) { TrueNorm = true, MaxDegreeOfParallelism = threads },
        (Operator.Norm, 2) => new LpPool2d(2, Kernel, Stride, padding: Padding, dilation: Dilation) { TrueNorm = true, MaxDegreeOfParallelism = threads },
        (Operator.Norm, _) => new LpPool3d(2, Kernel, Stride, padding: Padding, dilation: Dilation) { TrueNorm = true, MaxDegreeOfParallelism = threads },
        (Operator.GlobalNorm, 1) => new GlobalLpPool1d { MaxDegreeOfParallelism = threads },
        (Operator.GlobalNorm, 2) => new GlobalLpPool2d { MaxDegreeOfParallelism = threads },
        (Operator.GlobalNorm, _) => new GlobalLpPool3d { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveMax, 1) => new AdaptiveMaxPool1d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveMax, 2) => new AdaptiveMaxPool2d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveMax, _) => new AdaptiveMaxPool3d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveAverage, 1) => new AdaptiveAvgPool1d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveAverage, 2) => new AdaptiveAvgPool2d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.AdaptiveAverage, _) => new AdaptiveAvgPool3d(Kernel) { MaxDegreeOfParallelism = threads },
        (Operator.Min, 2) => new MinPool2d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Median, 2) => new MedianPool2d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Mode, 2) => new ModePool2d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Mode, 3) => new ModePool3d(Kernel, Stride, Padding, Dilation) { MaxDegreeOfParallelism = threads },
        (Operator.Fractional, 2) => new FractionalMaxPool2d(Kernel, outputRatio: [FractionalRatio]) { RandomSamples = Samples, MaxDegreeOfParallelism = threads },
        (not (Operator.GlobalAverage or Operator.AdaptiveAverage), _) => throw new NotSupportedException($"{this}: no such layer is measured."),
        (_, 1) => new GlobalAvgPool1d { MaxDegreeOfParallelism = threads },
        (_, 2) => new GlobalAvgPool2d { MaxDegreeOfParallelism = threads },
        (_, _) => new GlobalAvgPool3d { MaxDegreeOfParallelism = threads },
    };

    /// <summary>The samples of a fractional pooling: two for each plane, floats.</summary>
    public Tensor<double> Samples
    {
        get
        {
            var random = new Random(1);
            return Tensor.Create([.. Enumerable.Range(0, (int)(Shape[0] * Shape[1] * SpatialRank)).Select(_ => (double)random.NextSingle())], [(nint)Shape[0], (nint)Shape[1], SpatialRank]);
        }
    }

    /// <summary>Where the values of an unpooling go, in a layout: some tap of each window.</summary>
    public long[] Places(Layout layout)
    {
        long[] strides = layout.Strides(Shape), places = new long[Shape.Aggregate(1L, (product, length) => product * length)];
        for (long plane = 0; plane < Shape[0] * Shape[1]; plane++)
        {
            for (long i = 0; i < Shape[2]; i++)
            {
                for (long j = 0; j < Shape[3]; j++)
                {
                    long tap = (plane + (5 * i) + (3 * j)) % (Kernel * Kernel);
                    places[(plane / Shape[1] * strides[0]) + (plane % Shape[1] * strides[1]) + (i * strides[2]) + (j * strides[3])] = (((Kernel * i) + (tap / Kernel)) * Kernel * Shape[3]) + (Kernel * j) + (tap % Kernel);
                }
            }
        }

        return places;
    }

    /// <summary>The boxes of regions in the first image: x1, y1, x2, y2 of each.</summary>
    public float[] Boxes()
    {
        var random = new Random(1);
        float[] boxes = new float[4 * RegionCount];
        for (int i = 0; i < boxes.Length; i += 4)
        {
            for (int axis = 0; axis < 2; axis++)
            {
                float length = Shape[3 - axis], from = random.NextSingle() * length * 0.7f;
                (boxes[i + axis], boxes[i + axis + 2]) = (from, from + (random.NextSingle() * (length - from)));
            }
        }

        return boxes;
    }

    /// <returns>For example <c>stem: max k3 s2 p1, 8×64×112×112</c>.</returns>
    public override string ToString()
    {
        string window = IsGlobal ? "" : IsAdaptive ? $" to {Kernel}" : Operator == Operator.Regions ? $" {RegionCount} regions to {Kernel}" : Operator is Operator.Fractional or Operator.Unpool ? $" k{Kernel}" : $" k{Kernel} s{Stride}{(Padding > 0 ? $" p{Padding}" : "")}{(Dilation > 1 ? $" d{Dilation}" : "")}";
        string name = Operator switch { Operator.Max => "max", Operator.Average => "average", Operator.GlobalMax => "global max", Operator.GlobalAverage => "global average", Operator.Norm => "norm", Operator.GlobalNorm => "global norm", Operator.AdaptiveMax => "adaptive max", Operator.AdaptiveAverage => "adaptive average", Operator.Fractional => "fractional max", Operator.Regions => "RoiAlign", _ => Operator.ToString().ToLowerInvariant() };
        return $"{(Name.Length > 0 ? $"{Name}: " : "")}{name}{window}, {string.Join('×', Shape)}{(Type is null ? "" : $", {Type}")}";
    }

    private long[] Everywhere(long value) => [.. Enumerable.Repeat(value, SpatialRank)];
}
