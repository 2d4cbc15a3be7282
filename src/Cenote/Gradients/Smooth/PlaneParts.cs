namespace Cenote;

/// <summary>A plan's planes in parts, each small enough that what is kept of it stays in a cache: some images, or some channels of one.</summary>
internal readonly struct PlaneParts
{
    /// <summary>What may be kept, per core.</summary>
    private const long BytesPerCore = 1 << 20;

    /// <summary>More than any machine has.</summary>
    private const long MostBytes = 1L << 46;

    /// <summary>Channels that lie side by side are not cut into fewer than these.</summary>
    private const long LeastChannels = 16;

    private readonly PoolPlan _plan;
    private readonly long _images, _channels;

    /// <param name="plan">The plan.</param>
    /// <param name="bytes">What is kept of a plane.</param>
    /// <param name="channelsLast">Whether the channels lie side by side.</param>
    public PlaneParts(PoolPlan plan, Int128 bytes, bool channelsLast)
    {
        _plan = plan;
        if (bytes * LeastChannels > MostBytes) throw new ArgumentException($"output {PoolPlan.Text(plan.OutputShape)} has planes of {bytes} bytes to be made anew; at most {MostBytes / LeastChannels} are.", "input");
        // An image without a plane has none to part.
        long perPlane = Math.Max(1, (long)bytes);
        long planes = Math.Max(1, Math.Max(4, Environment.ProcessorCount) * BytesPerCore / perPlane);
        if (channelsLast) planes = Math.Max(planes, LeastChannels);
        _images = Math.Clamp(planes / plan.Channels, 1, Math.Max(1, plan.Batch));
        _channels = Math.Min(plan.Channels, planes);
        Bytes = plan.OutputElements == 0 ? 0 : perPlane * _images * _channels;
    }

    /// <summary>The bytes of what is kept of the largest part.</summary>
    public long Bytes { get; }

    /// <summary>The elements of a plane of the input.</summary>
    public static Int128 Inputs(PoolPlan plan) => Outputs(plan.Transposed);

    /// <summary>The elements of a plane of the output.</summary>
    public static Int128 Outputs(PoolPlan plan) => (Int128)plan.Depth.OutputLength * plan.Height.OutputLength * plan.Width.OutputLength;

    public IEnumerator<Part> GetEnumerator()
    {
        for (long n = 0; n < _plan.Batch; n += _images)
        {
            long images = Math.Min(_images, _plan.Batch - n);
            for (long c = 0; c < _plan.Channels; c += _channels)
            {
                long channels = Math.Min(_channels, _plan.Channels - c);
                yield return new(_plan.Part(images, channels), n, c, (double)(n + images * (c + channels) / (double)_plan.Channels) / _plan.Batch);
            }
        }
    }

    /// <summary>Some of the planes.</summary>
    /// <param name="Plan">The same windows, over these planes alone.</param>
    /// <param name="N">The first image.</param>
    /// <param name="C">The first channel.</param>
    /// <param name="Done">How much of the whole is done after them.</param>
    internal readonly record struct Part(PoolPlan Plan, long N, long C, double Done)
    {
        /// <summary>How far the part lies from the tensor's first element.</summary>
        public long In(in TensorLayout layout) => N * layout.Batch + C * layout.Channel;
    }
}
