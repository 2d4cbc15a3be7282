namespace Cenote.Cli;

/// <summary>An array bound to a pooling layer.</summary>
internal sealed class ArrayPooling : ArrayCall
{
    private readonly PoolLayer _layer;

    /// <param name="withIndices">Whether the indices of the maxima are to be made too.</param>
    /// <inheritdoc/>
    public ArrayPooling(string name, ArrayData input, PoolLayer layer, bool channelsLast, bool withIndices)
        : base(name, input, layer.SpatialRank, channelsLast, lengths => [.. layer.Plan(lengths).OutputShape])
    {
        _layer = layer;
        if (withIndices) Indices = new(name, ElementFormat.Int64, Output.Shape, Output.IsFortran, Output.IsBigEndian);
    }

    /// <summary>The layer as an ONNX model.</summary>
    /// <exception cref="UserError">ONNX cannot say it.</exception>
    public byte[] ToOnnx() => OnnxFile.Model(_layer, Output.Format, From.Lengths.AsSpan(2));

    public override string Options => Plan.OptionsText;

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

    protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
    {
        if (Indices is null)
        {
            _layer.Forward<T>(From.Span<T>(), To.Span<T>(), progress, cancellation);
            return;
        }

        var layer = (IndexedPool)_layer;
        PoolIndices indices = layer.CreateIndices(From.Lengths);
        layer.ForwardWithIndices<T>(From.Span<T>(), To.Span<T>(), indices, progress, cancellation);
        indices.ToFlat().CopyTo(Axes.Bind(Indices).Span<long>());
    }
}
