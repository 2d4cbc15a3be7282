using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>A walk over values and their places, plane by plane and line by line; where channels lie side by side, a line is some of the channels of a pixel.</summary>
internal abstract unsafe class UnpoolWalk<TIndices>(UnpoolShape shape, TIndices indices, bool alongChannels) : PoolKernel
    where TIndices : struct, IPlaneIndices
{
    /// <summary>Channels of a unit where they lie side by side: the cache lines that neighbours share are written at once.</summary>
    protected const long BlockOfChannels = 64;

    /// <summary>The longest line.</summary>
    private const int Longest = 256;

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is a block of planes.</summary>
    public override long Units(in PoolJob job) => shape.Batch * Blocks;

    /// <summary>Two nanoseconds per value, a quarter per position.</summary>
    public override double Cost(in PoolJob job) => 2.0 * shape.Values + 0.25 * shape.Batch * shape.Channels * shape.Plane;

    protected UnpoolShape Shape => shape;

    /// <summary>Whether lines run along the channels; else along the width.</summary>
    protected bool AlongChannels => alongChannels;

    private long Block => alongChannels ? BlockOfChannels : 1;

    private long Blocks => (shape.Channels + Block - 1) / Block;

    public override void Run(in PoolJob job, long first, long end)
    {
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, number) = Math.DivRem(unit, Blocks);
            Run(n, number * Block, Math.Min(shape.Channels, (number + 1) * Block));
        }
    }

    /// <summary>Walks the planes of some channels.</summary>
    protected abstract void Run(long n, long channel, long endChannel);

    /// <summary>Takes every line of some channels, in row-major order or the other way round.</summary>
    protected void Walk(long n, long channel, long endChannel, bool backwards)
    {
        long* flats = stackalloc long[Longest];
        long lines = shape.Depths * shape.Rows, pieces = alongChannels ? shape.Columns : (shape.Columns + Longest - 1) / Longest;
        for (long number = 0; number < lines * pieces; number++)
        {
            var (line, piece) = Math.DivRem(backwards ? lines * pieces - 1 - number : number, pieces);
            var (d, h) = Math.DivRem(line, shape.Rows);
            var place = new OutputPlace(n, channel, d, h, alongChannels ? piece : piece * Longest);
            long count = alongChannels ? endChannel - channel : Math.Min(Longest, shape.Columns - place.W);
            indices.Read(flats, place, count, alongChannels);
            Take(flats, place, count);
        }
    }

    /// <summary>Does with a line what there is to do.</summary>
    protected abstract void Take(long* flats, in OutputPlace first, long count);
}

/// <summary>Looks for indices outside the plane, before anything is written.</summary>
internal sealed unsafe class UnpoolCheck<TIndices>(UnpoolShape shape, TIndices indices, bool alongChannels) : UnpoolWalk<TIndices>(shape, indices, alongChannels)
    where TIndices : struct, IPlaneIndices
{
    private readonly Lock _lock = new();

    public override string Name => "unpool check";

    /// <summary>The first place in row-major order whose index is at fault, and the index.</summary>
    public (OutputPlace Place, long Index)? Fault { get; private set; }

    protected override void Run(long n, long channel, long endChannel) => Walk(n, channel, endChannel, backwards: false);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void Take(long* flats, in OutputPlace first, long count)
    {
        ulong plane = (ulong)Shape.Plane;
        for (long i = 0; i < count; i++)
            if ((ulong)flats[i] >= plane && flats[i] != TapDecoder.None) Report(AlongChannels ? first with { C = first.C + i } : first with { W = first.W + i }, flats[i]);
    }

    private void Report(in OutputPlace place, long index)
    {
        lock (_lock)
            if (Fault is not { } fault || (place.N, place.C, place.D, place.H, place.W).CompareTo((fault.Place.N, fault.Place.C, fault.Place.D, fault.Place.H, fault.Place.W)) < 0) Fault = (place, index);
    }
}

