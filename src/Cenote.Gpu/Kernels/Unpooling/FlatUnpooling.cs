using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Unpooling by PyTorch's indices. They are looked at on the device, and the call waits for that, before anything is written; who owns a position is settled in memory of the stream, some planes at a time.</summary>
/// <param name="Device">Where.</param>
/// <param name="Stream">On which stream.</param>
/// <param name="Shape">Of the values and of the unpooled planes.</param>
/// <param name="Flat">One index per value.</param>
/// <param name="ChannelsLast">Whether the channels of a position lie side by side.</param>
internal sealed record FlatUnpooling(GpuDevice Device, GpuStream Stream, UnpoolShape Shape, ArrayView<long> Flat, bool ChannelsLast)
{
    private long Channels => ChannelsLast ? Shape.Channels : 1;

    private long Outers => ChannelsLast ? Shape.Batch : Shape.Batch * Shape.Channels;

    private long Positions => Shape.Depths * Shape.Rows * Shape.Columns;

    /// <summary>Puts values where they belong, and zeros elsewhere.</summary>
    public void Unpool<T>(ArrayView<T> values, ArrayView<T> result)
        where T : unmanaged
    {
        var fill = Device.Kernels.Get(typeof(FlatUnpoolKernel<T>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<int>, FlatWalk, T>(FlatUnpoolKernel<T>.Run));
        Each((outer, count, owners) =>
        {
            FlatWalk walk = Walk(0, count, Shape.Plane);
            fill(Stream.Stream, Device.Kernels.Threads(walk.Items), Part(values, outer, count, Positions), Part(result, outer, count, Shape.Plane), owners, walk, default);
        });
    }

    /// <summary>Gives each value that stayed what lies in its place, and the others 0.</summary>
    public void Return<T>(ArrayView<T> gradient, ArrayView<T> result)
        where T : unmanaged
    {
        var take = Device.Kernels.Get(typeof(FlatTakeKernel<T>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<long>, ArrayView<int>, FlatWalk, T>(FlatTakeKernel<T>.Run));
        Each((outer, count, owners) =>
        {
            FlatWalk walk = Walk(0, count, Positions);
            take(Stream.Stream, Device.Kernels.Threads(walk.Items), Part(gradient, outer, count, Shape.Plane), Part(result, outer, count, Positions), Part(Flat, outer, count, Positions), owners, walk, default);
        });
    }

    /// <summary>Looks at all indices, and waits until that is done.</summary>
    /// <exception cref="ArgumentException">An index lies outside its plane.</exception>
    /// <exception cref="NotSupportedException">A plane is larger than kernels count.</exception>
    public void Check(int spatialRank)
    {
        if ((UInt128)Math.Max(Shape.Plane, Positions) * (ulong)Channels > (ulong)PoolCall.MostItems)
            throw new NotSupportedException($"unpooling by flat indices needs planes of at most {PoolCall.MostItems} elements; those of {Shape.OutDepths}×{Shape.OutRows}×{Shape.OutColumns} positions and {Channels} channels side by side have more.");
        long atOnce = PoolCall.MostItems / (Positions * Channels);
        FlatWalk[] walks = [.. Starts(atOnce).Select(outer => Walk(outer, Math.Min(atOnce, Outers - outer), Positions))];
        var check = Device.Kernels.Get(typeof(FlatCheckKernel), accelerator => accelerator.LoadKernel<ArrayView<long>, FlatWalk, ArrayView<int>>(FlatCheckKernel.Run));
        if (IndexFault.First(Device, Stream, Flat, [.. walks.Select(walk => walk.Items)], (number, cell) => check(Stream.Stream, Device.Kernels.Threads(walks[number].Items), Flat, walks[number], cell)) is not { } fault) return;
        string size = PoolPlan.Text([.. ((nint[])[(nint)Shape.OutDepths, (nint)Shape.OutRows, (nint)Shape.OutColumns])[^spatialRank..]]);
        throw new ArgumentException($"indices has {fault.Index} for value {fault.Place(Shape.Channels, Shape.Depths, Shape.Rows, Shape.Columns, ChannelsLast).Text(spatialRank)}; it must be from 0 to {Shape.Plane - 1} (a plane of {size}), or -1 for nowhere.", "indices");
    }

    /// <summary>Settles the owners of some planes after the others, and does something with them.</summary>
    private void Each(Action<long, long, ArrayView<int>> use)
    {
        var own = Device.Kernels.Get(typeof(FlatOwnerKernel), accelerator => accelerator.LoadKernel<ArrayView<long>, ArrayView<int>, FlatWalk>(FlatOwnerKernel.Run));
        long plane = Shape.Plane * Channels, atOnce = Math.Clamp(Math.Min(Device.ScratchBytes / sizeof(int) / plane, PoolCall.MostItems / Math.Max(plane, Positions * Channels)), 1, Outers);
        Device.Guard("unpooling", () =>
        {
            ArrayView<int> all = Stream.Scratch(atOnce * plane * sizeof(int)).Cast<int>();
            foreach (long outer in Starts(atOnce))
            {
                long count = Math.Min(atOnce, Outers - outer);
                ArrayView<int> owners = all.SubView(0, count * plane);
                owners.MemSetToZero(Stream.Stream);
                FlatWalk walk = Walk(0, count, Positions);
                own(Stream.Stream, Device.Kernels.Threads(walk.Items), Part(Flat, outer, count, Positions), owners, walk);
                use(outer, count, owners);
            }
        });
    }

    private IEnumerable<long> Starts(long atOnce)
    {
        for (long outer = 0; outer < Outers; outer += atOnce) yield return outer;
    }

    private FlatWalk Walk(long outer, long count, long positions) => new()
    {
        Channels = new((int)Channels),
        Positions = new((int)positions),
        Items = (int)(count * positions * Channels),
        FirstOuter = outer,
        Values = Positions,
        Plane = Shape.Plane,
    };

    private ArrayView<T> Part<T>(ArrayView<T> all, long outer, long count, long positions)
        where T : unmanaged => all.SubView(outer * positions * Channels, count * positions * Channels);
}
