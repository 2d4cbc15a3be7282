using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>A layer's options bound to an input shape: every size, window and divisor, without data.</summary>
/// <remarks>Immutable, cheap whatever the sizes, and shareable between threads. A layer's <see cref="PoolLayer.Plan"/> makes one.</remarks>
public sealed partial class PoolPlan
{
    /// <summary>Sums of floating-point numbers over no more taps than this keep PyTorch's order, and so its bits.</summary>
    internal const long MostTapsInOrder = 32;

    /// <summary>What no more windows than this give to an input is added in their order; of more, axes are added one after the other, in every memory order, which is not to show in a sum. Fewer are as fast in order.</summary>
    internal const long MostWindowsInOrder = 256;

    /// <summary>Rows of volumes that are small: sums over more taps are then those of rows, which is how blocks of planes group them; in larger ones rows that share none add up tap by tap. It shows in the last bits of such sums.</summary>
    private const long MostRowsOfVolumes = 512;

    /// <summary>See <see cref="FoldsSlices"/>.</summary>
    private const long ManyRowsOfSlices = 8;

    /// <summary>The most elements of one register.</summary>
    internal const int MostPlanes = 64;

    private readonly nint[] _inputShape, _outputShape;
    private readonly AxisPlan[] _axes;
    private KernelChoice? _choice;
    private readonly PoolPlan?[] _blocks = new PoolPlan?[BitOperations.Log2(MostPlanes) + 1];
    private PoolPlan? _interleaved, _transposed, _over, _image, _unpadded;

    /// <summary>The transposed plan.</summary>
    private PoolPlan(PoolPlan plan)
    {
        (SpatialRank, Layer, DivisorOverride) = (plan.SpatialRank, plan.Layer, plan.DivisorOverride);
        (_inputShape, _outputShape, Batch, Channels) = (plan._outputShape, plan._inputShape, plan.Batch, plan.Channels);
        (InputElements, OutputElements) = (plan.OutputElements, plan.InputElements);
        _axes = [plan.Depth.Transpose(), plan.Height.Transpose(), plan.Width.Transpose()];
        _transposed = plan;
        MaxExtent = MaxCount;
    }

    private PoolPlan(PoolPlan plan, long batch, long channels, AxisPlan width, long? divisorOverride)
    {
        (SpatialRank, Layer, ReadsPadding, DivisorOverride) = (plan.SpatialRank, plan.Layer, plan.ReadsPadding, divisorOverride);
        (_inputShape, _outputShape, Batch, Channels) = (plan._inputShape, plan._outputShape, batch, channels);
        MaxExtent = plan.MaxExtent;
        _axes = [plan.Depth, plan.Height, width];
        InputElements = batch * channels * Depth.InputLength * Height.InputLength * Width.InputLength;
        OutputElements = batch * channels * Depth.OutputLength * Height.OutputLength * Width.OutputLength;
    }

    /// <summary>A global plan over some elements of each plane, which lie behind each other or are none.</summary>
    private PoolPlan(PoolPlan plan, long channels, long taps)
        : this(plan, 1, channels, taps == 0 ? AxisPlan.None() : AxisPlan.Global(taps, "width"), plan.DivisorOverride)
    {
        (_axes[0], _axes[1]) = (AxisPlan.Identity(1), AxisPlan.Identity(1));
        (InputElements, OutputElements) = (channels * Width.InputLength, channels);
        (MaxExtent, IsGlobal) = (Math.Max(1, taps), taps > 0);
    }

