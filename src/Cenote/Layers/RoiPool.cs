using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Pooling of regions: of each box over an N×C×H×W feature map, C×oh×ow numbers.</summary>
/// <remarks>
/// <para>Boxes are a tensor of the input's type, R×5 as in torchvision (image, x1, y1, x2, y2), or R×4 beside the numbers of their images, as in ONNX. x counts columns, y rows; the coordinates are multiplied by <see cref="SpatialScale"/>.</para>
/// <para>Boxes may lie partly or wholly outside. Types are float, double, Half and <see cref="BFloat16"/>; sums of 16-bit types are floats, rounded once. Results are the same bits for any number of threads and any memory order.</para>
/// </remarks>
public abstract class RoiPool : Layer
{
    private readonly (int Height, int Width) _size;

    private protected RoiPool(Spatial outputSize, double spatialScale)
        : base(2)
    {
        if (!outputSize.Fits(2)) throw new ArgumentException($"outputSize is {outputSize}, {outputSize.Rank} numbers; it must be one number, or (height, width).", nameof(outputSize));
        if (outputSize[0] < 1 || outputSize[1] < 1) throw new ArgumentOutOfRangeException(nameof(outputSize), $"outputSize is {outputSize}; it must be at least 1 on every axis.");
        if (!(spatialScale > 0) || double.IsInfinity(spatialScale)) throw new ArgumentOutOfRangeException(nameof(spatialScale), $"spatialScale is {spatialScale}; it must be a finite number greater than 0.");
        (_size, OutputSize, SpatialScale) = ((outputSize[0], outputSize[1]), outputSize, spatialScale);
    }

    /// <summary>The output's height and width.</summary>
    public Spatial OutputSize { get; }

    /// <summary>What coordinates are multiplied by: the size of the feature map over that of the image that the boxes speak of.</summary>
    public double SpatialScale { get; }

    /// <summary>Pools the regions into a new tensor of R×C×oh×ow, in the input's memory order.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="input">N×C×H×W, any strides.</param>
    /// <param name="boxes">R×5: image, x1, y1, x2, y2.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The regions' numbers.</returns>
    /// <exception cref="ArgumentException">A shape is another, an axis of the input is empty, a coordinate is no number or (scaled) beyond 2⁴⁰, or an image is none of the input's.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Forward<T>(Tensor<T> input, Tensor<T> boxes, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Forward(input, boxes, default, hasImages: false, progress, cancellationToken);

    /// <param name="input">N×C×H×W, any strides.</param>
    /// <param name="boxes">R×4: x1, y1, x2, y2.</param>
    /// <param name="images">For each box the number of its image. ONNX's <c>batch_indices</c>.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Forward<T>(Tensor<T> input, Tensor<T> boxes, ReadOnlySpan<long> images, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Forward(input, boxes, images, hasImages: true, progress, cancellationToken);

