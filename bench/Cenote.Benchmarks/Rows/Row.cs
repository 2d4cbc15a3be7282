namespace Cenote.Benchmarks.Rows;

/// <summary>A pooling to be measured: an operator, an input shape, and a window that is the same along every spatial axis.</summary>
/// <param name="Name">What the row is called on the command line.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Shape">N×C×spatial lengths.</param>
/// <param name="Kernel">Taps per window; not used by global operators, and of adaptive ones the outputs.</param>
/// <param name="Stride">The step between windows.</param>
/// <param name="Padding">Taps outside the input on each side, counted by averages.</param>
/// <param name="Dilation">The distance between taps.</param>
internal sealed record Row(string Name, Operator Operator, long[] Shape, int Kernel = 0, int Stride = 1, int Padding = 0, int Dilation = 1)
{
    public int SpatialRank => Shape.Length - 2;

    public bool IsMax => Operator is Operator.Max or Operator.GlobalMax or Operator.AdaptiveMax;

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
            long[] output = [.. Shape];
            foreach (ref long length in output.AsSpan(2)) length = IsGlobal ? 1 : IsAdaptive ? Kernel : ((length + (2 * Padding) - ((long)Dilation * (Kernel - 1)) - 1) / Stride) + 1;
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
        (_, 1) => new GlobalAvgPool1d { MaxDegreeOfParallelism = threads },
        (_, 2) => new GlobalAvgPool2d { MaxDegreeOfParallelism = threads },
        (_, _) => new GlobalAvgPool3d { MaxDegreeOfParallelism = threads },
    };

    /// <returns>For example <c>stem: max k3 s2 p1, 8×64×112×112</c>.</returns>
    public override string ToString()
    {
        string window = IsGlobal ? "" : IsAdaptive ? $" to {Kernel}" : $" k{Kernel} s{Stride}{(Padding > 0 ? $" p{Padding}" : "")}{(Dilation > 1 ? $" d{Dilation}" : "")}";
        string name = Operator switch { Operator.Max => "max", Operator.Average => "average", Operator.GlobalMax => "global max", Operator.GlobalAverage => "global average", Operator.Norm => "norm", Operator.GlobalNorm => "global norm", Operator.AdaptiveMax => "adaptive max", _ => "adaptive average" };
        return $"{(Name.Length > 0 ? $"{Name}: " : "")}{name}{window}, {string.Join('×', Shape)}";
    }

    private long[] Everywhere(long value) => [.. Enumerable.Repeat(value, SpatialRank)];
}
