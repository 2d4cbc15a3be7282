namespace Cenote;

/// <summary>A layer whose windows slide: kernel, stride, padding, dilation and ceil mode.</summary>
/// <remarks>Output size per axis: floor((L + before + after − dilation·(kernel − 1) − 1) / stride) + 1, or ceil in ceil mode, where a last window that would start after the input is dropped.</remarks>
public abstract class WindowPool : PoolLayer
{
    private protected WindowPool(int spatialRank, WindowOptions options)
        : base(spatialRank)
    {
        options.Validate(spatialRank);
        Options = options;
    }

    /// <summary>The window's options as given.</summary>
    public WindowOptions Options { get; }

    /// <summary>Whether the divisor counts padded taps.</summary>
    private protected virtual bool CountsPadding => false;

    internal override string OptionsText => Options.ToText(SpatialRank);

    internal override AxisPlan PlanAxis(int axis, long length) => AxisPlan.Sliding(length, Options, axis, SpatialRank, CountsPadding);
}