    /// <summary>Pools the regions into a tensor that the caller owns.</summary>
    /// <param name="input">N×C×H×W, any strides.</param>
    /// <param name="boxes">R×5: image, x1, y1, x2, y2.</param>
    /// <param name="output">Written: R×C×oh×ow, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public void Forward<T>(in ReadOnlyTensorSpan<T> input, in ReadOnlyTensorSpan<T> boxes, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementTypes.OfGradient<T>();
        RequireInput(input.Lengths);
        Forward(input, RoiBoxes.Read(boxes, default, hasImages: false, input.Lengths[0], SpatialScale), output, progress, cancellationToken);
    }

    /// <summary>The gradient with respect to the input: of each region's numbers it goes where these came from, in the order of the regions.</summary>
    /// <remarks>Boxes have no gradient, in torchvision neither.</remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, R×C×oh×ow; any strides.</param>
    /// <param name="input">The input of the forward pass; of averages only its shape matters.</param>
    /// <param name="boxes">R×5: image, x1, y1, x2, y2.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape, in its memory order.</returns>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)" path="/exception"/>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, Tensor<T> boxes, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Backward(gradient, input, boxes, default, hasImages: false, progress, cancellationToken);

    /// <param name="gradient">The gradient with respect to the output, R×C×oh×ow; any strides.</param>
    /// <param name="input">The input of the forward pass; of averages only its shape matters.</param>
    /// <param name="boxes">R×4: x1, y1, x2, y2.</param>
    /// <param name="images">For each box the number of its image.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <inheritdoc cref="Backward{T}(Tensor{T}, Tensor{T}, Tensor{T}, IProgress{double}, CancellationToken)"/>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, Tensor<T> boxes, ReadOnlySpan<long> images, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged => Backward(gradient, input, boxes, images, hasImages: true, progress, cancellationToken);

    private protected abstract RoiKernel<T> Kernel<T, TReal, TConvert>(in RoiJob<T> call, bool isGradient)
        where T : unmanaged, System.Numerics.IComparisonOperators<T, T, bool>
        where TReal : unmanaged, System.Numerics.IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal>;

    private Tensor<T> Forward<T>(Tensor<T> input, Tensor<T> boxes, ReadOnlySpan<long> images, bool hasImages, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(boxes);
        ElementTypes.OfGradient<T>();
        RequireInput(input.Lengths);
        RoiBox[] read = RoiBoxes.Read(boxes.AsReadOnlyTensorSpan(), images, hasImages, input.Lengths[0], SpatialScale);
        Tensor<T> output = Allocate<T>("output", [read.Length, input.Lengths[1], _size.Height, _size.Width], input.Lengths, input.Strides);
        Forward(input.AsReadOnlyTensorSpan(), read, output.AsTensorSpan(), progress, cancellation);
        return output;
    }

    private unsafe void Forward<T>(in ReadOnlyTensorSpan<T> input, RoiBox[] boxes, in TensorSpan<T> output, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        RequireShape(nameof(output), output.Lengths, boxes.Length, input.Lengths[1]);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            var call = new RoiJob<T>(boxes, input.Lengths.ToArray(), _size, from, Layout(input.Lengths, input.Strides), to, Layout(output.Lengths, output.Strides));
            Run(call, isGradient: false, boxes.Length == 0, progress, cancellation);
        }
    }

    private unsafe Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, Tensor<T> boxes, ReadOnlySpan<long> images, bool hasImages, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(boxes);
        ElementTypes.OfGradient<T>();
        RequireInput(input.Lengths);
        RoiBox[] read = RoiBoxes.Read(boxes.AsReadOnlyTensorSpan(), images, hasImages, input.Lengths[0], SpatialScale);
        RequireShape(nameof(gradient), gradient.Lengths, read.Length, input.Lengths[1]);
        Tensor<T> result = Allocate<T>("inputGradient", input.Lengths, input.Lengths, input.Strides);
        fixed (T* from = &gradient.GetPinnableReference(), source = &input.GetPinnableReference(), to = &result.GetPinnableReference())
        {
            var call = new RoiJob<T>(read, input.Lengths.ToArray(), _size, source, Layout(input.Lengths, input.Strides), from, Layout(gradient.Lengths, gradient.Strides)) { Result = to, Results = Layout(result.Lengths, result.Strides) };
            Run(call, isGradient: true, result.FlattenedLength == 0, progress, cancellation);
        }

        return result;
    }

    private void Run<T>(in RoiJob<T> call, bool isGradient, bool isEmpty, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        cancellation.ThrowIfCancellationRequested();
        if (isEmpty)
        {
            progress?.Report(1);
            return;
        }

        PoolKernel kernel = call switch
        {
            RoiJob<float> floats => Kernel<float, float, SingleMean>(floats, isGradient),
            RoiJob<double> doubles => Kernel<double, double, DoubleMean>(doubles, isGradient),
            RoiJob<Half> halves => Kernel<Half, float, SingleMean>(halves, isGradient),
            _ => Kernel<BFloat16, float, SingleMean>((RoiJob<BFloat16>)(object)call, isGradient),
        };
        PlaneParallel.Run(kernel, PoolJob.OfKernel(cancellation), MaxDegreeOfParallelism, progress);
    }

    /// <summary>Strides of axes of length 1 say nothing.</summary>
    private static TensorLayout Layout(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides) => TensorLayout.Of(strides, 2).Along(lengths[0], lengths[1], 1, lengths[2], lengths[3]);

    private static void RequireInput(ReadOnlySpan<nint> shape)
    {
        if (shape.Length != 4) throw new ArgumentException($"input has {shape.Length} axes ({PoolPlan.Text(shape)}); regions are pooled of N×C×H×W.", "input");
        if (shape[1] < 1 || shape[2] < 1 || shape[3] < 1) throw new ArgumentException($"input is {PoolPlan.Text(shape)}; only the batch may be empty.", "input");
        if (shape[2] > int.MaxValue || shape[3] > int.MaxValue || shape[2] * shape[3] > int.MaxValue / 16) throw new ArgumentException($"input is {PoolPlan.Text(shape)}; a plane of regions has at most {int.MaxValue / 16} elements.", "input");
    }

    private void RequireShape(string name, ReadOnlySpan<nint> shape, nint regions, nint channels)
    {
        ReadOnlySpan<nint> needed = [regions, channels, _size.Height, _size.Width];
        if (!shape.SequenceEqual(needed)) throw new ArgumentException($"{name} is {PoolPlan.Text(shape)}; {this} needs {PoolPlan.Text(needed)} here.", name);
    }
}

