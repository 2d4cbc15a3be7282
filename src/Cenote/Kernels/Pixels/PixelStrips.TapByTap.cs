using System.Runtime.CompilerServices;

namespace Cenote;

/// <content>Strips of sums in order.</content>
internal static unsafe partial class PixelStrips
{
    /// <summary>Each tap is added to all open windows, in row-major order.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void TapByTap<T, TTap, TState, TAcc, TSide, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in Places fromPlaces, in Places toPlaces, in PixelTaps taps, in PixelSteps steps, byte* ones)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        long columns = taps.Columns, next = taps.Next, nextRow = steps.NextRow, divisor = taps.Divisor;
        long second = fromPlaces.Second, third = fromPlaces.Third, fourth = fromPlaces.Fourth;
        long fresh = outputs.Fresh * sizeof(T), behind = columns * next;
        PixelStep* begin = steps.First, end = begin + steps.Count;
        for (long image = 0; image < outputs.Rows; image++, firstFrom += outputs.FromRow, firstTo += outputs.ToRow)
        {
            T* from = firstFrom, to = firstTo;
            for (long pixel = outputs.Pixels; pixel > 0; pixel--, from += outputs.From, to += outputs.To)
            {
                TAcc a = none, b = none, c = none, d = none, a2 = none, b2 = none, c2 = none, d2 = none, a3 = none, b3 = none, c3 = none, d3 = none, a4 = none, b4 = none, c4 = none, d4 = none;
                for (PixelStep* step = begin; step != end; step++)
                {
                    T* row = from + step->From;
                    long open = step->Open;
                    for (long rows = step->Rows; rows > 0; rows--, row += nextRow)
                    {
                        if (fresh > 0) Prefetch.Behind(row + behind, fresh, 0);
                        T* tap = row;
                        if (open == 1)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                a = AddFrom<T, TTap, TAcc>(a, tap);
                                if (TSide.Of(0) > 1) a2 = AddFrom<T, TTap, TAcc>(a2, tap + second);
                                if (TSide.Of(0) > 2) a3 = AddFrom<T, TTap, TAcc>(a3, tap + third);
                                if (TSide.Of(0) > 3) a4 = AddFrom<T, TTap, TAcc>(a4, tap + fourth);
                            }
                        }
                        else if (open == 2)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b) = (reducer.Combine(a, taken), reducer.Combine(b, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken));
                                }
                            }
                        }
                        else if (open == 3)
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b, c) = (reducer.Combine(a, taken), reducer.Combine(b, taken), reducer.Combine(c, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2, c2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken), reducer.Combine(c2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3, c3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken), reducer.Combine(c3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4, c4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken), reducer.Combine(c4, taken));
                                }
                            }
                        }
                        else
                        {
                            for (long k = columns; k > 0; k--, tap += next)
                            {
                                TAcc taken = reducer.Lift(TTap.Load(tap));
                                (a, b, c, d) = (reducer.Combine(a, taken), reducer.Combine(b, taken), reducer.Combine(c, taken), reducer.Combine(d, taken));
                                if (TSide.Of(0) > 1)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + second));
                                    (a2, b2, c2, d2) = (reducer.Combine(a2, taken), reducer.Combine(b2, taken), reducer.Combine(c2, taken), reducer.Combine(d2, taken));
                                }

                                if (TSide.Of(0) > 2)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + third));
                                    (a3, b3, c3, d3) = (reducer.Combine(a3, taken), reducer.Combine(b3, taken), reducer.Combine(c3, taken), reducer.Combine(d3, taken));
                                }

                                if (TSide.Of(0) > 3)
                                {
                                    taken = reducer.Lift(TTap.Load(tap + fourth));
                                    (a4, b4, c4, d4) = (reducer.Combine(a4, taken), reducer.Combine(b4, taken), reducer.Combine(c4, taken), reducer.Combine(d4, taken));
                                }
                            }
                        }
                    }

                    if (step->To < 0) continue;
                    T* at = to + step->To;
                    long factor = step->Factor * divisor;
                    TTap by = TReducer.Divisor(ones, factor);
                    TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a, ones, factor, by), at);
                    if (TSide.Of(0) > 1) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a2, ones, factor, by), at + toPlaces.Second);
                    if (TSide.Of(0) > 2) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a3, ones, factor, by), at + toPlaces.Third);
                    if (TSide.Of(0) > 3) TTap.Store(Finish<T, TTap, TState, TAcc, TReducer>(reducer, a4, ones, factor, by), at + toPlaces.Fourth);
                    (a, b, c, d) = (b, c, d, none);
                    if (TSide.Of(0) > 1) (a2, b2, c2, d2) = (b2, c2, d2, none);
                    if (TSide.Of(0) > 2) (a3, b3, c3, d3) = (b3, c3, d3, none);
                    if (TSide.Of(0) > 3) (a4, b4, c4, d4) = (b4, c4, d4, none);
                }
            }
        }
    }

    /// <summary>A sum with a tap, where it lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAcc AddFrom<T, TTap, TAcc>(TAcc sum, T* tap)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TAcc : unmanaged => Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(sum), tap));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Finish<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc state, byte* ones, long factor, TTap by)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        default(TReducer) is IOneDivisor ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(state), by) : reducer.Finish(state, ones, factor);
}