    /// <summary>Binds <paramref name="layer"/> to a shape.</summary>
    /// <exception cref="ArgumentException">The shape has the wrong number of axes, an empty one, or too many elements.</exception>
    internal PoolPlan(PoolLayer layer, ReadOnlySpan<nint> inputShape, bool readsPadding = false, long? divisorOverride = null)
    {
        SpatialRank = layer.SpatialRank;
        Layer = layer;
        ReadsPadding = readsPadding;
        DivisorOverride = divisorOverride;
        RequireRank(inputShape, SpatialRank);
        int first = inputShape.Length - SpatialRank;
        Batch = first == 2 ? inputShape[0] : 1;
        Channels = inputShape[first - 1];
        if (Batch < 0) throw new ArgumentException($"input shape {Text(inputShape)} has a batch of {Batch}; it must be at least 0.", "input");
        if (Channels < 1) throw new ArgumentException($"input shape {Text(inputShape)} has {Channels} channels; only the batch may be empty.", "input");

        _axes = new AxisPlan[3];
        for (int axis = 0; axis < 3; axis++)
        {
            int own = axis - (3 - SpatialRank);
            _axes[axis] = own < 0 ? AxisPlan.Identity(1) : layer.PlanAxis(own, inputShape[first + own]);
        }

        _inputShape = inputShape.ToArray();
        _outputShape = inputShape.ToArray();
        for (int axis = 0; axis < SpatialRank; axis++) _outputShape[first + axis] = checked((nint)_axes[3 - SpatialRank + axis].OutputLength);
        InputElements = Product("input", "elements", Batch, Channels, Depth.InputLength, Height.InputLength, Width.InputLength);
        OutputElements = Product("output", "elements", Batch, Channels, Depth.OutputLength, Height.OutputLength, Width.OutputLength);
        IsGlobal = !readsPadding && Array.TrueForAll(_axes, axis => axis.OutputLength == 1 && axis[0].Count == axis.InputLength);
        MaxExtent = Product("window", "taps in its divisor", Depth.MaxExtent, Height.MaxExtent, Width.MaxExtent);
    }

    /// <summary>How many axes are pooled: 1, 2 or 3.</summary>
    public int SpatialRank { get; }

    /// <summary>The input's lengths, as the caller gave them: N×C×spatial or C×spatial.</summary>
    public ReadOnlySpan<nint> InputShape => _inputShape;

    /// <summary>The output's lengths, with as many axes as the input.</summary>
    public ReadOnlySpan<nint> OutputShape => _outputShape;

    /// <summary>The layer's options in short: <c>k3 s2 p1</c>.</summary>
    public string OptionsText => Layer.OptionsText;

    /// <summary>Whether each window is one tap, inside the input.</summary>
    internal bool HasSingleTaps => Array.TrueForAll(_axes, axis => axis is { Slides: true, Kernel: 1, Before: 0 } && axis[axis.OutputLength - 1].Count == 1);

    internal PoolLayer Layer { get; }

    internal long Batch { get; }

    internal long Channels { get; }

    internal AxisPlan Depth => _axes[0];

    internal AxisPlan Height => _axes[1];

    internal AxisPlan Width => _axes[2];

    internal long InputElements { get; }

    internal long OutputElements { get; }

    /// <summary>The same outputs, where the channels of a pixel count as positions of the width: one channel, and longer rows.</summary>
    internal PoolPlan Interleaved => _interleaved ??= new(this, Batch, 1, Width.Interleaved(Channels), DivisorOverride);

    /// <summary>The plan of the gradient: its outputs are this plan's inputs, and the window of each is the outputs here that read it, in ascending order. Transposed again, this one.</summary>
    internal PoolPlan Transposed => _transposed ??= new(this);

    /// <summary>The same windows over some of the planes.</summary>
    internal PoolPlan Part(long batch, long channels) => batch == Batch && channels == Channels ? this : new(this, batch, channels, Width, DivisorOverride) { IsGlobal = IsGlobal };

    /// <summary>One image of so many channels, each a plane of so many elements: those that a mask leaves.</summary>
    internal PoolPlan Masked(long channels, long taps) => new(this, channels, taps);

    /// <summary>This global plan, its window with room for a number that is no tap's.</summary>
    internal PoolPlan WithRoomForNone => new(this, Batch, Channels, Width.WithRoomForNone(), DivisorOverride);

