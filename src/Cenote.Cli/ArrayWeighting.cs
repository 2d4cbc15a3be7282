namespace Cenote.Cli;

/// <summary>An array bound to a reduction and to the weights of its elements.</summary>
internal sealed class ArrayWeighting : ArrayPooling
{
    private readonly BlockReduce _layer;
    private readonly ArrayData _weights;
    private readonly ArrayView _by;

    /// <param name="weights">Numbers of the input's shape, or of its spatial lengths; stay the caller's.</param>
    /// <inheritdoc/>
    public ArrayWeighting(string name, ArrayData input, BlockReduce layer, ArrayAxes axes, ArrayView weights, PoolingDevice? device)
        : base(name, input, layer, axes, withIndices: false, device)
    {
        _layer = layer;
        // Several axes become one only in the order in which they lie.
        _weights = weights.Convert<double>("--weights", ElementFormat.Float64, input.IsFortran);
        _by = weights.Lengths.Length == input.Shape.Length ? axes.Bind(_weights) : ArrayView.Of(_weights).Spread(From.Lengths);
    }

    public override string Options => $"{base.Options} weighted";

    public override byte[] ToOnnx() => throw new UserError("--onnx and --weights are both given; ONNX's pooling has no weights.");

    public override void Dispose()
    {
        base.Dispose();
        _weights.Dispose();
    }

    protected override void Pool<T>(ArrayView from, ArrayView to, ArrayView? flat, IProgress<double>? progress, CancellationToken cancellation)
    {
        PooledOn = Place?.RequireCpu("a reduction by weights");
        _layer.ForwardWeighted<T, double>(from.Span<T>(), _by.Span<double>(), to.Span<T>(), progress, cancellation);
    }
}
