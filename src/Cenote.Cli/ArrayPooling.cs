namespace Cenote.Cli;

/// <summary>An array bound to a pooling layer.</summary>
internal sealed class ArrayPooling : ArrayCall
{
    private readonly PoolLayer _layer;
    private readonly PoolingDevice? _device;
    private string? _pooledOn;

    /// <param name="withIndices">Whether the indices of the maxima are to be made too.</param>
    /// <param name="device">Where to pool; null where the user named no place. Stays the caller's.</param>
    /// <inheritdoc/>
    public ArrayPooling(string name, ArrayData input, PoolLayer layer, bool channelsLast, bool withIndices, PoolingDevice? device = null)
        : base(name, input, layer.SpatialRank, channelsLast, lengths => [.. layer.Plan(lengths).OutputShape])
    {
        (_layer, _device) = (layer, device);
        if (withIndices) Indices = new(name, ElementFormat.Int64, Output.Shape, Output.IsFortran, Output.IsBigEndian);
    }

    /// <summary>The layer as an ONNX model.</summary>
    /// <exception cref="UserError">ONNX cannot say it.</exception>
    public byte[] ToOnnx() => OnnxFile.Model(_layer, Output.Format, From.Lengths.AsSpan(2));

    public override string Options => Plan.OptionsText;

    public override string? Device => _pooledOn;

    public override double Reads
    {
        get
        {
            double reads = 1;
            foreach (nint length in Plan.OutputShape) reads *= length;
            for (int axis = 0; axis < Plan.SpatialRank && reads > 0; axis++) reads *= Plan.WindowAt(axis, Plan.OutputShape[2 + axis] / 2).Count;
            return reads;
        }
    }

    private PoolPlan Plan => _layer.Plan(From.Lengths);

    /// <summary>Whether outputs depend on the number of their plane, which several leading axes of a Fortran array do not count in their own order.</summary>
    private bool CountsPlanes => _layer is FractionalMaxPool or StochasticPool && From.Array.IsFortran && Axes.First > 1;

    protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
    {
        if (!CountsPlanes)
        {
            Pool<T>(From, To, Indices is null ? null : Axes.Bind(Indices), progress, cancellation);
            return;
        }

        using var input = new ArrayData("input", From.Array.Format, From.Array.Shape);
        using var output = new ArrayData("output", Output.Format, Output.Shape);
        using ArrayData? indices = Indices is null ? null : new ArrayData("indices", ElementFormat.Int64, Indices.Shape);
        ArrayView.Of(From.Array).Span<T>().CopyTo(ArrayView.Of(input).Span<T>());
        Pool<T>(Axes.Bind(input), Axes.Bind(output), indices is null ? null : Axes.Bind(indices), progress, cancellation);
        ArrayView.Of(output).Span<T>().CopyTo(ArrayView.Of(Output).Span<T>());
        if (indices is not null) ArrayView.Of(indices).Span<long>().CopyTo(ArrayView.Of(Indices!).Span<long>());
    }

    private void Pool<T>(ArrayView from, ArrayView to, ArrayView? flat, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        _pooledOn = _device?.Forward<T>(_layer, from, to, flat, cancellation);
        if (_pooledOn is not (null or PoolingDevice.Cpu)) return;
        if (flat is null)
        {
            _layer.Forward<T>(from.Span<T>(), to.Span<T>(), progress, cancellation);
            return;
        }

        var layer = (IndexedPool)_layer;
        PoolIndices indices = layer.CreateIndices(from.Lengths);
        layer.ForwardWithIndices<T>(from.Span<T>(), to.Span<T>(), indices, progress, cancellation);
        indices.ToFlat().CopyTo(flat.Span<long>());
    }
}
