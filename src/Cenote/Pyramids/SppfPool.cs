using System.Numerics.Tensors;

namespace Cenote;

/// <summary>SPPF, the fast spatial pyramid pooling of YOLO: the input, and equal max poolings of stride 1 each over the one before, side by side as channels.</summary>
/// <remarks>
/// <para>Of N×C×spatial the output is N×(1 + count)·C×spatial: x, y₁ = max(x), y₂ = max(y₁), … With kernel 5 these are maxima of 5, 9 and 13. Windows are padded by half a kernel, and padding takes no part.
/// The numbers are those of the chain of <see cref="MaxPool"/> and a concatenation, bit for bit, in one call that reads the input once: planes stay in the cache from link to link.</para>
/// <para>YOLOv5: <c>SPPF(k=5)</c>, without its convolutions; after G. Jocher, 2021.</para>
/// </remarks>
public abstract class SppfPool : Layer
{
    private readonly int _count;
    private readonly Spatial _kernel;
    private MaxPool? _link;

    private protected SppfPool(int spatialRank, Spatial kernelSize, int count)
        : base(spatialRank)
    {
        if (!kernelSize.Fits(spatialRank)) throw new ArgumentException($"kernelSize is {kernelSize}, {kernelSize.Rank} numbers; a {spatialRank}-D layer takes one number, or {spatialRank}.", nameof(kernelSize));
        if (kernelSize.Any(taps => taps < 1 || taps % 2 == 0)) throw new ArgumentOutOfRangeException(nameof(kernelSize), $"kernelSize is {kernelSize}; it must be odd, and at least 1, so that outputs have the input's size.");
        if (count is < 1 or > 1000) throw new ArgumentOutOfRangeException(nameof(count), $"count is {count}; it must be from 1 to 1000.");
        (_kernel, _count) = (kernelSize, count);
    }

    // Made when it is first needed: how many threads it may use is known then.
    private MaxPool Link => _link ??= SpatialRank switch
    {
        1 => new MaxPool1d(_kernel, 1, Half) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        2 => new MaxPool2d(_kernel, 1, Half) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        _ => new MaxPool3d(_kernel, 1, Half) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
    };

    private Spatial Half => Spatial.Create([.. _kernel.Select(taps => taps / 2)]);

    /// <summary>The shape of the output: the input's with 1 + count times its channels.</summary>
    /// <param name="inputShape">N×C×spatial or C×spatial lengths.</param>
    /// <returns>The lengths.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer (see <see cref="PoolLayer.Plan"/>), or the output has too many elements.</exception>
    public nint[] OutputShape(params ReadOnlySpan<nint> inputShape)
    {
        PoolPlan plan = Link.Plan(inputShape);
        if ((Int128)plan.OutputElements * (1 + _count) > long.MaxValue) throw new ArgumentException($"input {PoolPlan.Text(inputShape)} is too large: {1 + _count} times its elements are more than 2^63 − 1.", "input");
        nint[] shape = inputShape.ToArray();
        shape[^(SpatialRank + 1)] *= 1 + _count;
        return shape;
    }

    /// <summary>Pools a tensor into a new one, which has the input's memory order.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The input and the links of the chain, side by side as channels.</returns>
    /// <inheritdoc cref="PoolLayer.Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)" path="/exception"/>
    public Tensor<T> Forward<T>(Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.Of<T>();
        Tensor<T> output = Allocate<T>("output", OutputShape(input.Lengths), input.Lengths, input.Strides);
        Forward(input.AsReadOnlyTensorSpan(), output.AsTensorSpan(), progress, cancellationToken);
        return output;
    }

