using System.Numerics.Tensors;

namespace Cenote;

/// <summary>What a level of a pyramid makes of its windows.</summary>
public enum PyramidMode
{
    /// <summary>The greatest element, as <see cref="AdaptiveMaxPool"/>.</summary>
    Max,

    /// <summary>The mean, as <see cref="AdaptiveAvgPool"/>.</summary>
    Average,
}

/// <summary>Spatial pyramid pooling: adaptive pooling to several output sizes, whose outputs follow each other; so many numbers per channel, whatever the input's size.</summary>
/// <remarks>
/// <para>Of N×C×spatial the output is N×C×P, with P the outputs of all sizes: along the last axis size after size as given, each in row-major order. The numbers are those of <see cref="AdaptiveMaxPool"/> or <see cref="AdaptiveAvgPool"/>, bit for bit, in all their types.
/// (PyTorch programs often flatten each size first and join them then: size before channel. Those are this output's parts along the last axis, each flattened.)</para>
/// <para>K. He, X. Zhang, S. Ren, J. Sun: Spatial pyramid pooling in deep convolutional networks for visual recognition, ECCV 2014.</para>
/// </remarks>
public abstract class SpatialPyramidPool : Layer
{
    private readonly Spatial[] _sizes;
    private PoolLayer[]? _levels;

