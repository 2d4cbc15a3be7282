using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows that share rows, where channels lie side by side: a few registers of outputs are walked down the rows, and what the windows still open come to stays on registers, so that
/// each tap is loaded once for all windows above each other. With registers as wide as a cache line loads decide: nearly every one crosses two lines where pixels are no multiple of it.
/// Windows cut off by the border are steps of the same walk as the others.
/// </summary>
internal static unsafe partial class PixelStrips
{
    /// <summary>The most windows that are open at once.</summary>
    public const long MostOpen = 4;

    /// <summary>The most registers side by side; with as many open windows there are twice as many sums as additions on their way.</summary>
    public const long Most = 4;

    /// <summary>Makes a block of outputs with the same columns of taps.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="from">The first tap of the first pixel, in the input's first row.</param>
    /// <param name="to">Its output in the first row.</param>
    /// <param name="outputs">The block: its rows are images, a pixel has up to <see cref="Most"/> registers, the last of which steps back, and brings new elements to each row, if these are to be asked for.</param>
    /// <param name="taps">The columns of a row; rows are those of the steps.</param>
    /// <param name="steps">The way down.</param>
    /// <param name="ones">Extents of one.</param>
    /// <param name="watch">Notes the taps.</param>
    public static void Pool<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long last = outputs.Length - TTap.Count, registers = (outputs.Length + TTap.Count - 1) / TTap.Count;
        Places places = new(Math.Min(TTap.Count, last), Math.Min(2 * TTap.Count, last), Math.Min(3 * TTap.Count, last));
        long pixels = outputs.Pixels;
        if (registers > 2 || pixels == 1)
        {
            Pool<T, TTap, TState, TAcc, TReducer>(registers, reducer, from, to, outputs, places, places, taps, steps, ones, ref watch);
            return;
        }

        // Pixels of one or two registers go side by side, as many as there is room for.
        long together = Math.Min(Most / registers, pixels), groups = pixels / together, rest = pixels - groups * together;
        long nextFrom = outputs.From, nextTo = outputs.To;
        (Places fromPlaces, Places toPlaces) = registers == 1
            ? (new Places(nextFrom, 2 * nextFrom, 3 * nextFrom), new Places(nextTo, 2 * nextTo, 3 * nextTo))
            : (new Places(last, nextFrom, nextFrom + last), new Places(last, nextTo, nextTo + last));
        PixelOutputs block = outputs with { Pixels = groups, From = together * nextFrom, To = together * nextTo };
        Pool<T, TTap, TState, TAcc, TReducer>(together * registers, reducer, from, to, block, fromPlaces, toPlaces, taps, steps, ones, ref watch);
        if (rest == 0) return;
        from += groups * block.From;
        to += groups * block.To;
        Pool<T, TTap, TState, TAcc, TReducer>(rest * registers, reducer, from, to, outputs with { Pixels = 1 }, fromPlaces, toPlaces, taps, steps, ones, ref watch);
    }

    private static void Pool<T, TTap, TState, TAcc, TReducer>(long registers, TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        switch (registers)
        {
            case 1: Pool<T, TTap, TState, TAcc, One, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            case 2: Pool<T, TTap, TState, TAcc, Two, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, Three, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, Four, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch); break;
        }
    }

    private static void Pool<T, TTap, TState, TAcc, TSide, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is not ITapSum || taps.ByRows) RowFirst<T, TTap, TState, TAcc, TSide, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones, ref watch);
        else TapByTap<T, TTap, TState, TAcc, TSide, TReducer>(reducer, from, to, outputs, fromPlaces, toPlaces, taps, steps, ones);
    }

    /// <summary>Where registers lie behind the first, in elements.</summary>
    private readonly record struct Places(long Second, long Third, long Fourth);
}
