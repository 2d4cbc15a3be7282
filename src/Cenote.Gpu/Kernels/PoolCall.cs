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
    /// <summary>Outputs of one launch: 32-bit numbers count them.</summary>
    private const long MostItems = 1 << 30;

    /// <summary>What a call may take at once for what it needs between kernels; more planes have their turn after each other.</summary>
    private const long MostBytes = 256 << 20;

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

    /// <summary>How many planes, or images, have their turn at once in a call that needs so many bytes for each of them meanwhile.</summary>
    public long AtOnce(long bytes) => Math.Clamp(MostBytes / Math.Max(1, bytes), 1, Math.Max(1, Outers));

    /// <summary>Whether so many channels can be moved in one access.</summary>
    public bool Packs(int channels) => ChannelsLast && Plan.Channels % channels == 0 && IsAligned(Input) && IsAligned(Output);

    /// <summary>The walks that make all outputs, of elements that hold so many channels each.</summary>
    public IEnumerable<Walk> Walks(int channelsPerItem = 1) => Walks(channelsPerItem, Plan.Depth.OutputLength, Plan.Height.OutputLength, Plan.Width.OutputLength);

    /// <summary>The walks over planes of these lengths.</summary>
    public IEnumerable<Walk> Walks(int channelsPerItem, long depths, long heights, long columns)
    {
        long channels = ChannelsLast ? Plan.Channels / channelsPerItem : 1, outers = Outers, allRows = depths * heights, perRow = channels * columns;
        if (allRows > int.MaxValue || perRow > MostItems) throw new NotSupportedException($"{Plan} has planes of more rows, or rows of more outputs, than kernels count.");
        long rows = Math.Clamp(MostItems / perRow, 1, allRows), outersAtOnce = rows < allRows ? 1 : Math.Clamp(MostItems / (perRow * allRows), 1, Math.Max(1, outers));
        long width = channels, height = width * Plan.Width.InputLength, depth = height * Plan.Height.InputLength;
        for (long outer = 0; outer < outers; outer += outersAtOnce)
        {
            for (long row = 0; row < allRows; row += rows)
            {
                int rowsNow = (int)Math.Min(rows, allRows - row);
                yield return new()
                {
                    Channels = new((int)channels),
                    Columns = new((int)columns),
                    Rows = new(rowsNow),
                    Heights = new((int)heights),
                    Items = (int)(Math.Min(outersAtOnce, outers - outer) * rowsNow * perRow),
                    FirstOuter = outer,
                    FirstRow = (int)row,
                    AllRows = (int)allRows,
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
            }
        }
    }

    /// <summary>OpenCL's pointers are handles, of memory that begins where any type may lie.</summary>
    private bool IsAligned(ArrayView<byte> view) => Device.Info.Backend == GpuBackend.OpenCl || view.LoadEffectiveAddressAsPtr() % 16 == 0;
}
