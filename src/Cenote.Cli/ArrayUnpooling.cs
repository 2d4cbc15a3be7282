namespace Cenote.Cli;

/// <summary>An array of maxima bound to an unpooling layer and to the indices of the maxima.</summary>
internal sealed class ArrayUnpooling : ArrayCall
{
    private readonly MaxUnpool _layer;
    private readonly PoolingDevice? _device;
    private string? _unpooledOn;

    /// <param name="size">The spatial lengths of the output; null for those that the layer works out.</param>
    /// <param name="indices">Integers with the input's axes.</param>
    /// <param name="device">Where to unpool; null where the user named no place. Stays the caller's.</param>
    /// <inheritdoc/>
    public ArrayUnpooling(string name, ArrayData input, MaxUnpool layer, bool channelsLast, Spatial? size, ArrayView indices, PoolingDevice? device)
        : base(name, input, ArrayAxes.Of(name, input, layer.SpatialRank, channelsLast), lengths => layer.OutputShape(lengths, size))
    {
        (_layer, _device) = (layer, device);
        // A number too large for 64 bits with a sign becomes the largest, which is no index either. Axes of a batch become one only in the order in which they lie.
        Indices = indices.Convert<long>("--indices", ElementFormat.Int64, input.IsFortran);
    }

    public override string Options
    {
        get
        {
            WindowOptions o = _layer.Options;
            return $"k{o.Kernel} s{o.Stride ?? o.Kernel}" + (o.Padding.Before.Any(taps => taps != 0) ? $" p{o.Padding}" : "");
        }
    }

    public override double Reads => From.Array.Elements + Output.Elements;

    public override string? Device => _unpooledOn;

    protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
    {
        ArrayView indices = Axes.Bind(Indices!);
        _unpooledOn = _device?.Unpool<T>(_layer, From, indices, To);
        if (_unpooledOn is null or PoolingDevice.Cpu) _layer.Forward<T>(From.Span<T>(), indices.Span<long>(), To.Span<T>(), progress, cancellation);
    }
}
