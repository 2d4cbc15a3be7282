namespace Cenote;

/// <summary>For each value that is unpooled, where in the unpooled plane it belongs.</summary>
internal interface IPlaneIndices
{
    /// <summary>The flat, row-major position; −1 for nowhere; any other number outside the plane is a fault.</summary>
    long At(long n, long c, long d, long h, long w);
}

/// <summary>PyTorch's indices.</summary>
internal readonly unsafe struct FlatIndices(long* indices, TensorLayout layout) : IPlaneIndices
{
    public long At(long n, long c, long d, long h, long w) => indices[n * layout.Batch + c * layout.Channel + d * layout.Depth + h * layout.Height + w * layout.Width];
}

/// <summary>The taps that a pooling chose.</summary>
internal readonly struct CompactIndices(OffsetMemory offsets, TapDecoder decoder) : IPlaneIndices
{
    public long At(long n, long c, long d, long h, long w)
    {
        TensorLayout layout = offsets.Layout;
        return decoder.Flat(d, h, w, offsets[n * layout.Batch + c * layout.Channel + d * layout.Depth + h * layout.Height + w * layout.Width]);
    }
}