    private protected SpatialPyramidPool(int spatialRank, ReadOnlySpan<Spatial> sizes, PyramidMode mode)
        : base(spatialRank)
    {
        if (sizes.Length == 0) throw new ArgumentException("sizes is empty; a pyramid has at least one output size.", nameof(sizes));
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), $"mode is {(int)mode}; it must be Max or Average.");
        foreach (Spatial size in sizes)
        {
            AdaptiveSize.Require(size, spatialRank);
            if (size.Contains(AdaptiveSize.Keep)) throw new ArgumentOutOfRangeException(nameof(sizes), $"sizes has {size}; the sizes of a pyramid are at least 1 on every axis.");
        }

        (_sizes, Mode) = (sizes.ToArray(), mode);
    }

    /// <summary>What a level makes of its windows.</summary>
    public PyramidMode Mode { get; }

    /// <summary>The output sizes, in the order of the outputs.</summary>
    public ReadOnlySpan<Spatial> Sizes => _sizes;

    // Made when they are first needed: how many threads they may use is known then.
    private PoolLayer[] Levels => _levels ??= [.. _sizes.Select(size => Level(size))];

    /// <summary>The shape of the output: N×C×P or C×P.</summary>
    /// <param name="inputShape">N×C×spatial or C×spatial lengths.</param>
    /// <returns>The lengths.</returns>
    /// <exception cref="ArgumentException">The shape does not suit the layer (see <see cref="PoolLayer.Plan"/>), or the outputs are too many.</exception>
    public nint[] OutputShape(params ReadOnlySpan<nint> inputShape)
    {
        Int128 outputs = 0;
        foreach (PoolLayer level in Levels) outputs += Outputs(level.Plan(inputShape));
        if (outputs > nint.MaxValue) throw new ArgumentException($"sizes have {outputs} outputs per channel; at most 2^63 − 1 are.", nameof(inputShape));
        return [.. inputShape[..^SpatialRank], (nint)outputs];
    }

    /// <summary>Pools a tensor into a new one of N×C×P or C×P; channels-last in, channels-last out.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The outputs of all sizes.</returns>
    /// <inheritdoc cref="PoolLayer.Forward{T}(Tensor{T}, IProgress{double}, CancellationToken)" path="/exception"/>
    public Tensor<T> Forward<T>(Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.Of<T>();
        nint[] shape = OutputShape(input.Lengths);
        ReadOnlySpan<nint> lengths = input.Lengths, strides = input.Strides;
        Tensor<T> output = TensorLayout.Allocate<T>("output", shape, [.. lengths[..^SpatialRank], lengths[^1]], [.. strides[..^SpatialRank], strides[^1]], spatialRank: 1);
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
        ElementTypes.Of<T>();
        RequireShape(nameof(output), output.Lengths, input.Lengths);
        fixed (T* from = &input.GetPinnableReference(), to = &output.GetPinnableReference())
        {
            Require.Apart(nameof(output), new((nuint)to, sizeof(T), output.Lengths, output.Strides), nameof(input), new((nuint)from, sizeof(T), input.Lengths, input.Strides));
            cancellationToken.ThrowIfCancellationRequested();
            if (output.FlattenedLength == 0) progress?.Report(1);
            T* next = to;
            for (int number = 0; number < Levels.Length && output.FlattenedLength > 0; number++)
            {
                PoolPlan plan = Levels[number].Plan(input.Lengths);
                Levels[number].Forward(input, View(plan, next, output.Strides).Writing, PartProgress.Of(progress, number, Levels.Length), cancellationToken);
                next += (long)Outputs(plan) * output.Strides[^1];
            }
        }
    }

    /// <summary>The gradient with respect to the input: the sum of those of all sizes, in their order. Of maxima it goes to the elements that were greatest, which are looked for again.</summary>
    /// <remarks>Half and <see cref="BFloat16"/> add in float and round once.</remarks>
    /// <typeparam name="T">float, double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">The gradient with respect to the output, of its shape; any strides.</param>
    /// <param name="input">The input of the forward pass; of averages only its shape matters.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>A new tensor of the input's shape, in its memory order.</returns>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer, or the gradient has not the shape of its output.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no gradients.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T> Backward<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(input);
        ElementType type = ElementTypes.OfGradient<T>();
        RequireShape(nameof(gradient), gradient.Lengths, input.Lengths);
        return type switch
        {
            ElementType.Half => (Tensor<T>)(object)Widened<Half, SingleMean>((Tensor<Half>)(object)gradient, (Tensor<Half>)(object)input, progress, cancellationToken),
            ElementType.BFloat16 => (Tensor<T>)(object)Widened<BFloat16, SingleMean>((Tensor<BFloat16>)(object)gradient, (Tensor<BFloat16>)(object)input, progress, cancellationToken),
            _ => Sum(gradient, input, progress, cancellationToken),
        };
    }

    private static long Outputs(PoolPlan plan) => plan.OutputElements == 0 ? plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength : plan.OutputElements / (plan.Batch * plan.Channels);

    /// <summary>A level's outputs among those of all.</summary>
    private static unsafe TensorView<T> View<T>(PoolPlan plan, T* start, ReadOnlySpan<nint> strides)
        where T : unmanaged
    {
        int own = plan.SpatialRank, first = plan.OutputShape.Length - own;
        nint[] steps = [.. strides[..first], .. new nint[own]];
        nint step = strides[^1];
        for (int axis = plan.OutputShape.Length - 1; axis >= first; axis--)
        {
            steps[axis] = step;
            step *= plan.OutputShape[axis];
        }

        return new(start, plan.OutputShape.ToArray(), steps);
    }

    private static Tensor<TTo> Map<TFrom, TTo>(Tensor<TFrom> tensor, Func<TFrom, TTo> map, int spatialRank)
    {
        Tensor<TTo> result = TensorLayout.Allocate<TTo>("inputGradient", tensor.Lengths, tensor.Lengths, tensor.Strides, spatialRank);
        var from = tensor.AsReadOnlyTensorSpan().GetEnumerator();
        foreach (ref TTo to in result.AsTensorSpan())
        {
            from.MoveNext();
            to = map(from.Current);
        }

        return result;
    }

    private unsafe Tensor<T> Sum<T>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        Tensor<T> sum = Allocate<T>("inputGradient", input.Lengths, input.Lengths, input.Strides), part = Levels.Length == 1 ? sum : Allocate<T>("inputGradient", input.Lengths, input.Lengths, input.Strides);
        fixed (T* start = &gradient.GetPinnableReference(), to = &sum.GetPinnableReference(), from = &part.GetPinnableReference())
        {
            if (sum.FlattenedLength == 0) progress?.Report(1);
            T* next = start;
            for (int number = 0; number < Levels.Length && sum.FlattenedLength > 0; number++)
            {
                PoolPlan plan = Levels[number].Plan(input.Lengths);
                ReadOnlyTensorSpan<T> share = View(plan, next, gradient.Strides).Reading;
                TensorSpan<T> target = number == 0 ? sum.AsTensorSpan() : part.AsTensorSpan();
                IProgress<double>? own = PartProgress.Of(progress, number, Levels.Length);
                if (Levels[number] is IndexedPool max) max.BackwardFromInput(share, input.AsReadOnlyTensorSpan(), target, own, cancellation);
                else ((LinearPool)Levels[number]).Backward(share, target, own, cancellation);
                if (number > 0) StridedSum.Add(to, Layout(plan, sum), from, Layout(plan, part), plan);
                next += (nint)Outputs(plan) * gradient.Strides[^1];
            }
        }

        return sum;
    }

    private Tensor<T> Widened<T, TConvert>(Tensor<T> gradient, Tensor<T> input, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
        where TConvert : struct, IPoolReducer<T, float>
    {
        Tensor<float> wide = Sum(Map<T, float>(gradient, default(TConvert).Lift, 1), Map<T, float>(input, default(TConvert).Lift, SpatialRank), progress, cancellation);
        return Map(wide, sum => default(TConvert).Finish(sum, 1, 1), SpatialRank);
    }

    private TensorLayout Layout<T>(PoolPlan plan, Tensor<T> tensor) => TensorLayout.Of(tensor.Strides, SpatialRank).Along(plan.Batch, plan.Channels, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);

    private PoolLayer Level(Spatial size) => (SpatialRank, Mode) switch
    {
        (1, PyramidMode.Max) => new AdaptiveMaxPool1d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        (2, PyramidMode.Max) => new AdaptiveMaxPool2d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        (_, PyramidMode.Max) => new AdaptiveMaxPool3d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        (1, _) => new AdaptiveAvgPool1d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        (2, _) => new AdaptiveAvgPool2d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        _ => new AdaptiveAvgPool3d(size) { MaxDegreeOfParallelism = MaxDegreeOfParallelism },
    };

    private void RequireShape(string name, ReadOnlySpan<nint> shape, ReadOnlySpan<nint> inputShape)
    {
        ReadOnlySpan<nint> needed = OutputShape(inputShape);
        if (!shape.SequenceEqual(needed)) throw new ArgumentException($"{name} is {PoolPlan.Text(shape)}; {this} needs {PoolPlan.Text(needed)} for an input of {PoolPlan.Text(inputShape)}.", name);
    }

    /// <summary>The layer as it would be written.</summary>
    /// <returns>For example <c>SpatialPyramidPool2d(1, 2, 4)</c>.</returns>
    public override string ToString() => $"{GetType().Name}({OptionsText})";

    internal string OptionsText => string.Join(", ", _sizes.Select(size => size.ToText(SpatialRank))) + (Mode == PyramidMode.Average ? " average" : "");
}

