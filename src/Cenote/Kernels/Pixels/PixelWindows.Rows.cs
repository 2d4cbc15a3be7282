using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>Windows that share few rows, on the widest registers: whole images in the order of memory (<see cref="PixelRows"/>).</content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>Rows of more taps are not written out.</summary>
    private const long MostWrittenOut = 3;

    /// <summary>Outputs of a plane whose borders are a good part of it.</summary>
    private const long SmallPlane = 128;

    /// <summary>Input that about fits the second-level cache; of more, what lies ahead would have to be asked for, as strips do. Measured: up to 1.2 MB 0.7 to 0.95 of the time, of 4.9 MB 1.05 to 1.55.</summary>
    private const long MostRowsBytes = 3 << 19;

    // Inlined, what cannot be is known to the compiler, as of strips.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasRows<TReducer>(PoolPlan plan)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> => MayHaveStrips<TReducer>() && RowsPay(plan);

    /// <summary>Whether they take less time than strips, or than a call for each kind of window. One register would wait for itself; and at stride 1 neighbours are one pixel.</summary>
    private static bool RowsPay(PoolPlan plan) =>
        plan is { Slides: true, Depth.Kernel: 1, Width.Stride: > 1 } && plan.Channels > TTap.Count && plan.InputElements <= MostRowsBytes / sizeof(T)
        && (plan.Height.Kernel * plan.Width.Kernel < SixWindows.FewestTaps ? FewTapsPay(plan) : SharesLittle(plan));

    /// <summary>Those that are written out are faster by themselves. Small planes lose it by calls, where they have borders and pixels of some registers. Measured: 30 outputs 0.8 to 0.9, 120 0.95, 250 and more 1.0 to 1.1.</summary>
    private static bool FewTapsPay(PoolPlan plan) =>
        plan.Width.Kernel > MostWrittenOut || (plan.Channels > 3 * TTap.Count && plan.Width.MostClipped > 0 && plan.Height.OutputLength * plan.Width.OutputLength <= SmallPlane);

    /// <summary>Strips load a row that windows share once: worth it where it is more than a quarter of them, or half, where a pixel fills a strip. Measured.</summary>
    private static bool SharesLittle(PoolPlan plan)
    {
        long rows = plan.Height.Kernel, shared = rows - plan.Height.Stride;
        return plan.Channels > (PixelStrips.Most - 1) * TTap.Count ? 2 * shared < rows : 4 * shared <= rows;
    }

    private void PoolRows<TReducer>(TReducer reducer, T* input, T* output, long first, long end, long images, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PixelOutputs outputs = new(images, _from.Batch, _to.Batch, _pixels.Count, _plan.Width.Stride * _from.Width, _to.Width, _plan.Channels, 0);
        PixelRows.Rows rows = new((nint)(_outputRows + first), end - first, _plan.Height.Dilation * _from.Height);
        PixelRows.Pool<T, TTap, TState, TAcc, TReducer>(reducer, input, output, outputs, rows, _pixels, !TReducer.IsExact && reducer.FoldsInAnyOrder(_plan) && _plan.FoldsRows, _ones, ref watch);
    }
}
