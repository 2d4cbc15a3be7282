using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Planes that do not lie row by row: a band of rows, or of slices, is copied to dense planes, which the kernels for rows pool while the caches hold them, and what they give is copied back.
/// </summary>
/// <param name="rows">The kernels for rows; the first that accepts the job and has a unit for each row of outputs runs.</param>
/// <param name="size">Bytes of an element.</param>
internal sealed unsafe class PlanarKernel<TCopy>(KernelList rows, int size) : PoolKernel
    where TCopy : struct, IPlaneCopy
{
    /// <summary>The planes of a band, in bytes: a part of a second-level cache. Measured.</summary>
    private const long SomeBytes = 1 << 17;

    /// <summary>Room before and behind planes: kernels may read a register more than a row, where they know that memory goes on.</summary>
    private const long SpareBytes = 4 * Scratch.Alignment;

    [ThreadStatic]
    private static byte[]? _planes;

    public override string Name => TCopy.Name;

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan;
        if (!TCopy.Suits(job, size) || !plan.Slides || plan.ReadsPadding || plan.OutputElements == 0 || !Bands.Fit(plan)) return false;
        var bands = new Bands(job, size);
        // A kernel that knows no rows takes a single output for one.
        return bands.Bytes <= TCopy.MostBytes && (bands.Axis.OutputLength > 1 || plan.Channels > 1) && Find(Planes(bands, null, null, null, 0, 0)) is not null;
    }

    /// <summary>One unit is one row, or slice, of the output, of some planes.</summary>
    public override long Units(in PoolJob job) => new Bands(job, size) is var bands ? job.Plan.Batch * bands.Groups * bands.Axis.OutputLength : 0;

    /// <summary>Ten bytes in a nanosecond.</summary>
    public override double Cost(in PoolJob job) => (job.Plan.InputElements + job.Plan.OutputElements) * (0.1 * size);

    public override long LeastRun(in PoolJob job) => new Bands(job, size).Length;

    public override void Run(in PoolJob job, long first, long end)
    {
        var bands = new Bands(job, size);
        long outputs = bands.Axis.OutputLength;
        while (first < end)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, from) = Math.DivRem(first, outputs);
            long last = Math.Min(Math.Min(outputs, from + bands.Length), from + end - first);
            Pool(job, bands, rest / bands.Groups, rest % bands.Groups * bands.Channels, from, last);
            first += last - from;
        }
    }

    /// <summary>Some outputs along the bands' axis, of some channels of an image.</summary>
    private void Pool(in PoolJob job, in Bands bands, long n, long channel, long first, long last)
    {
        PlaneBox inputs = bands.Inputs(channel, first, last, out long from), outputs = bands.Outputs(channel, last - first);
        long bytes = bands.Bytes + 4 * SpareBytes + Scratch.Alignment;
        // An array, unlike scratch, stays while the kernel uses scratch of its own.
        if (_planes is null || _planes.Length < bytes) _planes = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        byte* planes = (byte*)Scratch.Round((long)(nint)Unsafe.AsPointer(ref _planes[0])) + SpareBytes, results = planes + inputs.Elements * size + SpareBytes;
        byte* numbers = results + outputs.Elements * size + SpareBytes;
        TCopy.Split((byte*)job.Input + (n * job.InputLayout.Batch + channel * job.InputLayout.Channel + from * bands.Step(job.InputLayout)) * size, job.InputLayout, inputs, planes, size);
        PoolJob inner = Planes(bands, planes - from * bands.InputStep * size, results - first * bands.OutputStep * size, numbers - first * bands.OutputStep * job.Offsets.Size, inputs.Pitch, outputs.Pitch);
        PoolKernel kernel = Find(inner)!;
        for (long c = 0; c < outputs.Channels; c++) kernel.Run(inner, (c * bands.Axis.OutputLength + first) * bands.Rows, (c * bands.Axis.OutputLength + last) * bands.Rows);
        TCopy.Join(results, outputs, (byte*)job.Output + (n * job.OutputLayout.Batch + channel * job.OutputLayout.Channel + first * bands.Step(job.OutputLayout)) * size, job.OutputLayout, size);
        OffsetMemory marks = job.Offsets;
        if (marks.Size > 0) TCopy.Join(numbers, outputs, marks.Start + (n * marks.Layout.Batch + channel * marks.Layout.Channel + first * bands.Step(marks.Layout)) * marks.Size, marks.Layout, marks.Size);
    }

    /// <summary>The job of the planes, of which only the band at hand is there.</summary>
    private static PoolJob Planes(in Bands bands, byte* input, byte* output, byte* numbers, long inputPitch, long outputPitch)
    {
        PoolPlan plan = bands.Plan;
        TensorLayout to = new(0, outputPitch, plan.Height.OutputLength * plan.Width.OutputLength, plan.Width.OutputLength, 1);
        return new(
            plan,
            input,
            new(0, inputPitch, plan.Height.InputLength * plan.Width.InputLength, plan.Width.InputLength, 1),
            output,
            to,
            bands.Cancellation)
        {
            Offsets = new(numbers, bands.OffsetSize, to),
        };
    }

    private PoolKernel? Find(in PoolJob planes) => rows.Find(planes, planes.Plan.Channels * planes.Plan.Depth.OutputLength * planes.Plan.Height.OutputLength);

    /// <summary>How a job is cut: along the depth where there is one, else along the height.</summary>
    private readonly struct Bands
    {
        private readonly long _channels;
        private readonly bool _ofSlices;

        public Bands(in PoolJob job, int size)
        {
            PoolPlan plan = job.Plan;
            (Cancellation, OffsetSize) = (job.Cancellation, job.Offsets.Size);
            _channels = plan.Channels;
            _ofSlices = plan.Depth is not { InputLength: 1, OutputLength: 1 };
            Channels = TCopy.Channels(job);
            Plan = Channels == plan.Channels ? plan.Image : plan.Block((int)Channels);
            Axis = _ofSlices ? plan.Depth : plan.Height;
            // What the caches hold, and enough that what neighbouring bands share does not matter.
            long row = Channels * InputStep * size, least = 4 * Math.Min(Axis.Span, Axis.InputLength) / Axis.Stride + 1;
            Length = Math.Min(Axis.OutputLength, Math.Max(least, SomeBytes / row / Axis.Stride));
            Bytes = Channels * (InputRows(Length) * InputStep * size + Length * OutputStep * (size + OffsetSize));
        }

        /// <summary>Whether the numbers of a band are numbers at all.</summary>
        public static bool Fit(PoolPlan plan) => Fits(plan.Width) && Fits(plan.Height) && Fits(plan.Depth) && plan.Width.InputLength * plan.Height.InputLength <= TCopy.MostBytes;

        public CancellationToken Cancellation { get; }

        /// <summary>Bytes of the number of a chosen tap; 0 where none is wanted.</summary>
        public int OffsetSize { get; }

        /// <summary>The plan of the channels that are copied together.</summary>
        public PoolPlan Plan { get; }

        public AxisPlan Axis { get; }

        /// <summary>Outputs of a band along the axis.</summary>
        public long Length { get; }

        /// <summary>Channels that are copied together.</summary>
        public long Channels { get; }

        public long Groups => (_channels + Channels - 1) / Channels;

        /// <summary>Bytes of a band's planes.</summary>
        public long Bytes { get; }

        /// <summary>Rows of outputs for each of a band's.</summary>
        public long Rows => _ofSlices ? Plan.Height.OutputLength : 1;

        /// <summary>Elements of a plane for each position of the axis.</summary>
        public long InputStep => Plan.Width.InputLength * (_ofSlices ? Plan.Height.InputLength : 1);

        public long OutputStep => Plan.Width.OutputLength * (_ofSlices ? Plan.Height.OutputLength : 1);

        public PlaneBox Inputs(long channel, long first, long last, out long from)
        {
            // Of dilated windows at the border the next one may begin earlier.
            from = Math.Clamp(Axis.Start(first), 0, Axis.InputLength);
            return Box(channel, Math.Clamp(Axis.Start(last - 1) + Axis.Span, from, Axis.InputLength) - from, Plan.Height.InputLength, Plan.Width.InputLength);
        }

        public PlaneBox Outputs(long channel, long length) => Box(channel, length, Plan.Height.OutputLength, Plan.Width.OutputLength);

        /// <summary>From one position of the axis to the next.</summary>
        public long Step(in TensorLayout layout) => _ofSlices ? layout.Depth : layout.Height;

        private static bool Fits(AxisPlan axis) => axis.InputLength <= TCopy.MostBytes && axis.Span <= TCopy.MostBytes && axis.Stride <= TCopy.MostBytes;

        private PlaneBox Box(long channel, long length, long rows, long width) => new(Math.Min(Channels, _channels - channel), _ofSlices ? length : 1, _ofSlices ? rows : length, width);

        private long InputRows(long outputs) => Math.Min(Axis.InputLength, (outputs - 1) * Axis.Stride + Axis.Span);
    }
}
