using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Dense pixels of two to four channels as planes, and back, by shuffles of 16 bytes: as many registers of pixels as there are channels hold a register of each.</summary>
internal readonly unsafe struct PixelPlanes : IPlaneCopy
{
    private const long FewestChannels = 2, MostChannels = 4;

    /// <summary>How many orders of bytes there are at most, of pixels and of planes.</summary>
    private const int Orders = 2 * (int)(MostChannels * MostChannels);

    private const byte Nothing = byte.MaxValue;

    private readonly long _channels, _size;

    /// <summary>Orders once worked out, by channels and size: for each image anew they would take longer than a small one is pooled.</summary>
    private static readonly Vector128<byte>[]?[] Kept = new Vector128<byte>[(MostChannels + 1) * Unsafe.SizeOf<Vector128<byte>>()][];

    /// <summary>Where the bytes of each result lie in each of the registers that it is made of.</summary>
    private readonly Vector128<byte>* _split, _join;

    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="size">Bytes of an element.</param>
    private PixelPlanes(long channels, int size)
    {
        (_channels, _size) = (channels, size);
        ref Vector128<byte>[]? kept = ref Kept[channels * Register + size];
        // Of two threads that write them both take the first one's: nothing would keep the other's in memory.
        Vector128<byte>[] orders = Volatile.Read(ref kept) ?? Interlocked.CompareExchange(ref kept, Written(channels, size), null) ?? kept;
        _split = (Vector128<byte>*)Unsafe.AsPointer(ref orders[0]);
        _join = _split + channels * channels;
    }

    /// <summary>What a row must have at least, in bytes of a plane.</summary>
    private static int Register => Vector128<byte>.Count;

    public static string Name => "planar";

    /// <summary>
    /// Lanes across so few channels would be empty for the most part, and those across the width would have to pick their taps. Of elements of four bytes small windows go pixel by pixel all the same:
    /// taking pixels apart costs as much for each input as a tap does for each output, of two taps for each channel and input. Measured.
    /// </summary>
    public static bool Suits(in PoolJob job, int size)
    {
        PoolPlan plan = job.Plan;
        if (size == 4 && plan.Height.MaxCount * plan.Width.MaxCount <= 2 * plan.Channels * plan.Height.Stride * plan.Width.Stride) return false;
        return Vector128.IsHardwareAccelerated && plan.Channels is >= FewestChannels and <= MostChannels && plan.Channels * size < Register && !plan.HasSingleTaps
            && plan.Depth is { InputLength: 1, OutputLength: 1 } && plan.Width.LaneStride > 1
            && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.InputLayout.Width == plan.Channels && job.OutputLayout.Width == plan.Channels
            && Math.Min(plan.Width.InputLength, plan.Width.OutputLength) * size >= Register;
    }

    /// <summary>Larger bands are no longer in a cache.</summary>
    public static long MostBytes => 1 << 22;

    public static long Channels(in PoolJob job) => job.Plan.Channels;

    public static void Split(byte* from, in TensorLayout layout, in PlaneBox box, byte* to, int size)
    {
        var pixels = new PixelPlanes(box.Channels, size);
        for (long h = 0; h < box.Rows; h++) pixels.Split(from + h * layout.Height * size, box.Width, to + h * box.Width * size, box.Pitch * size);
    }

    public static void Join(byte* from, in PlaneBox box, byte* to, in TensorLayout layout, int size)
    {
        var pixels = new PixelPlanes(box.Channels, size);
        for (long h = 0; h < box.Rows; h++) pixels.Join(from + h * box.Width * size, box.Pitch * size, box.Width, to + h * layout.Height * size);
    }

    /// <summary>Takes a row of pixels apart.</summary>
    /// <param name="pixels">The row.</param>
    /// <param name="count">How many pixels.</param>
    /// <param name="planes">The first channel's row; the others lie <paramref name="pitch"/> bytes apart.</param>
    /// <param name="pitch">From plane to plane.</param>
    private void Split(byte* pixels, long count, byte* planes, long pitch) => Mix(new(pixels, _channels, Register), new(planes, 1, pitch), count * _size, _split);

    /// <summary>Puts rows of planes together as pixels.</summary>
    /// <inheritdoc cref="Split(byte*, long, byte*, long)"/>
    private void Join(byte* planes, long pitch, long count, byte* pixels) => Mix(new(planes, 1, pitch), new(pixels, _channels, Register), count * _size, _join);

    /// <summary>The orders of splitting, and behind them those of joining.</summary>
    private static Vector128<byte>[] Written(long channels, int size)
    {
        Vector128<byte>[] orders = GC.AllocateArray<Vector128<byte>>(Orders, pinned: true);
        Span<byte> split = MemoryMarshal.AsBytes(orders.AsSpan()), join = split[(int)(channels * channels * Register)..];
        for (int result = 0; result < channels; result++)
        {
            for (int i = 0; i < Register; i++)
            {
                Set(split, result, i, (i / size * channels + result) * size + i % size);
                var (element, part) = Math.DivRem(result * Register + i, size);
                var (pixel, plane) = Math.DivRem(element, channels);
                Set(join, result, i, plane * Register + pixel * size + part);
            }
        }

        return orders;

        // Byte i of a result comes from one of the registers, which are numbered on end.
        void Set(Span<byte> all, int result, int i, long from)
        {
            for (int register = 0; register < channels; register++) all[(int)((result * channels + register) * Register) + i] = from / Register == register ? (byte)(from % Register) : Nothing;
        }
    }

    private void Mix(Side from, Side to, long bytes, Vector128<byte>* orders)
    {
        switch (_channels)
        {
            case 2: Two(from, to, bytes, orders); break;
            case 3: Three(from, to, bytes, orders); break;
            default: Four(from, to, bytes, orders); break;
        }
    }

    /// <summary>Bytes in another order; where it says <see cref="Nothing"/>, 0.</summary>
    // The instructions of these two have it so; of others that is not promised, and not so in a browser.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Pick(Vector128<byte> bytes, Vector128<byte> order) =>
        Ssse3.IsSupported || AdvSimd.Arm64.IsSupported ? Vector128.ShuffleNative(bytes, order) : Vector128.Shuffle(bytes, order);

    // Bounds: the last registers step back, over what the ones before made.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(Side from, Side to, long bytes, Vector128<byte>* orders)
    {
        Vector128<byte> o1 = orders[0], o2 = orders[1], o3 = orders[2], o4 = orders[3];
        for (long i = 0; i < bytes; i += Register)
        {
            long at = Math.Min(i, bytes - Register);
            byte* start = from.At(at), result = to.At(at);
            Prefetch.Line(start + Prefetch.Distance);
            Vector128<byte> a = Vector128.Load(start), b = Vector128.Load(start + from.Pitch);
            (Pick(a, o1) | Pick(b, o2)).Store(result);
            (Pick(a, o3) | Pick(b, o4)).Store(result + to.Pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Three(Side from, Side to, long bytes, Vector128<byte>* orders)
    {
        Vector128<byte> o1 = orders[0], o2 = orders[1], o3 = orders[2], o4 = orders[3], o5 = orders[4], o6 = orders[5], o7 = orders[6], o8 = orders[7], o9 = orders[8];
        for (long i = 0; i < bytes; i += Register)
        {
            long at = Math.Min(i, bytes - Register);
            byte* start = from.At(at), result = to.At(at);
            Prefetch.Line(start + Prefetch.Distance);
            Vector128<byte> a = Vector128.Load(start), b = Vector128.Load(start + from.Pitch), c = Vector128.Load(start + 2 * from.Pitch);
            (Pick(a, o1) | Pick(b, o2) | Pick(c, o3)).Store(result);
            (Pick(a, o4) | Pick(b, o5) | Pick(c, o6)).Store(result + to.Pitch);
            (Pick(a, o7) | Pick(b, o8) | Pick(c, o9)).Store(result + 2 * to.Pitch);
        }
    }

    // Sixteen orders are more than there are registers: they stay in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(Side from, Side to, long bytes, Vector128<byte>* orders)
    {
        for (long i = 0; i < bytes; i += Register)
        {
            long at = Math.Min(i, bytes - Register);
            byte* start = from.At(at), result = to.At(at);
            Prefetch.Line(start + Prefetch.Distance);
            Vector128<byte> a = Vector128.Load(start), b = Vector128.Load(start + from.Pitch), c = Vector128.Load(start + 2 * from.Pitch), d = Vector128.Load(start + 3 * from.Pitch);
            for (Vector128<byte>* order = orders; order < orders + 16; order += 4, result += to.Pitch)
                (Pick(a, order[0]) | Pick(b, order[1]) | Pick(c, order[2]) | Pick(d, order[3])).Store(result);
        }
    }

    /// <summary>Registers that belong together, and where the next ones lie.</summary>
    private readonly struct Side(byte* start, long step, long pitch)
    {
        public readonly long Pitch = pitch;

        /// <summary>The first of the registers for the bytes of a plane from this one on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* At(long position) => start + position * step;
    }
}
