using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>Between the numbers of chosen taps and PyTorch's indices.</summary>
internal static class IndexConversion
{
    public static void ToFlat(PoolCall call, NumberMemory numbers) => numbers.Use(new ToFlatUse(call, numbers));

    /// <exception cref="ArgumentException">An index is no tap of its window.</exception>
    public static void FromFlat(PoolCall call, NumberMemory numbers) => numbers.Use(new FromFlatUse(call, numbers));

    private sealed record ToFlatUse(PoolCall Call, NumberMemory Numbers) : INumberUse
    {
        public void Run<TNumber, TNumbers>()
            where TNumber : unmanaged
            where TNumbers : unmanaged, INumberFormat<TNumber>
        {
            KernelCache kernels = Call.Device.Kernels;
            var launch = kernels.Get(typeof(ToFlatKernel<TNumber, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<TNumber>, ArrayView<long>, ArrayView<ListedWindow>, Walk, PlaneLengths>(ToFlatKernel<TNumber, TNumbers>.Run));
            foreach (Walk walk in Call.Walks())
                Call.Device.Guard(Call.Plan.ToString(), () => launch(Call.Stream.Stream, kernels.Threads(walk.Items), Numbers.View<TNumber>(), Call.Output.Cast<long>(), Call.Windows.List, walk, PlaneLengths.InputOf(Call.Plan)));
        }
    }

    private sealed record FromFlatUse(PoolCall Call, NumberMemory Numbers) : INumberUse
    {
        public void Run<TNumber, TNumbers>()
            where TNumber : unmanaged
            where TNumbers : unmanaged, INumberFormat<TNumber>
        {
            KernelCache kernels = Call.Device.Kernels;
            var launch = kernels.Get(typeof(FromFlatKernel<TNumber, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<long>, ArrayView<TNumber>, ArrayView<ListedWindow>, Walk, PlaneLengths, int, ArrayView<int>>(FromFlatKernel<TNumber, TNumbers>.Run));
            Walk[] walks = [.. Call.Walks()];
            ArrayView<long> flat = Call.Input.Cast<long>();
            int slides = Call.Plan.Slides ? 1 : 0;
            var fault = IndexFault.First(Call.Device, Call.Stream, flat, [.. walks.Select(walk => walk.Items)], (number, cell) =>
                launch(Call.Stream.Stream, kernels.Threads(walks[number].Items), flat, Numbers.View<TNumber>(), Call.Windows.List, walks[number], PlaneLengths.InputOf(Call.Plan), slides, cell));
            if (fault is { } found)
                throw new ArgumentException($"flat has {found.Index} for output {found.Place(Call.Plan.Channels, Call.Plan.Depth.OutputLength, Call.Plan.Height.OutputLength, Call.Plan.Width.OutputLength, Call.ChannelsLast).Text(Call.Plan.SpatialRank)}, which is no tap of its window in {Call.Plan}.", "flat");
        }
    }
}

/// <summary>An index that a kernel refused.</summary>
/// <param name="At">Where it lies in memory.</param>
/// <param name="Index">What it is.</param>
internal readonly record struct IndexFault(long At, long Index)
{
    /// <summary>The first fault of some launches, once they are done; null where there is none.</summary>
    /// <param name="device">Where.</param>
    /// <param name="stream">On which stream.</param>
    /// <param name="flat">The indices, which the launches look at one after the other.</param>
    /// <param name="items">How many of them each launch looks at.</param>
    /// <param name="launch">Makes a launch, which notes in its cell how many items are left from its first fault on.</param>
    public static IndexFault? First(GpuDevice device, GpuStream stream, ArrayView<long> flat, int[] items, Action<int, ArrayView<int>> launch) => device.Guard<IndexFault?>("looking at indices", () =>
    {
        ArrayView<int> cells = stream.Scratch((long)items.Length * sizeof(int)).Cast<int>().SubView(0, items.Length);
        cells.MemSetToZero(stream.Stream);
        for (int number = 0; number < items.Length; number++) launch(number, cells.SubView(number, 1));
        var left = new int[items.Length];
        cells.CopyToCPU(stream.Stream, left);
        stream.Stream.Synchronize();
        long before = 0;
        for (int number = 0; number < items.Length; before += items[number++])
        {
            if (left[number] == 0) continue;
            var index = new long[1];
            long at = before + items[number] - left[number];
            flat.SubView(at, 1).CopyToCPU(stream.Stream, index);
            stream.Stream.Synchronize();
            return new(at, index[0]);
        }

        return null;
    });

    /// <summary>Which element of a tensor of these lengths it is.</summary>
    public OutputPlace Place(long channels, long depths, long rows, long columns, bool channelsLast)
    {
        long plane = depths * rows * columns;
        var (n, rest) = Math.DivRem(At, channels * plane);
        var (c, position) = channelsLast ? (rest % channels, rest / channels) : Math.DivRem(rest, plane);
        var (row, w) = Math.DivRem(position, columns);
        var (d, h) = Math.DivRem(row, rows);
        return new(n, c, d, h, w);
    }
}
