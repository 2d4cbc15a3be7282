namespace Cenote;

/// <summary>Stochastic pooling: each output is one tap of its window, drawn by chance with a probability proportional to its activation.</summary>
/// <remarks>
/// <para>Negative activations have no chance. A window without a positive one gives its greatest tap, the first of equal ones (0 behind a ReLU); NaN and +∞ win as in <see cref="MaxPool"/>.
/// Padding takes no part; a window without a tap inside the input gives −∞. The gradient goes to the drawn tap.</para>
/// <para>What output number o draws, o counted row-major over the whole output, is a function of <see cref="Seed"/> and o: the same for any number of threads and in any memory order. A layer does not change:
/// for other draws at every step of a training, make a layer with another seed. For inference there is <see cref="StochasticMeanPool"/>.</para>
/// <para>Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", ICLR 2013. <c>float</c>, <c>double</c>, <c>Half</c> and <see cref="BFloat16"/>.</para>
/// </remarks>
public abstract class StochasticPool : IndexedPool
{
    private StochasticOperator? _operator;

    private protected StochasticPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    /// <summary>What the taps are drawn from; 0 by default.</summary>
    /// <remarks>Output o compares the running sum of its activations, in double and in row-major order, with the sum of all times u: u is element o + 1 of SplitMix64's sequence from this seed, as 53 bits of a number in [0, 1).</remarks>
    public ulong Seed { get; init; }

    internal override string Name => "stochastic";

    internal override string OptionsText => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{base.OptionsText} seed {Seed}");

    internal override PoolOperator Operator => _operator ??= new(Seed);

    internal override PoolOperator IndexedOperator => Operator;
}

/// <summary>Stochastic pooling at inference: each output is what <see cref="StochasticPool"/> gives on average, the mean of its taps weighed by their probabilities, Σa² / Σa.</summary>
/// <remarks>
/// <para>Sums are over the positive activations, in double, rounded once. Where no activation is positive, or one is NaN or +∞, the output is the one that a draw gives. There is no gradient: networks are trained with the draws.</para>
/// <para>Zeiler and Fergus, ICLR 2013, section 3.2. <c>float</c>, <c>double</c>, <c>Half</c> and <see cref="BFloat16"/>.</para>
/// </remarks>
public abstract class StochasticMeanPool : PoolLayer
{
    private protected StochasticMeanPool(int spatialRank, Spatial kernelSize, Spatial? stride, Padding padding, Spatial? dilation, bool ceilMode)
        : base(spatialRank, new() { Kernel = kernelSize, Stride = stride, Padding = padding, Dilation = dilation ?? 1, CeilMode = ceilMode })
    {
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options => SlidingWindow!;

    internal override string Name => "stochastic-mean";

    internal override PoolOperator Operator => StochasticMeanOperator.Instance;
}

/// <summary>Stochastic pooling along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="StochasticPool"/>
public sealed class StochasticPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Stochastic pooling along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="StochasticPool1d"/>
public sealed class StochasticPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Stochastic pooling along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="StochasticPool1d"/>
public sealed class StochasticPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticPool(3, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Stochastic pooling at inference, along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; at least 1.</param>
/// <param name="stride">The step between windows; at least 1; the kernel where null.</param>
/// <param name="padding">Taps outside the input; each side at most (kernelSize − 1)·dilation.</param>
/// <param name="dilation">The distance between the taps of a window; at least 1.</param>
/// <param name="ceilMode">Whether the output size rounds up.</param>
/// <exception cref="ArgumentException">A parameter has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="StochasticMeanPool"/>
public sealed class StochasticMeanPool1d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticMeanPool(1, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Stochastic pooling at inference, along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); at least 1.</param>
/// <inheritdoc cref="StochasticMeanPool1d"/>
public sealed class StochasticMeanPool2d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticMeanPool(2, kernelSize, stride, padding, dilation, ceilMode);

/// <summary>Stochastic pooling at inference, along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="StochasticMeanPool1d"/>
public sealed class StochasticMeanPool3d(Spatial kernelSize, Spatial? stride = null, Padding padding = default, Spatial? dilation = null, bool ceilMode = false)
    : StochasticMeanPool(3, kernelSize, stride, padding, dilation, ceilMode);
