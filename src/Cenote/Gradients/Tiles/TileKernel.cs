using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients on registers. The result is made tile by tile (<see cref="GradientTiles"/>): what the tile's windows give is copied with zeros around it, the inputs of each phase are
/// summed up side by side, and the phases put together. Channels that lie side by side count as longer rows; any other memory order is brought right by the copies.
/// </summary>
internal sealed unsafe class TileKernel<T, TSum, TSums, TFormat>(bool isChosen) : PoolKernel
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>More windows per input have no table, and numbers of more taps no room in a lane.</summary>
    private const long MostWindows = 1 << 12, MostTaps = 1L << 32;

    public override string Name { get; } = $"gradient tiles, {8 * Unsafe.SizeOf<TSums>()} bits";

    public override bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        if (!GradientAxis.Accepts(pooling.Depth) || !GradientAxis.Accepts(pooling.Height) || !GradientAxis.Accepts(pooling.Width)) return false;
        bool hasNumbers = isChosen ? pooling.Taps <= MostTaps : GradientDivisors<TSum>.Accepts(pooling);
        return hasNumbers && plan.Depth.Kernel * plan.Height.Kernel * plan.Width.Kernel <= MostWindows && Tiles(job).Fits;
    }

    /// <summary>One unit is one tile.</summary>
    public override long Units(in PoolJob job) => Tiles(job).Units;

    /// <summary>A tenth of a nanosecond per input, and a twentieth per window that reads it.</summary>
    public override double Cost(in PoolJob job) => job.Plan.OutputElements * (0.1 + 0.05 * job.Plan.MaxCount);

    public override void Run(in PoolJob job, long first, long end)
    {
        GradientTiles tiles = Tiles(job);
        byte* scratch = Scratch.Of(TileSums<T, TSum, TSums, TFormat>.Bytes(job, tiles));
        var sums = new TileSums<T, TSum, TSums, TFormat>(job, tiles, ByChannels(job), scratch);
        GradientTile before = default;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            GradientTile tile = tiles[unit];
            sums.Make(tile, before);
            before = tile;
        }
    }

    private static bool ByChannels(in PoolJob job) => job.OutputLayout.Channel == 1;

    private static GradientTiles Tiles(in PoolJob job) => new(job.Plan, ByChannels(job));
}
