using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Bytes in windows of more taps than a byte can number: planes, or images of channels side by side, are copied into lanes twice as wide, and what
/// is chosen there is copied back.
/// </summary>
/// <param name="kernels">The kernels for the wider elements, the first that accepts the job runs.</param>
internal sealed unsafe class WidenedKernel<T, TTap, TWide, TWides>(PoolKernel[] kernels) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TWide : unmanaged
    where TWides : unmanaged, ILanes<TWides, TWide>
{
    /// <summary>Copies that take more memory than this are not worth it.</summary>
    private const long MostBytes = 1 << 28;

    [ThreadStatic]
    private static byte[]? _copies;

    public override string Name => $"widened, {8 * Unsafe.SizeOf<TTap>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        // Lengths this large have copies larger still, and their product might not be a number.
        if (plan.InputElements > MostBytes || plan.OutputElements > MostBytes || job.Offsets.Size != sizeof(TWide)) return false;
        return IsEven(job, plan.Width.InputLength, job.InputLayout) && IsEven(job, plan.Width.OutputLength, job.OutputLayout) && Bytes(job) <= MostBytes && Find(Wide(job, null)) is not null;
    }

    /// <summary>One unit is one copy.</summary>
    public override long Units(in PoolJob job) => IsPixels(job) ? job.Plan.Batch : job.Plan.Batch * job.Plan.Channels;

    public override double Cost(in PoolJob job) => Units(job) * Find(Wide(job, null))!.Cost(Wide(job, null));

    public override void Run(in PoolJob job, long first, long end)
    {
        if (first == end) return;
        // An array, unlike scratch, stays while the inner kernel uses scratch of its own.
        long bytes = Bytes(job);
        if (_copies is null || _copies.Length < bytes) _copies = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        PoolJob wide = Wide(job, (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _copies[0])));
        PoolKernel kernel = Find(wide)!;
        PoolPlan plan = job.Plan;
        long channels = IsPixels(job) ? 1 : plan.Channels, units = kernel.Units(wide);
        for (long unit = first; unit < end; unit++)
        {
            var (n, c) = Math.DivRem(unit, channels);
            T* input = (T*)job.Input + n * job.InputLayout.Batch + c * job.InputLayout.Channel;
            T* output = (T*)job.Output + n * job.OutputLayout.Batch + c * job.OutputLayout.Channel;
            for (long d = 0; d < plan.Depth.InputLength; d++)
                for (long h = 0; h < plan.Height.InputLength; h++)
                    Widen(input + d * job.InputLayout.Depth + h * job.InputLayout.Height, Run(job, plan.Width.InputLength), (TWide*)wide.Input + d * wide.InputLayout.Depth + h * wide.InputLayout.Height);
            byte* offsets = job.Offsets.Start + (n * job.Offsets.Layout.Batch + c * job.Offsets.Layout.Channel) * job.Offsets.Size;
            kernel.Run(wide with { Offsets = new(offsets, job.Offsets.Size, job.Offsets.Layout) }, 0, units);
            for (long d = 0; d < plan.Depth.OutputLength; d++)
                for (long h = 0; h < plan.Height.OutputLength; h++)
                    NumberLine.Write<TWides, TWide>((TWide*)wide.Output + d * wide.OutputLayout.Depth + h * wide.OutputLayout.Height, Run(job, plan.Width.OutputLength), (byte*)(output + d * job.OutputLayout.Depth + h * job.OutputLayout.Height), sizeof(T));
        }
    }

    private static bool IsPixels(in PoolJob job) => job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1;

    /// <summary>Whether rows lie in one piece.</summary>
    private static bool IsEven(in PoolJob job, long length, in TensorLayout layout) => length == 1 || layout.Width == (IsPixels(job) ? job.Plan.Channels : 1);

    /// <summary>How many elements of a row lie side by side.</summary>
    private static long Run(in PoolJob job, long length) => IsPixels(job) ? length * job.Plan.Channels : length;

    /// <summary>From one row of a copy to the next: whole registers.</summary>
    private static long Pitch(in PoolJob job, long length) => (Run(job, length) + TTap.Count - 1) / TTap.Count * TTap.Count;

    private static long InputBytes(in PoolJob job) => job.Plan.Depth.InputLength * job.Plan.Height.InputLength * Pitch(job, job.Plan.Width.InputLength) * sizeof(TWide);

    private static long Bytes(in PoolJob job) =>
        InputBytes(job) + job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength * Pitch(job, job.Plan.Width.OutputLength) * sizeof(TWide) + Scratch.Alignment;

    /// <summary>The job on a copy, of one plane or of one image.</summary>
    private static PoolJob Wide(in PoolJob job, byte* memory) =>
        new(IsPixels(job) ? job.Plan.Image : job.Plan.Block(1), memory, Layout(job, job.Plan.Height.InputLength, job.Plan.Width.InputLength), memory + InputBytes(job), Layout(job, job.Plan.Height.OutputLength, job.Plan.Width.OutputLength), job.Cancellation)
        {
            Offsets = job.Offsets,
        };

    private static TensorLayout Layout(in PoolJob job, long rows, long columns)
    {
        long pitch = Pitch(job, columns);
        return IsPixels(job) ? new(0, 1, rows * pitch, pitch, job.Plan.Channels) : new(0, 0, rows * pitch, pitch, 1);
    }

    private PoolKernel? Find(in PoolJob wide)
    {
        foreach (PoolKernel kernel in kernels)
            if (kernel.Accepts(wide)) return kernel;
        return null;
    }

    // Bounds: a row's rest is loaded in part, and a copy's rows are whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Widen(T* from, long count, TWide* to)
    {
        for (long i = 0; i < count; i += TTap.Count)
        {
            TTap taps = i + TTap.Count <= count ? TTap.Load(from + i) : TTap.LoadPart(from + i, count - i, default);
            var (lower, upper) = TTap.Widen<TWides>(taps);
            TWides.Store(lower, to + i);
            TWides.Store(upper, to + i + TWides.Count);
        }
    }
}