/// <summary>Spatial pyramid pooling along one axis: C×L to C×P, N×C×L to N×C×P.</summary>
/// <param name="sizes">The output lengths; each at least 1.</param>
/// <param name="mode">What a level makes of its windows.</param>
/// <exception cref="ArgumentException">There is no size, or one has more numbers than axes.</exception>
/// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the mode none of the enumeration's.</exception>
/// <inheritdoc cref="SpatialPyramidPool"/>
public sealed class SpatialPyramidPool1d(ReadOnlySpan<Spatial> sizes, PyramidMode mode = PyramidMode.Max) : SpatialPyramidPool(1, sizes, mode);

/// <summary>Spatial pyramid pooling along two axes: C×H×W to C×P, N×C×H×W to N×C×P.</summary>
/// <param name="sizes">The output sizes, each one number or (height, width); at least 1.</param>
/// <inheritdoc cref="SpatialPyramidPool1d"/>
public sealed class SpatialPyramidPool2d(ReadOnlySpan<Spatial> sizes, PyramidMode mode = PyramidMode.Max) : SpatialPyramidPool(2, sizes, mode);

/// <summary>Spatial pyramid pooling along three axes: C×D×H×W to C×P, N×C×D×H×W to N×C×P.</summary>
/// <param name="sizes">The output sizes, each one number or (depth, height, width); at least 1.</param>
/// <inheritdoc cref="SpatialPyramidPool1d"/>
public sealed class SpatialPyramidPool3d(ReadOnlySpan<Spatial> sizes, PyramidMode mode = PyramidMode.Max) : SpatialPyramidPool(3, sizes, mode);