    /// <summary>The taps of a window, those outside the input included.</summary>
    /// <exception cref="ArgumentException">There are more than 2⁶³ − 1.</exception>
    internal long Taps => Product("window", "taps", Depth.Kernel, Height.Kernel, Width.Kernel);

    /// <summary>The strides of a dense tensor of the output's lengths, its axes in memory in the order that <paramref name="like"/> has them.</summary>
    internal TensorLayout DenseOutput(in TensorLayout like)
    {
        ReadOnlySpan<long> lengths = [Batch, Channels, Depth.OutputLength, Height.OutputLength, Width.OutputLength];
        Span<long> strides = [like.Batch, like.Channel, like.Depth, like.Height, like.Width], dense = stackalloc long[5];
        // Axes of length 1 may lie anywhere: outside the others.
        for (int axis = 0; axis < 5; axis++)
            if (lengths[axis] == 1) strides[axis] = long.MaxValue;
        long next = 1;
        dense.Clear();
        for (int placed = 0; placed < 5; placed++)
        {
            int inner = -1;
            for (int axis = 4; axis >= 0; axis--)
                if (dense[axis] == 0 && (inner < 0 || strides[axis] < strides[inner])) inner = axis;
            dense[inner] = next;
            next *= Math.Max(1, lengths[inner]);
        }

        return new(dense[0], dense[1], dense[2], dense[3], dense[4]);
    }

    /// <summary>The strides of a dense tensor of the input's or output's lengths, row-major or with its channels side by side.</summary>
    internal TensorLayout Dense(bool byChannels, bool ofOutput)
    {
        var (depth, height, width) = ofOutput ? (Depth.OutputLength, Height.OutputLength, Width.OutputLength) : (Depth.InputLength, Height.InputLength, Width.InputLength);
        if (!byChannels) return TensorLayout.RowMajor(Channels, depth, height, width);
        long row = width * Channels, slice = height * row;
        return new(depth * slice, 1, slice, row, Channels);
    }

    /// <summary>Whether the other plan has the same shapes and the same windows.</summary>
    internal bool HasWindowsOf(PoolPlan other) =>
        ReferenceEquals(this, other)
        || (InputShape.SequenceEqual(other.InputShape) && OutputShape.SequenceEqual(other.OutputShape)
            && Depth.HasWindowsOf(other.Depth) && Height.HasWindowsOf(other.Height) && Width.HasWindowsOf(other.Width));

    /// <summary>The same windows over so many planes, a power of two, as the channels of one image.</summary>
    internal PoolPlan Block(int planes) => _blocks[BitOperations.Log2((uint)planes)] ??= new(this, 1, planes, Width, DivisorOverride);

    /// <summary>The same windows of one image.</summary>
    internal PoolPlan Image => Batch == 1 ? this : _image ??= new(this, 1, Channels, Width, DivisorOverride);

    /// <summary>The same windows, where padding is no tap.</summary>
    internal PoolPlan Unpadded => _unpadded ??= new(this, Batch, Channels, Width, DivisorOverride) { ReadsPadding = false };

    /// <summary>The same windows, their sums over another divisor; of a plan it is always the same one.</summary>
    internal PoolPlan Over(long divisor) => _over ??= new(this, Batch, Channels, Width, divisor) { IsGlobal = IsGlobal };

    /// <summary>The most taps that one window has inside the input.</summary>
    internal long MaxCount => Depth.MaxCount * Height.MaxCount * Width.MaxCount;

    /// <summary>The most taps that the divisor of one window counts.</summary>
    internal long MaxExtent { get; }

    internal long? DivisorOverride { get; }

    /// <summary>Whether padded taps take part as zeros.</summary>
    internal bool ReadsPadding { get; private init; }

