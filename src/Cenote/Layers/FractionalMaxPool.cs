using System.Globalization;
using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Fractional max pooling: each output is the greatest tap of its window, and the windows, as many as asked, lie at steps of a fraction, a little differently in each plane.</summary>
/// <remarks>
/// <para>Per plane and axis there is one sample u in [0, 1). With input length L, output length O and k taps, α = (L − k) / (O − 1), window i begins at ⌊(i + u)·α⌋ − ⌊u·α⌋, and the last one at L − k.
/// All of it is calculated in the precision of the element type (integers: double), as PyTorch does. Windows may overlap, and leave gaps.</para>
/// <para>Samples are the caller's (<see cref="RandomSamples"/>) or drawn from <see cref="Seed"/>: by the number of plane and axis, so that the same seed gives the same windows for any number of threads and
/// in any memory order. A layer does not change: for other windows at every step of a training, make a layer with another seed.</para>
/// <para>The maximum is exact; ties and NaN as in <see cref="MaxPool"/>. An index takes one byte for planes of up to 256 elements, then 2, 4, 8.</para>
/// <para>PyTorch: <c>torch.nn.FractionalMaxPool2d/3d</c>. Graham, "Fractional max-pooling", 2014.</para>
/// </remarks>
public abstract class FractionalMaxPool : IndexedPool
{
    private readonly double[]? _ratio;
    private FractionalMaxOperator? _operator;

    private protected FractionalMaxPool(int spatialRank, Spatial kernelSize, Spatial? outputSize, double[]? outputRatio)
        : base(spatialRank, window: null)
    {
        KernelSize = Require(kernelSize, nameof(kernelSize), spatialRank);
        if (outputSize is null == outputRatio is null)
            throw new ArgumentException($"outputSize and outputRatio are {(outputSize is null ? "both left out" : "both given")}; give one of them.", nameof(outputSize));
        if (outputSize is { } size) OutputSize = Require(size, nameof(outputSize), spatialRank);
        if (outputRatio is null) return;
        if (outputRatio.Length != 1 && outputRatio.Length != spatialRank)
            throw new ArgumentException($"outputRatio has {outputRatio.Length} numbers; a {spatialRank}-D layer takes one, or {spatialRank} (one per axis).", nameof(outputRatio));
        foreach (double ratio in outputRatio)
            if (!(ratio > 0 && ratio < 1)) throw new ArgumentOutOfRangeException(nameof(outputRatio), string.Create(CultureInfo.InvariantCulture, $"outputRatio is {ratio}; it must lie between 0 and 1."));
        _ratio = [.. outputRatio];
    }

    /// <summary>Taps per window, as given.</summary>
    public Spatial KernelSize { get; }

    /// <summary>The output's spatial lengths as given; null where a ratio was.</summary>
    public Spatial? OutputSize { get; }

    /// <summary>The output's lengths as parts of the input's, one number or one per axis, rounded down; empty where a size was given.</summary>
    public ReadOnlySpan<double> OutputRatio => _ratio;

    /// <summary>What the samples are drawn from where <see cref="RandomSamples"/> are not given; 0 by default.</summary>
    /// <remarks>Sample a of plane p = n·C + c is element p·axes + a + 1 of SplitMix64's sequence from this seed, cut to as many bits as a number of the element type has.</remarks>
    public ulong Seed { get; init; }

    /// <summary>The samples: N×C×axes numbers in [0, 1), for a batch of at most N and for exactly C channels; copied. In 2-D the first of a plane is for the width, the second for the height; in 3-D they are for depth, height and width.</summary>
    /// <remarks>They are rounded to the element type before they are used. PyTorch: <c>_random_samples</c>.</remarks>
    /// <exception cref="ArgumentException">The tensor has not three axes, or not as many samples per plane as the layer has axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A sample is not in [0, 1).</exception>
    public Tensor<double>? RandomSamples
    {
        get;
        init
        {
            field = value is null ? null : Tensor.Create<double>([.. value], value.Lengths);
            if (value is null) return;
            if (value.Rank != 3 || value.Lengths[2] != SpatialRank)
                throw new ArgumentException($"RandomSamples is {PoolPlan.Text(value.Lengths)}; it must be N×C×{SpatialRank}, a sample per plane and axis.", nameof(RandomSamples));
            foreach (double sample in field!)
                if (!(sample >= 0 && sample < 1)) throw new ArgumentOutOfRangeException(nameof(RandomSamples), string.Create(CultureInfo.InvariantCulture, $"RandomSamples has {sample}; samples must be at least 0 and below 1."));
        }
    }

