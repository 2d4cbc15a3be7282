namespace Cenote;

/// <content>Pixels narrower than a register: what lies behind one is the next pixels, which are read with it, and written again when their turn comes.</content>
internal readonly unsafe partial struct PixelWindows<T, TTap, TState, TAcc>
{
    /// <summary>Pixels narrower than a register, of which as many as can be are read as whole ones.</summary>
    /// <param name="inputEnd">Where memory ends.</param>
    /// <param name="isWhole">Whether they may be written as whole ones.</param>
    private void PoolNarrow<TReducer>(TReducer reducer, T* from, T* to, T* inputEnd, bool isWhole, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        // Behind the last tap of the first output.
        T* end = taps.Rows == 0 ? inputEnd : from + taps.Starts[taps.Rows - 1] + (taps.Columns - 1) * taps.Next + TTap.Count;
        long rows = PixelTable.Fitting(inputEnd - end - (outputs.Pixels - 1) * outputs.From, outputs.FromRow, outputs.Rows);
        PoolRead(reducer, from, to, isWhole, outputs with { Rows = rows }, taps, ref watch);
        for (long row = rows; row < outputs.Rows; row++)
        {
            T* rowFrom = from + row * outputs.FromRow, rowTo = to + row * outputs.ToRow;
            long pixels = PixelTable.Fitting(inputEnd - end - row * outputs.FromRow, outputs.From, outputs.Pixels);
            PoolRead(reducer, rowFrom, rowTo, isWhole, outputs with { Rows = 1, Pixels = pixels }, taps, ref watch);
            PixelOutputs rest = outputs with { Rows = 1, Pixels = outputs.Pixels - pixels };
            if (rest.Pixels > 0) Pool(new ShortLoad<T, TTap>(outputs.Length, reducer.Padding), reducer, rowFrom + pixels * outputs.From, rowTo + pixels * outputs.To, rest, taps, ref watch);
        }
    }

    /// <summary>Pixels narrower than a register that are read as whole ones.</summary>
    private void PoolRead<TReducer>(TReducer reducer, T* from, T* to, bool isWhole, in PixelOutputs outputs, in PixelTaps taps, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (outputs.Rows == 0 || outputs.Pixels == 0) return;
        if (isWhole) Pool(new UnitLoad<T, TTap>(), reducer, from, to, outputs, taps, ref watch);
        else Pool(new ShortLoad<T, TTap>(outputs.Length, reducer.Padding, isWhole: true), reducer, from, to, outputs, taps, ref watch);
    }
}