    /// <summary>The taps that the outputs at <paramref name="position"/> of one spatial axis read along it.</summary>
    /// <param name="axis">The spatial axis, from 0 (depth, or height, or length) to <see cref="SpatialRank"/> − 1 (width).</param>
    /// <param name="position">The output's index on that axis.</param>
    /// <returns>The window, clipped to the input.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis, or no such output.</exception>
    public Window WindowAt(int axis, long position)
    {
        AxisPlan plan = Axis(axis);
        if (position < 0 || position >= plan.OutputLength)
            throw new ArgumentOutOfRangeException(nameof(position), $"position {position} is not an output of axis {AxisName(axis)}; it must be from 0 to {plan.OutputLength - 1}.");
        return plan[position];
    }

    /// <summary>Every tap of the window of the outputs at <paramref name="position"/> along one axis, those outside the input included, in order.</summary>
    /// <inheritdoc cref="WindowAt"/>
    /// <returns>As many taps as the kernel has, or the adaptive window; made one by one, as they are asked for.</returns>
    public IEnumerable<Tap> TapsAt(int axis, long position)
    {
        Window window = WindowAt(axis, position);
        AxisPlan plan = Axis(axis);
        return Enumerate(plan.Start(position), plan.Slides ? plan.Kernel : window.Count, window);

        static IEnumerable<Tap> Enumerate(long start, long taps, Window window)
        {
            long inside = window.Before + window.Count, declared = inside + window.After;
            for (long tap = 0; tap < taps; tap++)
                yield return new(start + tap * window.Step, tap < window.Before ? TapPlace.Padding : tap < inside ? TapPlace.Input : tap < declared ? TapPlace.Padding : TapPlace.Overhang);
        }
    }

    /// <summary>How far the input is padded along one axis, be it by numbers or by a rule such as <see cref="Padding.SameUpper"/>.</summary>
    /// <param name="axis">The spatial axis, from 0 to <see cref="SpatialRank"/> − 1.</param>
    /// <returns>The positions before and after the input.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public (long Before, long After) PaddingAt(int axis) => (Axis(axis).Before, Axis(axis).After);

    /// <summary>What the sum of one window is divided by in an average: the divisor override, or the product of the windows' extents.</summary>
    /// <param name="position">The output's spatial indices, one per axis.</param>
    /// <returns>The divisor; 0 for a window without a tap, whose average is 0.</returns>
    /// <exception cref="ArgumentException">There are not <see cref="SpatialRank"/> indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public long DivisorAt(params ReadOnlySpan<long> position)
    {
        RequirePosition(position);
        long extent = 1;
        for (int axis = 0; axis < SpatialRank; axis++) extent *= WindowAt(axis, position[axis]).Extent;
        return Divisor(extent);
    }

    /// <summary>Whether a window may have no tap inside the input.</summary>
    internal bool MayMiss => Depth.MayMiss || Height.MayMiss || Width.MayMiss;

    /// <summary>Whether sums may be grouped: those of few taps are PyTorch's to the last bit, but not over uneven windows, which it divides axis by axis.</summary>
    internal bool FoldsInAnyOrder => !Slides || MaxCount > MostTapsInOrder;

    /// <summary>Whether windows share rows, or rows have so many taps that it pays to fold them first. Where no row is read twice, folding it into a line of its own gains nothing.</summary>
    internal bool SharesRows => (Height.Kernel > Height.Stride && Height.OutputLength > 1) || Width.Kernel > 2 * Width.Stride + 2;

    /// <summary>
    /// Whether sums that may be grouped are sums of rows: where windows share them, and in small volumes, whose windows come in many kinds, by which of their slices, rows and columns lie outside the input, while rows do not.
    /// One rule for every memory order, whatever the width counts there.
    /// </summary>
    internal bool FoldsRows => SharesRows
        || (Slides && Depth.MaxCount > 1 && Depth.InputLength <= MostRowsOfVolumes && Height.InputLength <= MostRowsOfVolumes && Depth.InputLength * Height.InputLength <= MostRowsOfVolumes);

