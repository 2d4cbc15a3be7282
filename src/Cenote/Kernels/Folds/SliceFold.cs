namespace Cenote;

/// <summary>Folds slices of a volume as others fold rows: each along the width and down the height, so that what is left of windows is slices to be combined.</summary>
/// <param name="plan">The windows.</param>
/// <param name="rows">Folds one of some depth.</param>
/// <param name="fold">Folds rows.</param>
/// <param name="line">What it makes of one.</param>
/// <param name="next">From row to row of the input.</param>
/// <param name="first">The first output row.</param>
/// <param name="end">The row behind the last one.</param>
internal readonly unsafe struct SliceFold<T, TTap, TState, TAcc, TFold>(PoolPlan plan, RowRuns<T, TTap, TState, TAcc, TFold> rows, TFold fold, Line line, long next, long first, long end) : IFold<T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TFold : struct, IFold<T, TTap, TState, TAcc>
{
    /// <summary>What becomes of a slice: its rows, one behind the other.</summary>
    public Line Line => line with { Pixels = (end - first) * line.Pixels };

    public void Fold<TReducer>(TReducer reducer, T* slice, long slices, long sliceStep, TState* states, long lineStep, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        var layout = new RunLayout(line.Length, 0, line.Pitch, line.Pixels, 1, 1);
        for (; slices > 0; slices--, slice += sliceStep, states += lineStep)
        {
            if (plan.Height.Kernel == 1) fold.Fold(reducer, slice + first * next, end - first, next, states, line.Length, ref watch);
            else rows.Pool<TReducer, TState, Kept<T, TTap, TState, TAcc>>(reducer, slice, states - first * line.Length, layout, first, end, ref watch);
        }
    }

    public long Factor(long row, long pixel) => plan.LaneDivisor(plan.Height[first + row].Extent) * fold.Factor(row, pixel);

    public byte* Extents(long state) => fold.Extents(state);
}
