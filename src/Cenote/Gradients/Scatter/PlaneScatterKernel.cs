using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cenote;

/// <summary>
/// Gradients of chosen taps in small planes, row by row: zeros, and each window adds its gradient where it belongs, in the order of the windows. Where that is is worked out
/// on registers, for a row of windows, or for as many short ones as make a long one; eight planes in turn, that no addition waits for the one before.
/// </summary>
internal sealed unsafe class PlaneScatterKernel<T> : PoolKernel
    where T : unmanaged, INumber<T>
{
    /// <summary>With fewer windows per input, looking at all of them is as fast, but in planes of so few bytes that the first-level cache holds those in turn. Measured.</summary>
    private const long ManyWindows = 16, FewBytes = 4 << 10;

    /// <summary>Nor with fewer inputs per window, but of so many most of the work is writing zeros. Measured.</summary>
    private const long ManyInputs = 3;

    /// <summary>Bytes of a plane: eight of them stay in a second-level cache. Where tiles are slow, or the third-level cache holds the result, planes with few windows may have more, as long as eight of them are no long unit. Measured.</summary>
    private const long MostBytes = 32 << 10, MostSparseBytes = 256 << 10, NearBytes = 8 << 20;

    /// <summary>Strides at which tiles do not write rows at once, and rows that are too short for that.</summary>
    private const long LongStride = 3, ShortRow = 32;

    /// <summary>Bytes of the rows that windows beside each other read, and lengths of an axis: numbers of 16 bits, with room for those in the padding.</summary>
    private const long MostReach = 62 << 10, MostLength = 8 << 10;

    /// <summary>Of planes of more bytes what is asked for too early is gone again. Measured.</summary>
    private const long LargeBytes = 8 << 10;

    /// <summary>How many rows of those are asked for ahead.</summary>
    private const long RowsAhead = 2;

    private const long Together = 8, LongestRow = 256;

    /// <summary>Windows that are worked on as one with registers of 512 bits: of more too many cache lines would be asked for at once. Measured.</summary>
    private const long LongestLongLine = 128;

    /// <summary>From a plane's places to the next one's: not a power of two, whose multiples share places of the first-level cache.</summary>
    private const long Pitch = LongestRow + 16;

    /// <summary>Where a tap outside the input lies in its plane.</summary>
    private const ushort Nowhere = ushort.MaxValue;

    /// <summary>Windows of a plane that are looked at together, and those of long lines.</summary>
    private static readonly long Lanes = Vector128<ushort>.Count, LongLanes = Vector512<ushort>.Count;

    public override string Name => "plane scatter";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        AxisPlan height = pooling.Height, width = pooling.Width;
        long bytes = height.InputLength * width.InputLength * sizeof(T);
        bool isFew = plan.Channels < Together, areSlow = width.Stride >= LongStride || width.InputLength < ShortRow, isNear = plan.MaxCount > 1 && plan.OutputElements <= NearBytes / sizeof(T);
        bool isSparse = plan.OutputElements >= ManyInputs * plan.InputElements && (areSlow || !isFew) && bytes <= (areSlow || isNear ? MostSparseBytes : MostBytes);
        bool areDense = !isFew && bytes <= MostBytes && (plan.MaxCount >= ManyWindows || bytes <= FewBytes);
        return job.Offsets.Start is not null && (isSparse || areDense) && pooling.Depth is { Kernel: 1, InputLength: 1, OutputLength: 1 }
            && Fits(height) && Fits(width) && new LineCut(job).CanRun && Together * job.OutputLayout.Channel <= int.MaxValue / sizeof(T)
            // What a division by the kernel's width comes to is exact.
            && pooling.Taps * width.Kernel <= ushort.MaxValue
            && job.InputLayout.Width == 1 && (job.Offsets.Layout.Width == 1 || width.OutputLength == 1) && job.OutputLayout.Width == 1 && (height.InputLength == 1 || job.OutputLayout.Height == width.InputLength);
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
        var cut = new LineCut(job);
        long columns = pooling.Width.OutputLength, rows = pooling.Height.OutputLength, positions = pooling.Height.InputLength * pooling.Width.InputLength, pitch = marks.Channel * job.Offsets.Size, together = cut.Rows;
        long share = positions / rows;
        bool isLarge = positions * sizeof(T) > LargeBytes;
        uint* places = (uint*)Scratch.Of(Together * Pitch * sizeof(uint) + 2 * LongestRow * sizeof(ushort));
        ushort* starts = (ushort*)(places + Together * Pitch);
        for (long w = 0; w < together * columns; w++)
        {
            starts[w] = (ushort)pooling.Width.Start(w % columns);
            starts[LongestRow + w] = (ushort)(w / columns * pooling.Height.Stride);
        }

        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (n, group) = Math.DivRem(unit, Groups(plan));
            long channel = group * Together, planes = Math.Min(Together, plan.Channels - channel);
            T* gradients = (T*)job.Input + n * from.Batch + channel * from.Channel, sums = (T*)job.Output + n * to.Batch + channel * to.Channel;
            byte* offsets = job.Offsets.Start + (n * marks.Batch + channel * marks.Channel) * job.Offsets.Size;
            for (long h = 0, row = 0; h < rows; h += together, gradients += together * from.Height, offsets += together * marks.Height * job.Offsets.Size)
            {
                long lines = Math.Min(together, rows - h), count = lines * columns;
                // Of a small plane all rows at once, of a large one those that these windows read, behind the last ones all that are left.
                long ready = !isLarge || h + lines == rows ? plan.Height.OutputLength : Math.Clamp(pooling.Height.Start(h + lines - 1) + pooling.Height.Span, row, plan.Height.OutputLength), fresh = (ready - row) * pooling.Width.InputLength;
                for (long i = 0; fresh > 0 && i < planes; i++) NativeMemory.Clear(sums + i * to.Channel + row * pooling.Width.InputLength, (nuint)(fresh * sizeof(T)));
                // The same of the next planes, for rows end before the machine's prefetchers see a pattern; of large planes the rows behind these.
                Ask((byte*)gradients, from.Channel * sizeof(T), planes, count * sizeof(T), (isLarge ? RowsAhead * together * from.Height : Together * from.Channel) * sizeof(T));
                Ask(offsets, pitch, planes, count * job.Offsets.Size, isLarge ? RowsAhead * together * marks.Height * job.Offsets.Size : Together * pitch);
                byte* top = (byte*)(sums + pooling.Height.Start(h) * pooling.Width.InputLength);
                bool areInside = job.Offsets.Size == 1 ? Locate<byte>(cut, pooling, h, count, offsets, pitch, planes, starts, places, to.Channel) : Locate<ushort>(cut, pooling, h, count, offsets, pitch, planes, starts, places, to.Channel);
                // Apart from the others, that fewer lines are on their way at once.
                if (isLarge) Ask((byte*)(sums + row * pooling.Width.InputLength), to.Channel * sizeof(T), planes, fresh * sizeof(T), RowsAhead * fresh * sizeof(T));
                else Ask((byte*)(sums + h * share), to.Channel * sizeof(T), planes, lines * share * sizeof(T), Together * to.Channel * sizeof(T));
                row = ready;
                if (areInside && planes == Together) AddEight((byte*)gradients, (nint)(from.Channel * sizeof(T)), places, top, count);
                else for (long i = 0; i < planes; i++) AddInside(gradients + i * from.Channel, places + i * Pitch, top, (uint)(i * to.Channel * sizeof(T)), count);
            }
        }
    }

    // No part of its caller, whose counters would be kept in memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Ask(byte* from, long step, long planes, long bytes, long ahead)
    {
        for (; planes > 0; planes--, from += step) Prefetch.Behind(from, bytes, ahead);
    }

    /// <summary>Rows of windows that are worked on as one line.</summary>
    private readonly struct LineCut
    {
        /// <summary>How many there are: of those that fill no register as many as have room, if they lie so.</summary>
        public readonly long Rows;

        /// <summary>Whether lines are long enough for registers of 512 bits; whether they fill one at all, and what one reads lies near enough.</summary>
        public readonly bool AreLong, CanRun;

        public LineCut(in PoolJob job)
        {
            PoolPlan plan = job.Plan, pooling = plan.Transposed;
            long rows = pooling.Height.OutputLength, columns = pooling.Width.OutputLength, bytes = pooling.Height.InputLength * pooling.Width.InputLength * sizeof(T);
            bool areApart = rows > 1 && (job.InputLayout.Height != columns || job.Offsets.Layout.Height != columns);
            // Of large planes more rows as one would be cleared, and asked for, too early.
            if (Registers.Exist(64) && (bytes <= LargeBytes || columns >= LongLanes)) Rows = Most(rows, columns, LongLanes, LongestLongLine, areApart);
            AreLong = Rows > 0 && Least(rows, columns, Rows) >= LongLanes && Reach(pooling, Rows) <= MostReach / sizeof(T);
            if (!AreLong) Rows = Most(rows, columns, Lanes, LongestRow, areApart);
            CanRun = columns <= LongestRow && Least(rows, columns, Rows) >= Lanes && Reach(pooling, Rows) <= MostReach / sizeof(T);
        }

        private static long Most(long rows, long columns, long lanes, long longest, bool areApart)
        {
            if (columns >= lanes || areApart) return 1;
            long most = longest / columns, lines = (rows + most - 1) / most;
            return (rows + lines - 1) / lines;
        }

        /// <summary>Windows of the last line, which are the fewest.</summary>
        private static long Least(long rows, long columns, long together) => ((rows - 1) % together + 1) * columns;

        /// <summary>Inputs from the first one that a line reads to the end of its last row.</summary>
        private static long Reach(PoolPlan pooling, long together) => (pooling.Height.Span + (together - 1) * pooling.Height.Stride) * pooling.Width.InputLength;
    }

    private static long Groups(PoolPlan plan) => (plan.Channels + Together - 1) / Together;

    private static bool Fits(AxisPlan axis) => axis.Slides && Math.Max(axis.InputLength, Math.Max(axis.Span, axis.Stride)) <= MostLength;

    private static bool Locate<TMark>(in LineCut cut, PoolPlan pooling, long h, long count, byte* offsets, long pitch, long planes, ushort* starts, uint* places, long next)
        where TMark : unmanaged =>
        Registers.Exist(64) && cut.AreLong ? Locate<TMark, Lanes512<ushort>, Lanes512<uint>>(pooling, h, count, offsets, pitch, planes, starts, places, next)
            : Locate<TMark, Lanes256<ushort>, Lanes256<uint>>(pooling, h, count, offsets, pitch, planes, starts, places, next);

    /// <summary>How many bytes behind the first plane's row in which the first window begins, be it outside the input, the taps lie that a line of windows chose in each of some planes; whether all lie inside. A register of 256 bits holds windows of two planes, one of 512 bits those of one.</summary>
    // Bounds: the last register steps back over places already written; behind an odd plane there is room for it again.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static bool Locate<TMark, TLanes, TPlaces>(PoolPlan pooling, long h, long count, byte* offsets, long pitch, long planes, ushort* starts, uint* places, long next)
        where TMark : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, ushort>
        where TPlaces : unmanaged, ILanes<TPlaces, uint>
    {
        AxisPlan height = pooling.Height, width = pooling.Width;
        // A call, around which no register stays one.
        long start = height.Start(h), side = sizeof(TLanes) == sizeof(Lanes512<ushort>) ? 1 : 2, lanes = TLanes.Count / side, upper = side == 1 ? lanes / 2 : Pitch;
        bool isSingle = width.Kernel == 1;
        TLanes perRow = Fill<TLanes>((1 << 16) / width.Kernel + 1), taps = Fill<TLanes>(width.Kernel), down = Fill<TLanes>(height.Dilation), across = Fill<TLanes>(width.Dilation), size = Fill<TLanes>(sizeof(T));
        TLanes top = Fill<TLanes>(start), row = Fill<TLanes>(width.InputLength * sizeof(T)), lastRow = Fill<TLanes>(height.InputLength - 1), lastColumn = Fill<TLanes>(width.InputLength - 1), all = Fill<TLanes>(-1), outside = default;
        uint nextBytes = (uint)(next * sizeof(T));
        TPlaces plane = default, toNext = TPlaces.Fill(nextBytes), toUpper = side == 1 ? default : toNext, step = TPlaces.Fill((uint)side * nextBytes);
        for (long i = 0; i < planes; i += side, offsets += side * pitch, places += side * Pitch, plane += step)
        {
            byte* second = i + 1 < planes ? offsets + pitch : offsets;
            for (long w = 0; w < count; w += lanes)
            {
                w = Math.Min(w, count - lanes);
                TLanes numbers = Numbers<TMark, TLanes>(offsets + w * sizeof(TMark), second + w * sizeof(TMark));
                TLanes column = Numbers<ushort, TLanes>((byte*)(starts + w), (byte*)(starts + w)), line = Numbers<ushort, TLanes>((byte*)(starts + LongestRow + w), (byte*)(starts + LongestRow + w));
                TLanes tapRows = isSingle ? numbers : TLanes.MultiplyHigh(numbers, perRow), below = tapRows * down + line, y = below + top, x = (numbers - tapRows * taps) * across + column;
                // Before the first one is, without a sign, far behind the last.
                TLanes isOutside = (TLanes.Equal(TLanes.Min(y, lastRow), y) & TLanes.Equal(TLanes.Min(x, lastColumn), x)) ^ all, place = (below * row + x * size) | isOutside;
                outside |= isOutside;
                (TPlaces lowerPlaces, TPlaces upperPlaces) = TLanes.Widen<TPlaces>(place);
                TPlaces.Store(lowerPlaces + plane, places + w);
                TPlaces.Store(upperPlaces + plane + toUpper, places + w + upper);
            }
        }

        return TLanes.IsZero(outside);
    }

    /// <summary>Numbers of windows of two planes side by side, or of as many of the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Numbers<TMark, TLanes>(byte* first, byte* second)
        where TMark : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, ushort>
    {
        if (sizeof(TLanes) == sizeof(Lanes512<ushort>)) return TLanes.LoadUnsigned(first, sizeof(TMark));
        return Unsafe.BitCast<Vector256<ushort>, TLanes>(Vector256.Create(Numbers<TMark>(first), Numbers<TMark>(second)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Numbers<TMark>(byte* from)
        where TMark : unmanaged => sizeof(TMark) == 1 ? Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()) : Vector128.Load((ushort*)from);

    /// <summary>A number in every lane; of a negative one the bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Fill<TLanes>(long number)
        where TLanes : unmanaged, ILanes<TLanes, ushort> => TLanes.Fill((ushort)number);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddInside(T* gradients, uint* places, byte* sums, uint plane, long count)
    {
        for (long w = 0; w < count; w++)
            if (places[w] - plane != Nowhere) *(T*)(sums + places[w]) += gradients[w];
    }
}