    /// <summary>
    /// Whether sums that may be grouped, and what has no order, go slice by slice, and slices by runs of rows: where windows of volumes have many rows, for a row and for each that is new in the next window.
    /// One rule for every memory order, for sums are grouped by it. Measured.
    /// </summary>
    internal bool FoldsSlices => Depth.Kernel > 1 && Depth.FitsRuns && Height.FitsRuns && Depth.Kernel * Height.Kernel >= ManyRowsOfSlices * (1 + Depth.NewPerWindow * Height.NewPerWindow);

    /// <summary>Whether the windows of every axis slide evenly.</summary>
    internal bool Slides => Depth.Slides && Height.Slides && Width.Slides;

    /// <summary>Whether there is one window per plane, and it reads the plane's every element.</summary>
    internal bool IsGlobal { get; private init; }

    /// <summary>Whether all divisors of averages are powers of two, whatever their sign.</summary>
    internal bool DividesByPowersOfTwo => DivisorOverride is { } divisor ? Int128.IsPow2(Int128.Abs(divisor)) : Depth.CountsPowersOfTwo && Height.CountsPowersOfTwo && Width.CountsPowersOfTwo;

    internal long Divisor(long extent) => DivisorOverride ?? extent;

    /// <summary>The divisor in two factors that kernels can apply one after the other: that of the axes outside the lanes, never 0, and that of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long OuterDivisor(long extent) => DivisorOverride ?? Math.Max(1, extent);

    /// <inheritdoc cref="OuterDivisor"/>
    internal long LaneDivisor(long extent) => DivisorOverride is null ? Math.Max(1, extent) : 1;

    /// <summary>The kernel for a job of this plan.</summary>
    // The first call's is kept, for most plans see no other kind; keeping the last one's would leave garbage where two kinds take turns.
    internal PoolKernel KernelFor(PoolOperator @operator, ElementType type, in PoolJob job)
    {
        KernelChoice? choice = _choice;
        if (choice is not null && choice.Suits(@operator, type, job)) return choice.Kernel;
        PoolKernel kernel = @operator[type].Find(job);
        if (choice is null) _choice = new(@operator, type, job, kernel);
        return kernel;
    }

    internal static void RequireRank(ReadOnlySpan<nint> shape, int spatialRank, string name = "input")
    {
        if (shape.Length == spatialRank + 1 || shape.Length == spatialRank + 2) return;
        string axes = spatialRank switch { 1 => "L", 2 => "H×W", _ => "D×H×W" };
        string advice = shape.Length == spatialRank ? $"; add a channel axis: reshape it to 1×{Text(shape)}" : "";
        throw new ArgumentException($"{name} has {shape.Length} axes ({Text(shape)}); a {spatialRank}-D layer takes C×{axes} or N×C×{axes}{advice}.", name);
    }

    private static long Product(string what, string of, params ReadOnlySpan<long> factors)
    {
        Int128 product = 1;
        foreach (long factor in factors)
        {
            product *= factor;
            if (product > long.MaxValue) throw new ArgumentException($"{what} {string.Join('×', factors.ToArray())} has more than 2^63 − 1 {of}.", "input");
        }

        return (long)product;
    }

    private AxisPlan Axis(int axis) => axis >= 0 && axis < SpatialRank ? _axes[3 - SpatialRank + axis]
        : throw new ArgumentOutOfRangeException(nameof(axis), $"axis {axis} is not a spatial axis of a {SpatialRank}-D plan; it must be from 0 to {SpatialRank - 1}.");

    private string AxisName(int axis) => WindowOptions.AxisName(axis, SpatialRank);

    private void RequirePosition(ReadOnlySpan<long> position)
    {
        if (position.Length != SpatialRank)
            throw new ArgumentException($"position has {position.Length} indices; a {SpatialRank}-D plan takes {SpatialRank}.", nameof(position));
    }
}
