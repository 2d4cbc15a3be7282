namespace Cenote;

/// <summary>A call over regions: feature maps of N×C×H×W, and R×C×oh×ow numbers that are made of them, or whose gradient comes back.</summary>
internal readonly unsafe struct RoiJob<T>(RoiBox[] boxes, nint[] inputShape, (int Height, int Width) size, T* input, in TensorLayout inputs, T* output, in TensorLayout outputs)
    where T : unmanaged
{
    public readonly RoiBox[] Boxes = boxes;
    public readonly long Images = inputShape[0], Channels = inputShape[1], Rows = inputShape[2], Columns = inputShape[3];
    public readonly (int Height, int Width) Size = size;

    /// <summary>The feature maps.</summary>
    public readonly T* Input = input;

    /// <summary>The regions' numbers, or the gradient with respect to these.</summary>
    public readonly T* Output = output;

    public readonly TensorLayout Inputs = inputs, Outputs = outputs;

    /// <summary>The gradient with respect to the feature maps.</summary>
    public T* Result { get; init; }

    public TensorLayout Results { get; init; }

    public long OutputElements => Boxes.Length * Channels * Size.Height * Size.Width;
}

/// <summary>What is done with the regions of a call: forward a region and some channels at a time, backward a plane, or some of its channels, with all its regions in order.</summary>
internal abstract unsafe class RoiKernel<T>(RoiJob<T> call, bool isGradient) : PoolKernel
    where T : unmanaged
{
    /// <summary>How many channels of a region, and of a plane, are worked on together; where their planes lie apart, as many as the second-level cache holds are walked for all regions.</summary>
    private const long RegionChannels = 64, PlaneChannels = 16, PlaneBytes = 1 << 18;

    protected RoiJob<T> Call => call;

    protected bool IsGradient => isGradient;

    /// <summary>About how many nanoseconds an output of one channel takes.</summary>
    protected abstract double OutputCost { get; }

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>How many channels of a region are worked on together.</summary>
    protected virtual long RegionBlock => call.Inputs.Channel == 1 ? RegionChannels : Math.Clamp(PlaneBytes / sizeof(T) / (call.Rows * call.Columns), 1, RegionChannels);

    public override long Units(in PoolJob job) => (isGradient ? call.Images : call.Boxes.Length) * ((call.Channels + Block - 1) / Block);

    public override double Cost(in PoolJob job) => call.OutputElements * OutputCost + (isGradient ? call.Images * call.Channels * call.Rows * call.Columns : 0);

    private long Block => isGradient ? (call.Results.Channel == 1 ? Math.Min(PlaneChannels, call.Channels) : 1)
        : Math.Min(RegionBlock, call.Channels);

    public override void Run(in PoolJob job, long first, long end)
    {
        long numbers = isGradient ? call.Images : call.Boxes.Length;
        for (long unit = first; unit < end;)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (block, number) = Math.DivRem(unit, numbers);
            long channel = block * Block, channels = Math.Min(Block, call.Channels - channel), next = isGradient ? unit + 1 : Math.Min(end, unit - number + numbers);
            if (isGradient) Plane(number, channel, channels, job.Cancellation);
            else Regions((int)number, (int)(number + next - unit), channel, channels, job.Cancellation);
            unit = next;
        }
    }

    /// <summary>Pools some channels of the regions from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    protected virtual void Regions(int first, int end, long channel, long channels, CancellationToken cancellation)
    {
        for (int region = first; region < end; region++)
        {
            cancellation.ThrowIfCancellationRequested();
            Region(region, channel, channels);
        }
    }

    /// <summary>Pools some channels of a region.</summary>
    protected abstract void Region(int region, long channel, long channels);

    /// <summary>The gradient of some channels of an image.</summary>
    protected abstract void Plane(long image, long channel, long channels, CancellationToken cancellation);
}
