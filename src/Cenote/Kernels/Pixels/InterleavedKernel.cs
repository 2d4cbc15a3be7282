namespace Cenote;

/// <summary>
/// Dense channels-last rows of stride 1 as rows of one channel: a tap lies as many elements further as there are channels. Fills the lanes where
/// the channels would not, and has the walks of long windows.
/// </summary>
/// <param name="rows">The kernels for rows, the first that accepts the job runs.</param>
/// <param name="fewChannels">With fewer channels than this the lanes of a pixel are not filled.</param>
/// <param name="fewOddChannels">The same of channels that are no multiple of a register.</param>
/// <param name="manyTaps">From so many taps along the width on, rows are worth more than whole pixels, however many channels those have.</param>
/// <param name="shortRow">Rows of no more outputs, channels counted, are not worth going from pixel to pixel.</param>
/// <param name="fewTaps">Windows of so many taps in all are worth that, where pixels have some channels.</param>
/// <param name="fewestTaps">The same with any channels.</param>
/// <param name="someChannels">How many are some.</param>
internal sealed class InterleavedKernel(KernelList rows, long fewChannels, long fewOddChannels, long manyTaps, long shortRow = 0, long fewTaps = 0, long fewestTaps = 0, long someChannels = 0) : PoolKernel
{
    private const long Register = 16;

    public override string Name => "interleaved";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        long channels = plan.Channels;
        // A single pixel's lanes are its channels either way.
        return channels > 1 && plan.Width.OutputLength > 1 && !plan.HasSingleTaps && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && plan.Width is { LaneStride: 1, Slides: true }
            && (plan.Width.InputLength == 1 || job.InputLayout.Width == channels) && job.OutputLayout.Width == channels
            && (((channels < fewChannels || (channels < fewOddChannels && channels % Register != 0)) && !AreFew(plan)) || plan.Width.OutputLength <= shortRow / channels || plan.Width.Kernel >= manyTaps) && Find(Rows(job)) is not null;
    }

    public override long Units(in PoolJob job) => Find(Rows(job))!.Units(Rows(job));

    public override double Cost(in PoolJob job) => Find(Rows(job))!.Cost(Rows(job));

    public override long LeastRun(in PoolJob job) => Find(Rows(job))!.LeastRun(Rows(job));

    public override void Run(in PoolJob job, long first, long end) => Find(Rows(job))!.Run(Rows(job), first, end);

    // A single channel needs no stride, and must not look like channels side by side.
    private static unsafe PoolJob Rows(in PoolJob job) =>
        new(job.Plan.Interleaved, job.Input, Row(job.InputLayout), job.Output, Row(job.OutputLayout), job.Cancellation)
        {
            Offsets = new(job.Offsets.Start, job.Offsets.Size, Row(job.Offsets.Layout)),
        };

    private static TensorLayout Row(in TensorLayout pixels) => pixels with { Channel = 0, Width = 1 };

    private bool AreFew(PoolPlan plan)
    {
        long taps = plan.Depth.MaxCount * plan.Height.MaxCount * plan.Width.MaxCount;
        return taps <= fewestTaps || (taps <= fewTaps && plan.Channels >= someChannels);
    }

    private PoolKernel? Find(in PoolJob job) => rows.Find(job);
}
