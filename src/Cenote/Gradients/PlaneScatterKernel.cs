using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps in small planes, row by row: zeros, and each window adds its gradient where it belongs, in the order of the windows. Where that is is worked out
/// on registers, for a row of windows; eight planes in turn, that no addition waits for the one before.
/// </summary>
internal sealed unsafe class PlaneScatterKernel<T> : PoolKernel
    where T : unmanaged, INumber<T>
{
    /// <summary>With fewer windows per input, looking at all of them is as fast, but in planes of so few bytes that the first-level cache holds those in turn. Measured.</summary>
    private const long ManyWindows = 16, FewBytes = 4 << 10;

    /// <summary>And of so many with a window to four inputs at most, but where tiles are made of single windows at strides that they write at once. Measured.</summary>
    private const long FewBytesOfFewWindows = 16 << 10, InputsPerWindow = 4, LongStride = 3;

    /// <summary>Bytes of a plane: eight of them stay in a second-level cache, and positions are numbers of 16 bits, with room for those in the padding.</summary>
    private const long MostBytes = 32 << 10;

    private const long Together = 8, LongestRow = 256;

    /// <summary>From a plane's places to the next one's: not a power of two, whose multiples share places of the first-level cache.</summary>
    private const long Pitch = LongestRow + 16;

    /// <summary>Where a tap outside the input lies in its plane.</summary>
    private const ushort Nowhere = ushort.MaxValue;

    private static readonly long MostPositions = MostBytes / sizeof(T);

    /// <summary>Windows of a plane that are looked at together.</summary>
    private static readonly long Lanes = Vector128<ushort>.Count;

    public override string Name => "plane scatter";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        AxisPlan height = pooling.Height, width = pooling.Width;
        return job.Offsets.Start is not null && (plan.MaxCount >= ManyWindows || height.InputLength * width.InputLength <= Few(plan) / sizeof(T)) && plan.Channels >= Together && pooling.Depth is { Kernel: 1, InputLength: 1, OutputLength: 1 }
            && Fits(height) && Fits(width) && height.InputLength * width.InputLength <= MostPositions && width.OutputLength >= Lanes && width.OutputLength <= LongestRow && Together * job.OutputLayout.Channel <= int.MaxValue / sizeof(T)
            // What a division by the kernel's width comes to is exact; by 1 the factor would have no room.
            && width.Kernel > 1 && pooling.Taps * width.Kernel <= ushort.MaxValue
            && job.InputLayout.Width == 1 && job.Offsets.Layout.Width == 1 && job.OutputLayout.Width == 1 && (height.InputLength == 1 || job.OutputLayout.Height == width.InputLength);
    }

    /// <summary>One unit is some planes.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Groups(job.Plan);

    /// <summary>Half a nanosecond per window, and a tenth per input.</summary>
    public override double Cost(in PoolJob job) => 0.5 * job.Plan.InputElements + 0.1 * job.Plan.OutputElements;

    // Bounds: what lies outside the input is nowhere.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        TensorLayout from = job.InputLayout, to = job.OutputLayout, marks = job.Offsets.Layout;
        long columns = pooling.Width.OutputLength, rows = pooling.Height.OutputLength, positions = pooling.Height.InputLength * pooling.Width.InputLength, share = positions / rows, pitch = marks.Channel * job.Offsets.Size;
        uint* places = (uint*)Scratch.Of(Together * Pitch * sizeof(uint) + columns * sizeof(ushort));
        ushort* starts = (ushort*)(places + Together * Pitch);
        for (long w = 0; w < columns; w++) starts[w] = (ushort)pooling.Width.Start(w);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, group) = Math.DivRem(unit, Groups(plan));
            long channel = group * Together, planes = Math.Min(Together, plan.Channels - channel);
            T* gradients = (T*)job.Input + n * from.Batch + channel * from.Channel, sums = (T*)job.Output + n * to.Batch + channel * to.Channel;
            byte* offsets = job.Offsets.Start + (n * marks.Batch + channel * marks.Channel) * job.Offsets.Size;
            for (long i = 0; i < planes; i++) NativeMemory.Clear(sums + i * to.Channel, (nuint)(positions * sizeof(T)));
            for (long h = 0; h < rows; h++, gradients += from.Height, offsets += marks.Height * job.Offsets.Size)
            {
                for (long i = 0; i < planes; i++)
                {
                    // The same of the next planes, for rows end before the machine's prefetchers see a pattern.
                    Prefetch.Behind(gradients + i * from.Channel, columns * sizeof(T), Together * from.Channel * sizeof(T));
                    Prefetch.Behind(offsets + i * pitch, columns * job.Offsets.Size, Together * pitch);
                    Prefetch.Behind(sums + i * to.Channel + h * share, share * sizeof(T), Together * to.Channel * sizeof(T));
                }

                bool areInside = job.Offsets.Size == 1 ? Locate<byte>(pooling, h, offsets, pitch, planes, starts, places, to.Channel) : Locate<ushort>(pooling, h, offsets, pitch, planes, starts, places, to.Channel);
                if (areInside && planes == Together) AddEight((byte*)gradients, (nint)(from.Channel * sizeof(T)), places, (byte*)sums, columns);
                else for (long i = 0; i < planes; i++) AddInside(gradients + i * from.Channel, places + i * Pitch, (byte*)sums, (uint)(i * to.Channel * sizeof(T)), columns);
            }
        }
    }

    private static long Few(PoolPlan plan) =>
        plan.OutputElements >= InputsPerWindow * plan.InputElements && (plan.MaxCount > 1 || plan.Transposed.Width.Stride >= LongStride) ? FewBytesOfFewWindows : FewBytes;

    private static long Groups(PoolPlan plan) => (plan.Channels + Together - 1) / Together;

    private static bool Fits(AxisPlan axis) => axis.Slides && axis.InputLength <= MostPositions && axis.Span <= MostPositions && axis.Stride <= MostPositions;

    /// <summary>How many bytes behind the first plane's first input the taps lie that a row of windows chose in each of some planes, two of them at a time; whether all lie inside.</summary>
    // Bounds: the last register steps back over places already written; behind an odd plane there is room for it again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Locate<TMark>(PoolPlan pooling, long h, byte* offsets, long pitch, long planes, ushort* starts, uint* places, long next)
        where TMark : unmanaged
    {
        AxisPlan height = pooling.Height, width = pooling.Width;
        // A call, around which no register stays one.
        long start = height.Start(h), count = width.OutputLength;
        Vector256<ushort> perRow = Fill((1 << 16) / width.Kernel + 1), taps = Fill(width.Kernel), down = Fill(height.Dilation), across = Fill(width.Dilation), size = Fill(sizeof(T));
        Vector256<ushort> top = Fill(start), row = Fill(width.InputLength * sizeof(T)), lastRow = Fill(height.InputLength - 1), lastColumn = Fill(width.InputLength - 1), inside = Vector256<ushort>.AllBitsSet;
        Vector256<uint> plane = default, toNext = Vector256.Create((uint)(next * sizeof(T)));
        for (long i = 0; i < planes; i += 2, offsets += 2 * pitch, places += 2 * Pitch, plane += toNext + toNext)
        {
            byte* second = i + 1 < planes ? offsets + pitch : offsets;
            for (long w = 0; w < count; w += Lanes)
            {
                w = Math.Min(w, count - Lanes);
                Vector256<ushort> numbers = Vector256.Create(Numbers<TMark>(offsets + w * sizeof(TMark)), Numbers<TMark>(second + w * sizeof(TMark)));
                Vector128<ushort> column = Vector128.Load(starts + w);
                Vector256<ushort> tapRows = Lanes256<ushort>.MultiplyHigh(new(numbers), new(perRow)).Value, y = tapRows * down + top, x = (numbers - tapRows * taps) * across + Vector256.Create(column, column);
                // Before the first one is, without a sign, far behind the last.
                Vector256<ushort> areInside = Vector256.Equals(Vector256.Min(y, lastRow), y) & Vector256.Equals(Vector256.Min(x, lastColumn), x), place = (y * row + x * size) | ~areInside;
                inside &= areInside;
                (Vector256.WidenLower(place) + plane).Store(places + w);
                (Vector256.WidenUpper(place) + plane + toNext).Store(places + Pitch + w);
            }
        }

        return inside == Vector256<ushort>.AllBitsSet;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Numbers<TMark>(byte* from)
        where TMark : unmanaged => sizeof(TMark) == 1 ? Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()) : Vector128.Load((ushort*)from);

    /// <summary>A number in every lane; of a negative one the bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Fill(long number) => Vector256.Create((ushort)number);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEight(byte* gradients, nint plane, uint* places, byte* sums, long count)
    {
        nint thrice = 3 * plane;
        byte* fifth = gradients + 4 * plane;
        for (uint* end = places + count; places < end; places++, gradients += sizeof(T), fifth += sizeof(T))
        {
            AddFour(gradients, plane, thrice, places, sums);
            AddFour(fifth, plane, thrice, places + 4 * Pitch, sums);
        }
    }

    /// <summary>A window of each of four planes. All sums are loaded before one is stored: a load that might be of what was just stored waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFour(byte* gradients, nint plane, nint thrice, uint* places, byte* sums)
    {
        T* first = (T*)(sums + places[0]), second = (T*)(sums + places[Pitch]), third = (T*)(sums + places[2 * Pitch]), fourth = (T*)(sums + places[3 * Pitch]);
        T a = *first + *(T*)gradients, b = *second + *(T*)(gradients + plane), c = *third + *(T*)(gradients + 2 * plane), d = *fourth + *(T*)(gradients + thrice);
        *first = a;
        *second = b;
        *third = c;
        *fourth = d;
    }

    /// <summary>Windows of one plane, of which some may have chosen nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddInside(T* gradients, uint* places, byte* sums, uint plane, long count)
    {
        for (long w = 0; w < count; w++)
            if (places[w] - plane != Nowhere) *(T*)(sums + places[w]) += gradients[w];
    }
}
