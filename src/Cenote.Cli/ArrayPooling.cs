namespace Cenote.Cli;

/// <summary>An array bound to a pooling layer.</summary>
internal class ArrayPooling : ArrayCall
{
    private readonly PoolLayer _layer;

    /// <param name="withIndices">Whether the indices of the maxima are to be made too.</param>
    /// <param name="device">Where to pool; null where the user named no place. Stays the caller's.</param>
    /// <inheritdoc/>
    public ArrayPooling(string name, ArrayData input, PoolLayer layer, ArrayAxes axes, bool withIndices, PoolingDevice? device)
        : base(name, input, axes, lengths => [.. layer.Plan(lengths).OutputShape])
    {
        (_layer, Place) = (layer, device);
        if (withIndices) Indices = new(name, ElementFormat.Int64, Output.Shape, Output.IsFortran, Output.IsBigEndian);
    }

    /// <summary>The layer as an ONNX model.</summary>
    /// <exception cref="UserError">ONNX cannot say it.</exception>
    public virtual byte[] ToOnnx() => OnnxFile.Model(_layer, Output.Format, From.Lengths.AsSpan(2));

    public override string Options => Plan.OptionsText;

    public override string? Device => PooledOn;

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

    /// <summary>The place that the user named; null where he named none.</summary>
    protected PoolingDevice? Place { get; }

    protected string? PooledOn { get; set; }

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

    protected virtual void Pool<T>(ArrayView from, ArrayView to, ArrayView? flat, IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged
    {
        PooledOn = Place?.Forward<T>(_layer, from, to, flat, cancellation);
        if (PooledOn is not (null or PoolingDevice.Cpu)) return;
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
