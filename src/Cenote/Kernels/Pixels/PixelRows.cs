using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows that share few rows, where channels lie side by side: outputs are made in the order of memory, all registers of a pixel side by side. Whole images are one call, whatever is cut off by the
/// border: a call for each kind of window costs as much as some twenty taps, and kind by kind caches lose the rows between.
/// </summary>
internal static unsafe class PixelRows
{
    /// <summary>The most registers of a pixel that are made side by side; of more there are groups, as even as can be.</summary>
    private const long Most = 8;

    /// <summary>Makes rows of outputs.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="from">The first image's input.</param>
    /// <param name="to">Its output.</param>
    /// <param name="outputs">The images, as rows, and what pixels have.</param>
    /// <param name="rows">The rows of windows.</param>
    /// <param name="pixels">The windows of a row.</param>
    /// <param name="byRows">Whether sums are made row by row, as <see cref="PixelTaps.ByRows"/> are.</param>
    /// <param name="ones">Extents of one.</param>
    /// <param name="watch">Notes the taps.</param>
    public static void Pool<T, TTap, TState, TAcc, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Rows rows, in PixelTable pixels, bool byRows, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum && byRows) Pool<T, TTap, TState, TAcc, Any, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch);
        else Pool<T, TTap, TState, TAcc, None, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch);
    }

    private static void Pool<T, TTap, TState, TAcc, TByRows, TReducer>(TReducer reducer, T* from, T* to, in PixelOutputs outputs, in Rows rows, in PixelTable pixels, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TByRows : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long registers = (outputs.Length + TTap.Count - 1) / TTap.Count, groups = (registers + Most - 1) / Most;
        switch ((registers + groups - 1) / groups)
        {
            case 2: Pool<T, TTap, TState, TAcc, Two, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            case 3: Pool<T, TTap, TState, TAcc, Three, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            case 4: Pool<T, TTap, TState, TAcc, Four, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            case 5: Pool<T, TTap, TState, TAcc, Five, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            case 6: Pool<T, TTap, TState, TAcc, Six, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            case 7: Pool<T, TTap, TState, TAcc, Seven, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
            default: Pool<T, TTap, TState, TAcc, Eight, TByRows, TReducer>(reducer, from, to, outputs, rows, pixels, ones, ref watch); break;
        }
    }

    // TByRows is Any where sums are made row by row.
    // Bounds: windows are clipped to the input, and registers to the channels: the last of a pixel, or its last group, steps back over outputs already written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pool<T, TTap, TState, TAcc, TSide, TByRows, TReducer>(TReducer reducer, T* firstFrom, T* firstTo, in PixelOutputs outputs, in Rows rows, in PixelTable pixels, byte* ones, ref TTap watch)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TSide : struct, ISide
        where TByRows : struct, ISide
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        TAcc none = reducer.Lift(reducer.Padding);
        TTap aSeen = default, bSeen = default, cSeen = default, dSeen = default, eSeen = default, fSeen = default, gSeen = default, hSeen = default;
        // In bytes: an address is then the sum of two registers, which needs no instruction of its own.
        long next = pixels.Step * sizeof(T), nextRow = rows.Next * sizeof(T), nextFrom = outputs.From * sizeof(T), nextTo = outputs.To * sizeof(T);
        long group = TSide.Of(0) * sizeof(TTap), lastGroup = Math.Max(0, outputs.Length * sizeof(T) - group), last = Math.Min(group, outputs.Length * sizeof(T)) - sizeof(TTap);
        long count = pixels.Count;
        Row* end = rows.First + rows.Count;
        for (long image = outputs.Rows; image > 0; image--, firstFrom += outputs.FromRow, firstTo += outputs.ToRow)
        {
            for (Row* row = rows.First; row != end; row++)
            {
                long height = row->Taps;
                byte* to = (byte*)(firstTo + row->To);
                for (long pixel = 0, alike; pixel < count; pixel += alike)
                {
                    PixelTable.Entry entry = pixels[pixel];
                    alike = entry.Alike;
                    long width = entry.Count, divisor = row->Divisor * entry.Divisor;
                    TTap by = TReducer.Divisor(ones, divisor);
                    byte* from = (byte*)(firstFrom + row->From + entry.Start);
                    for (long left = alike; left > 0; left--, from += nextFrom, to += nextTo)
                    {
                        for (long at = 0; ; at = Math.Min(at + group, lastGroup))
                        {
                            TAcc a = none, b = none, c = none, d = none, e = none, f = none, g = none, h = none;
                            TAcc aRows = none, bRows = none, cRows = none, dRows = none, eRows = none, fRows = none, gRows = none, hRows = none;
                            byte* taps = from + at;
                            for (long j = height; j > 0; j--, taps += nextRow)
                            {
                                byte* tap = taps;
                                for (long k = width; k > 0; k--, tap += next)
                                {
                                    Take<T, TTap, TState, TAcc, TReducer>(reducer, tap, ref a, ref aSeen);
                                    if (TSide.Of(0) > 2) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + sizeof(TTap), ref b, ref bSeen);
                                    if (TSide.Of(0) > 3) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + 2 * sizeof(TTap), ref c, ref cSeen);
                                    if (TSide.Of(0) > 4) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + 3 * sizeof(TTap), ref d, ref dSeen);
                                    if (TSide.Of(0) > 5) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + 4 * sizeof(TTap), ref e, ref eSeen);
                                    if (TSide.Of(0) > 6) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + 5 * sizeof(TTap), ref f, ref fSeen);
                                    if (TSide.Of(0) > 7) Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + 6 * sizeof(TTap), ref g, ref gSeen);
                                    Take<T, TTap, TState, TAcc, TReducer>(reducer, tap + last, ref h, ref hSeen);
                                }

                                if (typeof(TByRows) != typeof(Any)) continue;
                                (aRows, a) = (reducer.Combine(aRows, a), none);
                                if (TSide.Of(0) > 2) (bRows, b) = (reducer.Combine(bRows, b), none);
                                if (TSide.Of(0) > 3) (cRows, c) = (reducer.Combine(cRows, c), none);
                                if (TSide.Of(0) > 4) (dRows, d) = (reducer.Combine(dRows, d), none);
                                if (TSide.Of(0) > 5) (eRows, e) = (reducer.Combine(eRows, e), none);
                                if (TSide.Of(0) > 6) (fRows, f) = (reducer.Combine(fRows, f), none);
                                if (TSide.Of(0) > 7) (gRows, g) = (reducer.Combine(gRows, g), none);
                                (hRows, h) = (reducer.Combine(hRows, h), none);
                            }

                            if (typeof(TByRows) == typeof(Any)) (a, b, c, d, e, f, g, h) = (aRows, bRows, cRows, dRows, eRows, fRows, gRows, hRows);
                            byte* output = to + at;
                            Store<T, TTap, TState, TAcc, TReducer>(reducer, a, ones, divisor, by, output);
                            if (TSide.Of(0) > 2) Store<T, TTap, TState, TAcc, TReducer>(reducer, b, ones, divisor, by, output + sizeof(TTap));
                            if (TSide.Of(0) > 3) Store<T, TTap, TState, TAcc, TReducer>(reducer, c, ones, divisor, by, output + 2 * sizeof(TTap));
                            if (TSide.Of(0) > 4) Store<T, TTap, TState, TAcc, TReducer>(reducer, d, ones, divisor, by, output + 3 * sizeof(TTap));
                            if (TSide.Of(0) > 5) Store<T, TTap, TState, TAcc, TReducer>(reducer, e, ones, divisor, by, output + 4 * sizeof(TTap));
                            if (TSide.Of(0) > 6) Store<T, TTap, TState, TAcc, TReducer>(reducer, f, ones, divisor, by, output + 5 * sizeof(TTap));
                            if (TSide.Of(0) > 7) Store<T, TTap, TState, TAcc, TReducer>(reducer, g, ones, divisor, by, output + 6 * sizeof(TTap));
                            Store<T, TTap, TState, TAcc, TReducer>(reducer, h, ones, divisor, by, output + last);
                            if (at == lastGroup) break;
                        }
                    }
                }
            }
        }

        if (default(TReducer) is ITapSum) return;
        watch = reducer.Watch(reducer.Watch(watch, aSeen), hSeen);
        if (TSide.Of(0) > 2) watch = reducer.Watch(watch, bSeen);
        if (TSide.Of(0) > 3) watch = reducer.Watch(watch, cSeen);
        if (TSide.Of(0) > 4) watch = reducer.Watch(watch, dSeen);
        if (TSide.Of(0) > 5) watch = reducer.Watch(watch, eSeen);
        if (TSide.Of(0) > 6) watch = reducer.Watch(watch, fSeen);
        if (TSide.Of(0) > 7) watch = reducer.Watch(watch, gSeen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T, TTap, TState, TAcc, TReducer>(TReducer reducer, byte* from, ref TAcc state, ref TTap seen)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (default(TReducer) is ITapSum)
        {
            state = Unsafe.BitCast<TTap, TAcc>(TTap.AddFrom(Unsafe.BitCast<TAcc, TTap>(state), (T*)from));
            return;
        }

        TTap tap = TTap.Load((T*)from);
        seen = reducer.Watch(seen, tap);
        state = reducer.Combine(state, reducer.Lift(tap));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TTap, TState, TAcc, TReducer>(TReducer reducer, TAcc state, byte* ones, long divisor, TTap by, byte* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        TTap.Store(default(TReducer) is IOneDivisor ? reducer.Quotient(Unsafe.BitCast<TAcc, TTap>(state), by) : reducer.Finish(state, ones, divisor), (T*)to);

    /// <summary>A row of windows.</summary>
    /// <param name="From">Where its taps begin in the image, in elements.</param>
    /// <param name="Taps">How many rows of taps.</param>
    /// <param name="To">Where the outputs lie.</param>
    /// <param name="Divisor">What averages divide by on behalf of the height and the depth.</param>
    public readonly record struct Row(long From, long Taps, long To, long Divisor);

    /// <summary>Rows of windows, worked out once.</summary>
    /// <param name="At">Where they lie.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Next">The distance between a window's rows of taps, in elements.</param>
    public readonly record struct Rows(nint At, long Count, long Next)
    {
        public Row* First => (Row*)At;

        public static long Bytes(PoolPlan plan) => Scratch.Round(plan.Height.OutputLength * sizeof(Row));

        /// <summary>Writes the rows of a plan whose windows have one depth.</summary>
        public static void Write(in PoolJob job, Row* rows)
        {
            PoolPlan plan = job.Plan;
            for (long h = 0; h < plan.Height.OutputLength; h++)
            {
                Window window = plan.Height[h];
                rows[h] = new(window.Start * job.InputLayout.Height, window.Count, h * job.OutputLayout.Height, plan.OuterDivisor(plan.Depth[0].Extent * window.Extent));
            }
        }
    }
}
