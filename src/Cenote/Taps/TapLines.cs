using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The kernels on registers for picks.</summary>
internal static unsafe class TapLines
{
    /// <summary>Registers that are worked on together, so that none waits for another.</summary>
    public const int Block = 4;

    /// <summary>Whether the elements of a row lie side by side, all channels of a position together.</summary>
    public static bool IsPixels(in PoolJob job) =>
        job.Plan.Channels > 1 && job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1
        && (job.Plan.Width.InputLength == 1 || job.InputLayout.Width == job.Plan.Channels) && (job.Plan.Width.OutputLength == 1 || job.OutputLayout.Width == job.Plan.Channels);

    /// <summary>How many elements lie side by side at each position.</summary>
    public static long Inner(in PoolJob job) => IsPixels(job) ? job.Plan.Channels : 1;

    /// <summary>How many planes of such positions an image has.</summary>
    public static long Channels(in PoolJob job) => IsPixels(job) ? 1 : job.Plan.Channels;

    /// <summary>Mostly one element, for which a call of the platform's would take longer.</summary>
    public static void Fill<T>(T* to, T value, long count)
        where T : unmanaged
    {
        for (long i = 0; i < count; i++) to[i] = value;
    }

    public static PoolKernel[] Median<T, TKey>(GatheredKernel exact)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
    {
        PoolKernel[][] widths = [Median<T, TKey, Lanes512<TKey>, Lanes512<T>>(exact), Median<T, TKey, Lanes256<TKey>, Lanes256<T>>(exact), Median<T, TKey, Lanes128<TKey>, Lanes128<T>>(exact)];
        // Rows that are too short for bands on wide registers go in bands on narrower ones.
        return [.. widths.SelectMany(kernels => kernels.Take(1)), .. widths.SelectMany(kernels => kernels.Skip(1))];
    }

    public static PoolKernel[] Mode<T>(GatheredKernel exact)
        where T : unmanaged, IBinaryInteger<T> => [.. Mode<T, Lanes512<T>>(exact), .. Mode<T, Lanes256<T>>(exact), .. Mode<T, Lanes128<T>>(exact)];

    /// <summary>What lines make of all windows, whether they are clipped or not; of planes of short rows a block at a time.</summary>
    public static PoolKernel[] InLanes<T, TTap, TLines>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TLines : struct, ITapLines<T, TTap>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        var rows = new TapLinesKernel<T, TTap, TLines>();
        return [new BlockKernel<T, TTap>([rows]), rows];
    }

    /// <summary>Bands, then rows.</summary>
    private static PoolKernel[] Median<T, TKey, TTap, TLanes>(GatheredKernel exact)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
        where TTap : unmanaged, ILanes<TTap, TKey>
        where TLanes : unmanaged, ILanes<TLanes, T>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        var rows = new TapLinesKernel<TKey, TTap, MedianLines<T, TKey, TTap>>(exact);
        return [new MedianBandKernel<T, TKey, TTap, TLanes>(rows), rows];
    }

    private static PoolKernel[] Mode<T, TTap>(GatheredKernel exact)
        where T : unmanaged, IBinaryInteger<T>
        where TTap : unmanaged, ILanes<TTap, T> => Registers.Exist(Unsafe.SizeOf<TTap>()) ? [new TapLinesKernel<T, TTap, ModeLines<T, TTap>>(exact)] : [];
}