    internal override string Name => "fractional-max";

    internal override string OptionsText =>
        $"k{KernelSize.ToText(SpatialRank)} {(OutputSize is { } size ? AdaptiveSize.Text(size) : "ratio " + string.Join('×', _ratio!.Select(ratio => ratio.ToString(CultureInfo.InvariantCulture))))}"
        + (RandomSamples is null ? string.Create(CultureInfo.InvariantCulture, $" seed {Seed}") : " own samples");

    internal override PoolOperator Operator => _operator ??= new(new(SpatialRank, KernelSize, RandomSamples is null ? null : [.. RandomSamples], Seed));

    internal override PoolOperator IndexedOperator => Operator;

    internal override AxisPlan PlanAxis(int axis, long length) =>
        AxisPlan.Roaming(length, KernelSize[axis], OutputSize is { } size ? size[axis] : (long)(length * _ratio![_ratio.Length == 1 ? 0 : axis]), WindowOptions.AxisName(axis, SpatialRank));

    private protected override PoolPlan CreatePlan(ReadOnlySpan<nint> inputShape)
    {
        var plan = new PoolPlan(this, inputShape);
        if (RandomSamples is { } samples && (samples.Lengths[0] < plan.Batch || samples.Lengths[1] != plan.Channels))
            throw new ArgumentException($"input is {PoolPlan.Text(inputShape)}, and RandomSamples {PoolPlan.Text(samples.Lengths)}; it must have at least {plan.Batch} × exactly {plan.Channels} × {SpatialRank}.", "input");
        return plan;
    }

    private static Spatial Require(Spatial value, string name, int spatialRank)
    {
        if (!value.Fits(spatialRank)) throw new ArgumentException($"{name} is {value}, {value.Rank} numbers; a {spatialRank}-D layer takes one number, or {spatialRank} (one per axis).", name);
        for (int axis = 0; axis < spatialRank; axis++)
            if (value[axis] < 1) throw new ArgumentOutOfRangeException(name, $"{name} is {value}; it must be at least 1 on every axis.");
        return value;
    }
}

/// <summary>Fractional max pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="outputSize">The output's length; with the kernel at most the input's length + 1.</param>
/// <param name="outputRatio">In its place, the output's length as a part of the input's, between 0 and 1.</param>
/// <exception cref="ArgumentException">Both or neither of <paramref name="outputSize"/> and <paramref name="outputRatio"/> are given, or a parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="FractionalMaxPool"/>
public sealed class FractionalMaxPool1d(Spatial kernelSize, Spatial? outputSize = null, double[]? outputRatio = null) : FractionalMaxPool(1, kernelSize, outputSize, outputRatio);

/// <summary>Fractional max pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <param name="outputSize">The output's lengths, one number or (height, width); with the kernel at most the input's length + 1.</param>
/// <param name="outputRatio">In its place, the output's lengths as parts of the input's, one number or one per axis, between 0 and 1.</param>
/// <inheritdoc cref="FractionalMaxPool1d"/>
public sealed class FractionalMaxPool2d(Spatial kernelSize, Spatial? outputSize = null, double[]? outputRatio = null) : FractionalMaxPool(2, kernelSize, outputSize, outputRatio);

/// <summary>Fractional max pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <param name="outputSize">The output's lengths, one number or (depth, height, width); with the kernel at most the input's length + 1.</param>
/// <param name="outputRatio">In its place, the output's lengths as parts of the input's, one number or one per axis, between 0 and 1.</param>
/// <inheritdoc cref="FractionalMaxPool1d"/>
public sealed class FractionalMaxPool3d(Spatial kernelSize, Spatial? outputSize = null, double[]? outputRatio = null) : FractionalMaxPool(3, kernelSize, outputSize, outputRatio);