    /// <summary>Pools a tensor into one that the caller owns.</summary>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="output">Of <see cref="OutputShape"/>, any strides that give each element a place of its own; shares no memory with the input.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the output is then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit the layer, the output has another shape, its elements share memory with each other or with the input. Nothing has been written.</exception>
    /// <inheritdoc cref="Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)"/>
    public unsafe void Forward<T>(in ReadOnlyTensorSpan<T> input, in TensorSpan<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        RequireShape(nameof(output), output.Lengths, OutputShape(input.Lengths));
        PoolPlan plan = Link.Plan(input.Lengths);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            cancellationToken.ThrowIfCancellationRequested();
            PoolJob job = PoolJob.Of(plan, from, TensorLayout.Of(input.Strides, SpatialRank), to, TensorLayout.Of(output.Strides, SpatialRank), cancellationToken);
            long step = plan.Channels * output.Strides[^(SpatialRank + 1)];
            if (plan.OutputElements == 0) progress?.Report(1);
            else PlaneParallel.Run(new ChainKernel<T>(Link.Operator, type, _count, step), job, MaxDegreeOfParallelism, progress);
        }
    }

    /// <summary>The gradient with respect to the input: that of the chain, from its last link to the first.</summary>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="output">What the forward pass gave, which has the input and all links in it.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape, in the output's memory order.</returns>
    /// <exception cref="ArgumentException">The output's shape is none of this layer's, or the gradient has another.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public unsafe Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(output);
        ElementTypes.OfGradient<T>();
        PoolPlan.RequireRank(output.Lengths, SpatialRank, nameof(output));
        nint[] shape = output.Lengths.ToArray();
        ref nint channels = ref shape[^(SpatialRank + 1)];
        if (channels % (1 + _count) != 0) throw new ArgumentException($"output is {PoolPlan.Text(shape)}; {this} makes {1 + _count} times the input's channels.", nameof(output));
        channels /= 1 + _count;
        PoolPlan plan = Link.Plan(shape);
        RequireShape(nameof(gradient), gradient.Lengths, output.Lengths);
        Tensor<T> sum = Allocate<T>("inputGradient", shape, output.Lengths, output.Strides), share = Allocate<T>("inputGradient", shape, output.Lengths, output.Strides);
        if (plan.InputElements == 0)
        {
            progress?.Report(1);
            return sum;
        }

        fixed (T* gradients = &gradient.GetPinnableReference(), outputs = &output.GetPinnableReference(), to = &sum.GetPinnableReference())
        {
            TensorLayout from = Layout(gradient.Strides, plan), target = Layout(sum.Strides, plan);
            nint step = channels * gradient.Strides[^(SpatialRank + 1)], block = channels * output.Strides[^(SpatialRank + 1)];
            sum.Clear();
            for (int link = _count; link > 0; link--)
            {
                StridedSum.Add(to, target, gradients + link * step, from, plan);
                ReadOnlyTensorSpan<T> input = new TensorView<T>(outputs + (link - 1) * block, shape, output.Strides.ToArray()).Reading;
                Link.BackwardFromInput(sum.AsReadOnlyTensorSpan(), input, share.AsTensorSpan(), PartProgress.Of(progress, _count - link, _count), cancellationToken);
                share.AsReadOnlyTensorSpan().CopyTo(sum.AsTensorSpan());
            }

            StridedSum.Add(to, target, gradients, from, plan);
        }

        return sum;
    }

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>SppfPool2d(5, 3)</c>.</returns>
    public override string ToString() => $"{GetType().Name}({OptionsText})";

    internal string OptionsText => $"{_kernel.ToText(SpatialRank)}, {_count}";

    /// <summary>Strides of axes of length 1 say nothing.</summary>
    private TensorLayout Layout(ReadOnlySpan<nint> strides, PoolPlan plan) => TensorLayout.Of(strides, SpatialRank).Along(plan.Batch, plan.Channels, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);

    private void RequireShape(string name, ReadOnlySpan<nint> shape, ReadOnlySpan<nint> needed)
    {
        if (!shape.SequenceEqual(needed)) throw new ArgumentException($"{name} is {PoolPlan.Text(shape)}; {this} needs {PoolPlan.Text(needed)} here.", name);
    }
}

/// <summary>SPPF along one axis: C×L or N×C×L.</summary>
/// <param name="kernelSize">Taps per window; odd.</param>
/// <param name="count">How many poolings follow each other; from 1 to 1000.</param>
/// <exception cref="ArgumentException">The kernel has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
/// <inheritdoc cref="SppfPool"/>
public sealed class SppfPool1d(Spatial kernelSize, int count = 3) : SppfPool(1, kernelSize, count);

/// <summary>SPPF along two axes: C×H×W or N×C×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (height, width); odd. 5 in YOLO.</param>
/// <inheritdoc cref="SppfPool1d"/>
public sealed class SppfPool2d(Spatial kernelSize, int count = 3) : SppfPool(2, kernelSize, count);

/// <summary>SPPF along three axes: C×D×H×W or N×C×D×H×W.</summary>
/// <param name="kernelSize">Taps per window, one number or (depth, height, width); odd.</param>
/// <inheritdoc cref="SppfPool1d"/>
public sealed class SppfPool3d(Spatial kernelSize, int count = 3) : SppfPool(3, kernelSize, count);