/// <summary>What RoiAlign makes of the samples of a bin.</summary>
public enum RoiMode
{
    /// <summary>The mean of the bilinear samples.</summary>
    Average,

    /// <summary>The greatest of the samples' corners, each times its own weight: not the greatest sample. ONNX's <c>max</c>, which its data pins.</summary>
    Max,
}

/// <summary>RoiAlign: each bin of a region is the mean of bilinear samples that lie evenly in it.</summary>
/// <remarks>
/// <para>A sample before −1 or beyond the length counts as 0; one between −1 and 0, or beyond the last position, reads the edge. A region without extent gives 0. NaN propagates from taps whose weight is not 0.</para>
/// <para>K. He, G. Gkioxari, P. Dollár, R. Girshick: Mask R-CNN, ICCV 2017. torchvision: <c>ops.RoIAlign</c>; ONNX: <c>RoiAlign</c>, whose <c>half_pixel</c> is <c>aligned: true</c>, and <c>output_half_pixel</c> (the only mode before opset 16) <c>aligned: false</c>.</para>
/// </remarks>
public sealed class RoiAlign : RoiPool
{
    private const int MostSamples = 1000;

    private readonly RoiSampling _sampling;

    /// <summary>Makes the layer.</summary>
    /// <param name="outputSize">The bins of a region, one number or (height, width); at least 1.</param>
    /// <param name="spatialScale">What coordinates are multiplied by; greater than 0.</param>
    /// <param name="samplingRatio">Samples per bin along each axis, to 1000; 0 (or −1) for one per position, rounded up.</param>
    /// <param name="aligned">Whether position i covers from i − ½ to i + ½; else from i to i + 1, and regions are at least 1 × 1.</param>
    /// <param name="mode">What is made of the samples.</param>
    /// <exception cref="ArgumentException"><paramref name="outputSize"/> has more than two numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RoiAlign(Spatial outputSize, double spatialScale = 1, int samplingRatio = 0, bool aligned = false, RoiMode mode = RoiMode.Average)
        : base(outputSize, spatialScale)
    {
        if (samplingRatio is < -1 or > MostSamples) throw new ArgumentOutOfRangeException(nameof(samplingRatio), $"samplingRatio is {samplingRatio}; it must be from 1 to {MostSamples}, or 0 for one sample per position.");
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), $"mode is {(int)mode}; it must be Average or Max.");
        _sampling = new(Math.Max(0, samplingRatio), aligned, mode);
    }

    /// <summary>Samples per bin along each axis; 0 for one per position, rounded up.</summary>
    public int SamplingRatio => _sampling.Ratio;

    /// <summary>Whether position i covers from i − ½ to i + ½; else from i to i + 1, and regions are at least 1 × 1.</summary>
    public bool Aligned => _sampling.IsAligned;

    /// <summary>What is made of the samples.</summary>
    public RoiMode Mode => _sampling.Mode;

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>RoiAlign(7 scale 0.25)</c>.</returns>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"RoiAlign({OutputSize.ToText(2)} scale {SpatialScale})");

    private protected override RoiKernel<T> Kernel<T, TReal, TConvert>(in RoiJob<T> call, bool isGradient) => new RoiAlignKernel<T, TReal, TConvert>(call, isGradient, _sampling);
}

/// <summary>RoI max pooling: each bin of a region, its corners rounded to positions, is its greatest element.</summary>
/// <remarks>
/// <para>Corners round halves away from zero, and the last is part of the region, which is at least 1 × 1. Bin b of B covers from ⌊b·size/B⌋ up to ⌈(b + 1)·size/B⌉, clipped to the plane; an empty bin gives 0. The first of equal elements wins, and NaN over every number.</para>
/// <para>R. Girshick: Fast R-CNN, ICCV 2015. torchvision: <c>ops.RoIPool</c>; ONNX: <c>MaxRoiPool</c>.</para>
/// </remarks>
public sealed class RoiMaxPool : RoiPool
{
    /// <summary>Makes the layer.</summary>
    /// <param name="outputSize">The bins of a region, one number or (height, width); at least 1.</param>
    /// <param name="spatialScale">What coordinates are multiplied by; greater than 0.</param>
    /// <exception cref="ArgumentException"><paramref name="outputSize"/> has more than two numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RoiMaxPool(Spatial outputSize, double spatialScale = 1)
        : base(outputSize, spatialScale)
    {
    }

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>RoiMaxPool(7 scale 0.25)</c>.</returns>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"RoiMaxPool({OutputSize.ToText(2)} scale {SpatialScale})");

    private protected override RoiKernel<T> Kernel<T, TReal, TConvert>(in RoiJob<T> call, bool isGradient) => new RoiMaxKernel<T, TReal, TConvert>(call, isGradient);
}
