namespace Cenote.Cli;

/// <summary>An array bound to the levels of a pyramid.</summary>
internal sealed class ArrayPyramid : ArrayCall
{
    private readonly BlockReduce _layer;
    private readonly ArrayData[] _higher;

    /// <param name="layer">Makes the first level.</param>
    /// <param name="levels">How many levels.</param>
    /// <inheritdoc/>
    public ArrayPyramid(string name, ArrayData input, BlockReduce layer, bool channelsLast, int levels)
        : base(name, input, ArrayAxes.Of(name, input, layer.SpatialRank, channelsLast), lengths => [.. layer.Plan(lengths).OutputShape])
    {
        _layer = layer;
        _higher = new ArrayData[levels - 1];
        try
        {
            for (int i = 0; i < _higher.Length; i++)
                _higher[i] = new ArrayData(name, input.Format, Axes.Reshape(input, layer.AtLevel(i + 2).Plan(From.Lengths).OutputShape), input.IsFortran, input.IsBigEndian) { Profile = input.Profile, HoldsBytes = input.HoldsBytes };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override IReadOnlyList<ArrayData> Outputs => [Output, .. _higher];

    public override string Options => _layer.Plan(From.Lengths).OptionsText;

    public override double Reads => From.Array.Elements;

    public override void Dispose()
    {
        base.Dispose();
        foreach (ArrayData? level in _higher) level?.Dispose();
    }

    protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
    {
        ArrayView[] views = [To, .. _higher.Select(Axes.Bind)];
        _layer.Pyramid<T>(From.Span<T>(), views.Length, level => views[level - 1].Span<T>(), progress, cancellation);
    }
}
