namespace Cenote;

/// <summary>Blur pooling (anti-aliased): each output is its neighbourhood through a binomial filter, one row of Pascal's triangle per axis, such as 1 2 1 over 4.</summary>
/// <remarks>
/// <para>The output has ⌈L / stride⌉ positions per axis; output o is centred on the input o·stride (of an even number of taps the centre lies half a position behind). The input continues mirrored, its ends not repeated (…2 1 0 1 2…), however short it is.</para>
/// <para>float and double sum in their own precision, Half and <see cref="BFloat16"/> in float, integers in double (exact up to 32 bits and 7 taps); one rounding in the end, of integers to the nearest, halves to even. NaN and infinities propagate.
/// The weights are the same whatever the input, so the gradient needs only shapes.</para>
/// <para>R. Zhang: Making convolutional networks shift-invariant again, ICML 2019. The paper's <c>MaxBlurPool</c>, a maximum that forgets little of where it was, is <c>MaxPool2d(2, stride: 1)</c> and then <c>BlurPool2d(3, stride: 2)</c>.</para>
/// </remarks>
public abstract class BlurPool : LinearPool
{
    private const int MostTaps = 1000;

    private protected BlurPool(int spatialRank, int taps, Spatial stride)
        : base(spatialRank, Window(taps, stride)) => Taps = taps;

    /// <summary>The taps of the filter along each axis.</summary>
    public int Taps { get; }

    /// <summary>The step from one output to the next.</summary>
    public Spatial Stride => SlidingWindow!.Stride!.Value;

    internal override string Name => "blur";

    internal override string OptionsText => $"{Taps} taps s{Stride.ToText(SpatialRank)}";

    internal override PoolOperator Operator => BlurOperator.Instance;

    internal override PoolOperator GradientOperator => BlurOperator.Gradient;

    private static WindowOptions Window(int taps, Spatial stride) => taps is >= 1 and <= MostTaps
        ? new() { Kernel = taps, Stride = stride, Padding = new((taps - 1) / 2, taps / 2) }
        : throw new ArgumentOutOfRangeException(nameof(taps), $"taps is {taps}; it must be from 1 to {MostTaps}.");
}

/// <summary>Blur pooling along one axis: C×L or N×C×L.</summary>
/// <param name="taps">The taps of the filter; from 1, which only picks, to 1000.</param>
/// <param name="stride">The step between outputs; at least 1.</param>
/// <exception cref="ArgumentException">The stride has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="BlurPool"/>
public sealed class BlurPool1d(int taps, Spatial stride)
    : BlurPool(1, taps, stride);

/// <summary>Blur pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="taps">The taps of the filter along each axis; from 1, which only picks, to 1000.</param>
/// <param name="stride">The step between outputs, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="BlurPool1d"/>
public sealed class BlurPool2d(int taps, Spatial stride)
    : BlurPool(2, taps, stride);

/// <summary>Blur pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="taps">The taps of the filter along each axis; from 1, which only picks, to 1000.</param>
/// <param name="stride">The step between outputs, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="BlurPool1d"/>
public sealed class BlurPool3d(int taps, Spatial stride)
    : BlurPool(3, taps, stride);