/// <summary>Unpooling: zeros, and each value at its index. Where several values have one index, the last of them in row-major order stays.</summary>
// Bounds: the indices have been checked.
internal sealed unsafe class UnpoolKernel<T, TIndices>(UnpoolShape shape, TIndices indices, bool alongChannels, T* values, TensorLayout from, T* output, TensorLayout to) : UnpoolWalk<TIndices>(shape, indices, alongChannels)
    where T : unmanaged
    where TIndices : struct, IPlaneIndices
{
    private readonly PlaneAddress _address = new(shape.OutDepths, shape.OutRows, shape.OutColumns, to);

    public override string Name => "unpool";

    protected override void Run(long n, long channel, long endChannel)
    {
        Clear(output + n * to.Batch + channel * to.Channel, endChannel - channel);
        Walk(n, channel, endChannel, backwards: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void Take(long* flats, in OutputPlace first, long count)
    {
        T* plane = output + first.N * to.Batch + first.C * to.Channel, source = values + first.In(from);
        long next = AlongChannels ? from.Channel : from.Width, toNext = AlongChannels ? to.Channel : 0;
        for (long i = 0; i < count; i++)
            if (flats[i] != TapDecoder.None) plane[i * toNext + _address[flats[i]]] = source[i * next];
    }

    private void Clear(T* planes, long channels)
    {
        for (long d = 0; d < Shape.OutDepths; d++)
        {
            for (long h = 0; h < Shape.OutRows; h++)
            {
                T* row = planes + d * to.Depth + h * to.Height;
                if (to.Width == 1 && channels == 1) NativeMemory.Clear(row, (nuint)(Shape.OutColumns * sizeof(T)));
                else if (to.Channel == 1) ClearPixels(row, channels);
                else for (long w = 0; w < Shape.OutColumns; w++) for (long c = 0; c < channels; c++) row[w * to.Width + c * to.Channel] = default;
            }
        }
    }

    private void ClearPixels(T* row, long channels)
    {
        for (long w = 0; w < Shape.OutColumns; w++) new Span<T>(row + w * to.Width, (int)channels).Clear();
    }
}

/// <summary>The gradient of unpooling: the value that stayed at an index gets its gradient, those that it replaced get 0.</summary>
// Bounds: the indices have been checked.
internal sealed unsafe class UnpoolGradient<T, TIndices>(UnpoolShape shape, TIndices indices, bool alongChannels, T* gradient, TensorLayout from, T* result, TensorLayout to) : UnpoolWalk<TIndices>(shape, indices, alongChannels)
    where T : unmanaged
    where TIndices : struct, IPlaneIndices
{
    private readonly PlaneAddress _address = new(shape.OutDepths, shape.OutRows, shape.OutColumns, from);

    /// <summary>The bytes of one plane's bits: whether a later value lies at a position.</summary>
    private readonly long _bytes = (shape.Plane + 7) / 8;

    public override string Name => "unpool gradient";

    protected override void Run(long n, long channel, long endChannel)
    {
        NativeMemory.Clear(Taken(), (nuint)(_bytes * (endChannel - channel)));
        Walk(n, channel, endChannel, backwards: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    protected override void Take(long* flats, in OutputPlace first, long count)
    {
        T* plane = gradient + first.N * from.Batch + first.C * from.Channel, target = result + first.In(to);
        long next = AlongChannels ? from.Channel : 0, toNext = AlongChannels ? to.Channel : to.Width, bitsNext = AlongChannels ? _bytes : 0;
        byte* taken = Taken();
        for (long i = count - 1; i >= 0; i--)
        {
            long flat = flats[i];
            T value = default;
            if (flat != TapDecoder.None)
            {
                byte* bits = taken + i * bitsNext + flat / 8;
                int bit = 1 << (int)(flat % 8);
                if ((*bits & bit) == 0) value = plane[i * next + _address[flat]];
                *bits |= (byte)bit;
            }

            target[i * toNext] = value;
        }
    }

    private byte* Taken() => Scratch.Of(_bytes * (AlongChannels ? Math.Min(BlockOfChannels, Shape.Channels) : 1));
}
