using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>
/// Dense pixels of two to four channels, as pictures have them, at strides above 1: a band of rows is taken apart into planes, which the kernels for rows pool while the caches hold them, and put together again.
/// Lanes across so few channels would be empty for the most part, and those across the width would have to pick their taps.
/// </summary>
/// <param name="rows">The kernels for rows; the first that accepts the job and has a unit for each row of outputs runs.</param>
/// <param name="size">Bytes of an element.</param>
internal sealed unsafe class PlanarKernel(KernelList rows, int size) : PoolKernel
{
    /// <summary>The planes of a band, in bytes: a part of a second-level cache. Measured.</summary>
    private const long SomeBytes = 1 << 17;

    /// <summary>Larger bands are no longer in a cache.</summary>
    private const long MostBytes = 1 << 22;

    /// <summary>Room before and behind planes: kernels may read a register more than a row, where they know that memory goes on.</summary>
    private const long SpareBytes = 4 * Scratch.Alignment;

    [ThreadStatic]
    private static byte[]? _planes;

    public override string Name => "planar";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        return Vector128.IsHardwareAccelerated && plan.Channels is >= PixelPlanes.FewestChannels and <= PixelPlanes.MostChannels && plan.Channels * size < PixelPlanes.Register && plan.Slides && !plan.HasSingleTaps && !plan.ReadsPadding
            && plan.Depth is { InputLength: 1, OutputLength: 1 } && width.LaneStride > 1
            && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.InputLayout.Width == plan.Channels && job.OutputLayout.Width == plan.Channels
            && Math.Min(width.InputLength, width.OutputLength) * size >= PixelPlanes.Register
            // Lengths this large would make no number of the product.
            && width.InputLength <= MostBytes && plan.Height.Span <= MostBytes && Bytes(plan, Band(plan)) <= MostBytes && Find(Planes(job, null, null, width.InputLength, width.OutputLength)) is not null;
    }

    /// <summary>One unit is one row of pixels of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Height.OutputLength;

    /// <summary>Ten bytes in a nanosecond.</summary>
    public override double Cost(in PoolJob job) => (job.Plan.InputElements + job.Plan.OutputElements) * (0.1 * size);

    public override long LeastRun(in PoolJob job) => Band(job.Plan);

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        long outputs = plan.Height.OutputLength, band = Band(plan);
        Vector128<byte>* orders = stackalloc Vector128<byte>[PixelPlanes.Orders];
        var pixels = new PixelPlanes(plan.Channels, size, orders);
        while (first < end)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, row) = Math.DivRem(first, outputs);
            long last = Math.Min(Math.Min(outputs, row + band), row + end - first);
            Pool(job, pixels, (byte*)job.Input + n * job.InputLayout.Batch * size, (byte*)job.Output + n * job.OutputLayout.Batch * size, row, last);
            first += last - row;
        }
    }

    /// <summary>Output rows of a band: what the caches hold, and enough that what neighbouring bands share does not matter.</summary>
    private long Band(PoolPlan plan)
    {
        AxisPlan height = plan.Height;
        long row = plan.Channels * plan.Width.InputLength * size, least = 4 * Math.Min(height.Span, height.InputLength) / height.Stride + 1;
        return Math.Min(height.OutputLength, Math.Max(least, SomeBytes / Math.Max(1, row * height.Stride)));
    }

    private static long InputRows(PoolPlan plan, long outputs) => Math.Min(plan.Height.InputLength, (outputs - 1) * plan.Height.Stride + plan.Height.Span);

    private long Bytes(PoolPlan plan, long outputs) => plan.Channels * (InputRows(plan, outputs) * plan.Width.InputLength + outputs * plan.Width.OutputLength) * size;

    /// <summary>Some output rows of an image.</summary>
    private void Pool(in PoolJob job, in PixelPlanes pixels, byte* image, byte* output, long row, long last)
    {
        PoolPlan plan = job.Plan;
        long channels = plan.Channels, width = plan.Width.InputLength, outputs = plan.Width.OutputLength;
        // Of dilated windows at the border the next one may begin earlier.
        long from = Math.Clamp(plan.Height.Start(row), 0, plan.Height.InputLength), to = Math.Clamp(plan.Height.Start(last - 1) + plan.Height.Span, from, plan.Height.InputLength);
        long inputRows = to - from, outputRows = last - row, bytes = Bytes(plan, Band(plan)) + 3 * SpareBytes + Scratch.Alignment;
        // An array, unlike scratch, stays while the kernel uses scratch of its own.
        if (_planes is null || _planes.Length < bytes) _planes = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* planes = (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _planes[0])) + SpareBytes, results = planes + inputRows * width * channels * size + SpareBytes;
        for (long h = 0; h < inputRows; h++) pixels.Split(image + (from + h) * job.InputLayout.Height * size, width, planes + h * width * size, inputRows * width * size);
        PoolJob inner = Planes(job, planes - from * width * size, results - row * outputs * size, inputRows * width, outputRows * outputs);
        PoolKernel kernel = Find(inner)!;
        for (long c = 0; c < channels; c++) kernel.Run(inner, c * plan.Height.OutputLength + row, c * plan.Height.OutputLength + last);
        for (long h = 0; h < outputRows; h++) pixels.Join(results + h * outputs * size, outputRows * outputs * size, outputs, output + (row + h) * job.OutputLayout.Height * size);
    }

    /// <summary>The job of an image's planes, of which only the band at hand is there.</summary>
    private static PoolJob Planes(in PoolJob job, byte* input, byte* output, long inputPitch, long outputPitch)
    {
        PoolPlan plan = job.Plan.Image;
        return new(plan, input, new(0, inputPitch, 0, plan.Width.InputLength, 1), output, new(0, outputPitch, 0, plan.Width.OutputLength, 1), job.Cancellation);
    }

    private PoolKernel? Find(in PoolJob planes) => rows.Find(planes, planes.Plan.Channels * planes.Plan.Height.OutputLength);
}
