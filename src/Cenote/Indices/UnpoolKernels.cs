namespace Cenote;

/// <summary>A walk over values and their places, plane by plane; where channels lie side by side, some of them at a time.</summary>
internal abstract unsafe class UnpoolWalk<TIndices>(UnpoolShape shape, TIndices indices, long block) : PoolKernel
    where TIndices : struct, IPlaneIndices
{
    protected UnpoolShape Shape => shape;

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is a block of planes.</summary>
    public override long Units(in PoolJob job) => shape.Batch * Blocks;

    /// <summary>Four nanoseconds per value, a quarter per position.</summary>
    public override double Cost(in PoolJob job) => 4.0 * shape.Values + 0.25 * shape.Batch * shape.Channels * shape.Plane;

    private long Blocks => (shape.Channels + block - 1) / block;

    protected long Index(long n, long c, long d, long h, long w) => indices.At(n, c, d, h, w);

    public override void Run(in PoolJob job, long first, long end)
    {
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, number) = Math.DivRem(unit, Blocks);
            Run(n, number * block, Math.Min(shape.Channels, (number + 1) * block));
        }
    }

    /// <summary>Walks the planes of some channels.</summary>
    protected abstract void Run(long n, long channel, long endChannel);
}

/// <summary>Looks for indices outside the plane, before anything is written.</summary>
internal sealed class UnpoolCheck<TIndices>(UnpoolShape shape, TIndices indices, long block) : UnpoolWalk<TIndices>(shape, indices, block)
    where TIndices : struct, IPlaneIndices
{
    private readonly Lock _lock = new();

    public override string Name => "unpool check";

    /// <summary>The first place in row-major order whose index is at fault, and the index.</summary>
    public (OutputPlace Place, long Index)? Fault { get; private set; }

    protected override void Run(long n, long channel, long endChannel)
    {
        for (long d = 0; d < Shape.Depths; d++)
            for (long h = 0; h < Shape.Rows; h++)
                for (long w = 0; w < Shape.Columns; w++)
                    for (long c = channel; c < endChannel; c++)
                    {
                        long index = Index(n, c, d, h, w);
                        if ((ulong)index >= (ulong)Shape.Plane && index != TapDecoder.None) Report(new(n, c, d, h, w), index);
                    }
    }

    private void Report(OutputPlace place, long index)
    {
        lock (_lock)
            if (Fault is not { } fault || (place.N, place.C, place.D, place.H, place.W).CompareTo((fault.Place.N, fault.Place.C, fault.Place.D, fault.Place.H, fault.Place.W)) < 0) Fault = (place, index);
    }
}

/// <summary>Unpooling: zeros, and each value at its index. Where several values have one index, the last of them in row-major order stays.</summary>
// Bounds: the indices have been checked.
internal sealed unsafe class UnpoolKernel<T, TIndices>(UnpoolShape shape, TIndices indices, long block, T* values, TensorLayout from, T* output, TensorLayout to) : UnpoolWalk<TIndices>(shape, indices, block)
    where T : unmanaged
    where TIndices : struct, IPlaneIndices
{
    public override string Name => "unpool";

    protected override void Run(long n, long channel, long endChannel)
    {
        var address = new PlaneAddress(Shape.OutDepths, Shape.OutRows, Shape.OutColumns, to);
        T* plane = output + n * to.Batch, source = values + n * from.Batch;
        for (long flat = 0; flat < Shape.Plane; flat++)
        {
            T* place = plane + address[flat];
            for (long c = channel; c < endChannel; c++) place[c * to.Channel] = default;
        }

        for (long d = 0; d < Shape.Depths; d++)
            for (long h = 0; h < Shape.Rows; h++)
                for (long w = 0; w < Shape.Columns; w++)
                    for (long c = channel; c < endChannel; c++)
                    {
                        long index = Index(n, c, d, h, w);
                        if (index != TapDecoder.None) plane[c * to.Channel + address[index]] = source[c * from.Channel + d * from.Depth + h * from.Height + w * from.Width];
                    }
    }
}

/// <summary>The gradient of unpooling: the value that stayed at an index gets its gradient, those that it replaced get 0.</summary>
// Bounds: the indices have been checked.
internal sealed unsafe class UnpoolGradient<T, TIndices>(UnpoolShape shape, TIndices indices, long block, T* gradient, TensorLayout from, T* result, TensorLayout to) : UnpoolWalk<TIndices>(shape, indices, block)
    where T : unmanaged
    where TIndices : struct, IPlaneIndices
{
    public override string Name => "unpool gradient";

    protected override void Run(long n, long channel, long endChannel)
    {
        var address = new PlaneAddress(Shape.OutDepths, Shape.OutRows, Shape.OutColumns, from);
        T* plane = gradient + n * from.Batch, target = result + n * to.Batch;
        // One bit per position: whether a later value lies there.
        long bytes = (Shape.Plane + 7) / 8;
        byte* taken = Scratch.Of(bytes * (endChannel - channel));
        for (long i = 0; i < bytes * (endChannel - channel); i++) taken[i] = 0;
        for (long d = Shape.Depths - 1; d >= 0; d--)
            for (long h = Shape.Rows - 1; h >= 0; h--)
                for (long w = Shape.Columns - 1; w >= 0; w--)
                    for (long c = channel; c < endChannel; c++)
                    {
                        T* to1 = target + c * to.Channel + d * to.Depth + h * to.Height + w * to.Width;
                        long index = Index(n, c, d, h, w);
                        *to1 = default;
                        if (index == TapDecoder.None) continue;
                        ref byte bits = ref taken[(c - channel) * bytes + index / 8];
                        if ((bits >> (int)(index % 8) & 1) == 0) *to1 = plane[c * from.Channel + address[index]];
                        bits |= (byte)(1 << (int)(index % 8));
                    }
    }
}
