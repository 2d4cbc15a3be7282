namespace Cenote;

/// <summary>Layers on top of each other, as windows alone: what each makes of a size, how much of the input one of its outputs sees, and how far apart its outputs are there.</summary>
/// <remarks>Convolutions slide their windows as poolings do, so both may stand in a stack. Nothing is computed but sizes.</remarks>
public sealed class WindowStack
{
    private readonly int _spatialRank;
    private readonly (string Name, WindowOptions? Window)[] _layers;

    /// <summary>Stacks layers, the first at the bottom.</summary>
    /// <param name="spatialRank">How many spatial axes there are: 1, 2 or 3.</param>
    /// <param name="layers">Each layer's name, for people, and its window; null for one window over everything.</param>
    /// <exception cref="ArgumentException">A window has the wrong number of numbers, or one out of its range; the message names the layer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rank is not from 1 to 3.</exception>
    public WindowStack(int spatialRank, params IEnumerable<(string Name, WindowOptions? Window)> layers)
    {
        if (spatialRank is < 1 or > 3) throw new ArgumentOutOfRangeException(nameof(spatialRank), $"spatialRank is {spatialRank}; it must be 1, 2 or 3.");
        ArgumentNullException.ThrowIfNull(layers);
        (_spatialRank, _layers) = (spatialRank, [.. layers]);
        for (int number = 0; number < _layers.Length; number++)
        {
            try
            {
                _layers[number].Window?.Validate(spatialRank);
            }
            catch (ArgumentException refusal)
            {
                throw new ArgumentException(In(number, refusal), nameof(layers));
            }
        }
    }

    /// <summary>Works out every level over an input.</summary>
    /// <param name="size">The input's spatial lengths.</param>
    /// <returns>One level per layer, from the bottom up.</returns>
    /// <exception cref="ArgumentException">There are not as many lengths as axes, or a layer's window does not fit; the message names the layer.</exception>
    public IReadOnlyList<StackLevel> Plan(params ReadOnlySpan<nint> size)
    {
        if (size.Length != _spatialRank) throw new ArgumentException($"size has {size.Length} lengths; the stack has {_spatialRank} spatial axes.", nameof(size));
        var levels = new StackLevel[_layers.Length];
        nint[] lengths = size.ToArray();
        long[] field = [.. lengths.Select(_ => 1L)], stride = [.. field];
        for (int number = 0; number < _layers.Length; number++)
        {
            var (name, window) = _layers[number];
            (lengths, field, stride) = ([.. lengths], [.. field], [.. stride]);
            for (int axis = 0; axis < _spatialRank; axis++)
            {
                AxisPlan plan = PlanAxis(number, axis, lengths[axis]);
                // One output of this layer spans so many outputs of the one below, each a stride of that one apart.
                field[axis] = Checked(name, () => checked(field[axis] + (plan.Span - 1) * stride[axis]));
                stride[axis] = Checked(name, () => checked(stride[axis] * (window is null ? 1 : plan.Stride)));
                lengths[axis] = (nint)plan.OutputLength;
            }

            levels[number] = new(name, window, lengths, field, stride);
        }

        return levels;
    }

    private AxisPlan PlanAxis(int number, int axis, nint length)
    {
        WindowOptions? window = _layers[number].Window;
        try
        {
            return window is null ? AxisPlan.Global(length, WindowOptions.AxisName(axis, _spatialRank)) : AxisPlan.Sliding(length, window, axis, _spatialRank, countPadding: false);
        }
        catch (ArgumentException refusal)
        {
            throw new ArgumentException(In(number, refusal), "size");
        }
    }

    private string In(int number, ArgumentException refusal) => $"layer {number + 1} ({_layers[number].Name}): {refusal.Message.Split(" (Parameter")[0]}";

    private static long Checked(string name, Func<long> product)
    {
        try
        {
            return product();
        }
        catch (OverflowException)
        {
            throw new ArgumentException($"layer {name}: the strides or the receptive field multiply to more than 2^63 − 1.", "size");
        }
    }
}

/// <summary>One layer of a <see cref="WindowStack"/> over an input, one number per spatial axis.</summary>
public sealed class StackLevel
{
    private readonly nint[] _size;
    private readonly long[] _field, _stride;

    internal StackLevel(string name, WindowOptions? window, nint[] size, long[] field, long[] stride) => (Name, Window, _size, _field, _stride) = (name, window, size, field, stride);

    /// <summary>The layer's name as given.</summary>
    public string Name { get; }

    /// <summary>Its window; null for one over everything.</summary>
    public WindowOptions? Window { get; }

    /// <summary>The lengths of its output.</summary>
    public ReadOnlySpan<nint> Size => _size;

    /// <summary>How many neighbouring positions of the input one output depends on, those in the padding included: 1 + Σ (kernel − 1)·dilation·(the strides below).</summary>
    public ReadOnlySpan<long> ReceptiveField => _field;

    /// <summary>How many positions of the input lie between the fields of neighbouring outputs: the product of the strides.</summary>
    public ReadOnlySpan<long> EffectiveStride => _stride;
}
