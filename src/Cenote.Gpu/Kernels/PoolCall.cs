using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>One pooling on a device: the plan, both tensors as bytes, and how they lie.</summary>
/// <param name="Device">Where.</param>
/// <param name="Stream">On which stream.</param>
/// <param name="Plan">What.</param>
/// <param name="Input">The input's memory.</param>
/// <param name="Output">The output's memory.</param>
/// <param name="ChannelsLast">Whether the channels of a position lie side by side.</param>
internal sealed record PoolCall(GpuDevice Device, GpuStream Stream, PoolPlan Plan, ArrayView<byte> Input, ArrayView<byte> Output, bool ChannelsLast)
{
    /// <summary>Items of one launch: 32-bit numbers count them, up to the end of the last group.</summary>
    public const long MostItems = int.MaxValue - KernelCache.MostThreads;

    public PlanWindows Windows { get; } = Device.Plans[Plan];

    /// <summary>The planes, or where channels lie side by side the images, of this call: all of the plan's, or some.</summary>
    public long Outers { get; init; } = ChannelsLast ? Plan.Batch : Plan.Batch * Plan.Channels;

    /// <summary>The call for some planes, or images: its memory begins with theirs.</summary>
    public PoolCall Part(long outer, long count)
    {
        return this with { Input = Of(Input), Output = Of(Output), Outers = count };

        ArrayView<byte> Of(ArrayView<byte> all)
        {
            long each = all.Length / Outers;
            return all.SubView(outer * each, count * each);
        }
    }

    /// <summary>What stands for the numbers of chosen taps where there are none: any memory.</summary>
    public ArrayView<byte> NoNumbers => Input;

    /// <summary>How many planes, or images, have their turn at once in a call that needs so many bytes for each of them meanwhile.</summary>
    public long AtOnce(long bytes) => Math.Clamp(Device.ScratchBytes / Math.Max(1, bytes), 1, Math.Max(1, Outers));

    /// <summary>Whether so many channels can be moved in one access.</summary>
    public bool Packs(int channels) => ChannelsLast && Plan.Channels % channels == 0 && IsAligned;

    /// <summary>Whether both tensors begin where 16 bytes can be moved in one access. OpenCL's pointers are handles, of memory that begins where any type may lie.</summary>
    public bool IsAligned => Device.Info.Backend == GpuBackend.OpenCl || (Input.LoadEffectiveAddressAsPtr() | Output.LoadEffectiveAddressAsPtr()) % 16 == 0;

    /// <summary>Whether each output is one of its window's taps.</summary>
    public bool Chooses { get; init; }

    /// <summary>The walks that make all outputs, of elements that hold so many channels each, in items of so many rows and columns.</summary>
    public IEnumerable<Walk> Walks(int channelsPerItem = 1, int itemRows = 1, int itemColumns = 1) => Walks(channelsPerItem, itemRows, itemColumns, Plan.Depth.OutputLength, Plan.Height.OutputLength, Plan.Width.OutputLength);

    /// <summary>The walks over planes of these lengths.</summary>
    public IEnumerable<Walk> Walks(int channelsPerItem, int itemRows, int itemColumns, long depths, long heights, long columns)
    {
        long channels = ChannelsLast ? Plan.Channels / channelsPerItem : 1, width = channels, height = width * Plan.Width.InputLength, depth = height * Plan.Height.InputLength;
        if (Math.Max(Math.Max(depths, heights), Math.Max(columns, channels)) > MostItems) throw new NotSupportedException($"{Plan} has more outputs along an axis, or more channels, than kernels count.");
        long[] items = [(columns + itemColumns - 1) / itemColumns, (heights + itemRows - 1) / itemRows, depths, Outers], atOnce = ItemsAtOnce(items, MostItems / channels);
        return
            from outer in Starts(3)
            from d in Starts(2)
            from row in Starts(1)
            from column in Starts(0)
            let now = (Columns: Now(column, 0), Rows: Now(row, 1), Depths: Now(d, 2))
            select new Walk
            {
                Channels = new((int)channels),
                Columns = new(now.Columns),
                Rows = new(now.Rows),
                Depths = new(now.Depths),
                Items = checked((int)(channels * now.Columns * now.Rows * now.Depths * Now(outer, 3))),
                FirstColumn = (int)(column * itemColumns),
                FirstRow = (int)(row * itemRows),
                FirstDepth = (int)d,
                FirstOuter = outer,
                ItemRows = itemRows,
                ItemColumns = itemColumns,
                OutDepths = (int)depths,
                OutRows = (int)heights,
                OutColumns = (int)columns,
                InRows = (int)Plan.Height.InputLength,
                InColumns = (int)Plan.Width.InputLength,
                Outer = depth * Plan.Depth.InputLength,
                InDepth = depth,
                InHeight = height,
                InWidth = width,
                Depth = Windows.Depth,
                Height = Windows.Height,
                Width = Windows.Width,
                DivisorOverride = Plan.DivisorOverride ?? 0,
                ReadsPadding = Plan.ReadsPadding ? 1 : 0,
            };

        IEnumerable<long> Starts(int axis)
        {
            for (long from = 0; from < items[axis]; from += atOnce[axis]) yield return from;
        }

        int Now(long from, int axis) => (int)Math.Min(atOnce[axis], items[axis] - from);
    }

    /// <summary>How many items of each axis one launch makes: of the first axis that does not fit a part, and one of each beyond it.</summary>
    private static long[] ItemsAtOnce(long[] items, long room)
    {
        var atOnce = new long[items.Length];
        for (int axis = 0; axis < items.Length; axis++)
        {
            atOnce[axis] = Math.Clamp(items[axis], 1, Math.Max(1, room));
            room = atOnce[axis] < items[axis] ? 0 : room / atOnce[axis];
        }

        return atOnce;
    }
}
