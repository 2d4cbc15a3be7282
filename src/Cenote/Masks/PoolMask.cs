using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Which positions of each sample are real, the others being padding: given by lengths, or one by one. All channels of a sample share them.</summary>
/// <remarks>Keras: <c>mask</c>; Hugging Face: <c>attention_mask</c>; PyTorch's <c>key_padding_mask</c> says the opposite, what is padding.</remarks>
public sealed class PoolMask
{
    private readonly nint[]? _shape;
    private readonly Spatial[] _lengths = [];
    private readonly bool[] _isReal = [];

    private PoolMask(Spatial[] lengths) => _lengths = lengths;

    private PoolMask(nint[] shape, bool[] isReal) => (_shape, _isReal) = (shape, isReal);

    /// <summary>For each sample, how many positions are real: the first ones. In 2-D and 3-D so many along every axis.</summary>
    /// <param name="lengths">One number per sample, from 0 to the input's length.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static PoolMask FromLengths(params ReadOnlySpan<int> lengths)
    {
        var spatial = new Spatial[lengths.Length];
        for (int i = 0; i < lengths.Length; i++) spatial[i] = lengths[i];
        return FromLengths(spatial);
    }

    /// <summary>For each sample, the lengths of its real part: the corner at the first position of every axis.</summary>
    /// <param name="lengths">One number per sample, which serves every axis, or (height, width), or (depth, height, width); each from 0 to the input's length.</param>
    /// <returns>The mask.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static PoolMask FromLengths(params ReadOnlySpan<Spatial> lengths)
    {
        for (int i = 0; i < lengths.Length; i++)
            foreach (int length in lengths[i])
                if (length < 0) throw new ArgumentOutOfRangeException(nameof(lengths), $"lengths has {lengths[i]} for sample {i}; a length must be at least 0.");
        return new(lengths.ToArray());
    }

    /// <summary>A mask position by position.</summary>
    /// <param name="mask">N×spatial (no axis of channels): true where a position is real.</param>
    /// <returns>The mask; later changes of the tensor do not change it.</returns>
    public static PoolMask From(Tensor<bool> mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return From(mask.AsReadOnlyTensorSpan(), isReal => isReal);
    }

    /// <param name="mask">N×spatial (no axis of channels): anything but 0 where a position is real.</param>
    /// <inheritdoc cref="From(Tensor{bool})"/>
    public static PoolMask From(Tensor<byte> mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return From(mask.AsReadOnlyTensorSpan(), value => value != 0);
    }

    /// <inheritdoc cref="From(Tensor{byte})"/>
    public static PoolMask From(Tensor<long> mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return From(mask.AsReadOnlyTensorSpan(), value => value != 0);
    }

    /// <summary>The real positions of every sample of a plan.</summary>
    /// <exception cref="ArgumentException">The mask is of another shape.</exception>
    internal PlanePositions[] Positions(PoolPlan plan)
    {
        ReadOnlySpan<nint> shape = plan.InputShape, spatial = shape[^plan.SpatialRank..];
        if (_shape is not null)
        {
            nint[] needed = [(nint)plan.Batch, .. spatial];
            // A single sample needs no batch axis, as an input without one has none.
            if (!needed.AsSpan().SequenceEqual(_shape) && !(plan.Batch == 1 && spatial.SequenceEqual(_shape)))
                throw new ArgumentException($"mask is {PoolPlan.Text(_shape)}; {plan} needs {PoolPlan.Text(needed)}.", "mask");
        }
        else if (_lengths.Length != plan.Batch)
        {
            throw new ArgumentException($"mask has the lengths of {_lengths.Length} samples; {plan} has {plan.Batch}.", "mask");
        }

        var samples = new PlanePositions[plan.Batch];
        for (int n = 0; n < samples.Length; n++) samples[n] = _shape is null ? Corner(plan, n) : Listed(plan, n);
        return samples;
    }

    private PlanePositions Listed(PoolPlan plan, int sample)
    {
        long plane = plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength;
        var runs = new RunList();
        for (long i = 0; i < plane; i++)
            if (_isReal[sample * plane + i]) runs.Add(i, 1);
        return runs.ToPositions();
    }

    private PlanePositions Corner(PoolPlan plan, int sample)
    {
        Spatial lengths = _lengths[sample];
        if (!lengths.Fits(plan.SpatialRank)) throw new ArgumentException($"mask has {lengths}, {lengths.Rank} numbers, for sample {sample}; a {plan.SpatialRank}-D layer takes one number, or {plan.SpatialRank}.", "mask");
        Span<long> axes = [1, 1, 1];
        for (int axis = 0; axis < plan.SpatialRank; axis++)
        {
            long length = plan.InputShape[^(plan.SpatialRank - axis)];
            if (lengths[axis] > length) throw new ArgumentException($"mask has the length {lengths[axis]} for sample {sample}; the input's {WindowOptions.AxisName(axis, plan.SpatialRank)} is {length}.", "mask");
            axes[3 - plan.SpatialRank + axis] = lengths[axis];
        }

        var runs = new RunList();
        for (long d = 0; d < axes[0]; d++)
            for (long h = 0; h < axes[1]; h++) runs.Add((d * plan.Height.InputLength + h) * plan.Width.InputLength, axes[2]);
        return runs.ToPositions();
    }

    private static PoolMask From<T>(in ReadOnlyTensorSpan<T> mask, Func<T, bool> isReal)
    {
        if (mask.Rank is < 1 or > 4) throw new ArgumentException($"mask has {mask.Rank} axes ({PoolPlan.Text(mask.Lengths)}); it must be N×spatial, of 1 to 3 spatial axes.", nameof(mask));
        var real = new bool[mask.FlattenedLength];
        int position = 0;
        foreach (T value in mask) real[position++] = isReal(value);
        return new(mask.Lengths.ToArray(), real);
    }

    /// <summary>Runs that grow while positions follow each other.</summary>
    private sealed class RunList
    {
        private readonly List<(long Start, long Count)> _runs = [];

        public void Add(long start, long count)
        {
            if (count == 0) return;
            if (_runs.Count > 0 && _runs[^1] is var last && last.Start + last.Count == start) _runs[^1] = (last.Start, last.Count + count);
            else _runs.Add((start, count));
        }

        public PlanePositions ToPositions() => new(_runs);
    }
}
