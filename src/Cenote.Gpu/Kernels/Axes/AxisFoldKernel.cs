using ILGPU;

namespace Cenote.Gpu;

/// <summary>How what an axis reads becomes a state.</summary>
internal interface IStateOf<TFrom, TState>
{
    TState Of(TFrom value);
}

/// <summary>A tap, lifted: the first axis.</summary>
internal readonly struct LiftedTap<T, TState, TReducer>(TReducer reducer) : IStateOf<T, TState>
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
{
    public TState Of(T value) => reducer.Lift(value);
}

/// <summary>What an axis before left.</summary>
internal readonly struct KeptState<TState> : IStateOf<TState, TState>
{
    public TState Of(TState value) => value;
}

/// <summary>One axis of a pooling in steps of one axis each: lines, in blocks of as many positions as a window has taps.</summary>
internal struct AxisWalk
{
    /// <summary>Elements side by side inside the axis; blocks along it.</summary>
    public Divider Inner, Blocks;

    public int Items;

    /// <summary>Which line outside the axis is this launch's first.</summary>
    public long FirstOuter;

    public int InLength, OutLength;

    public AxisWindows Axis;

    /// <summary>Whether the outputs are the pooling's: 0 or 1.</summary>
    public int IsLast;

    /// <summary>Of the last axis: what lies inside it, and which of the three it is (0, 1, 2).</summary>
    public Divider Channels, Columns;

    public int Which;

    public AxisWindows Depth, Height, Width;

    public long DivisorOverride;

    /// <summary>Of the last axis: the taps along the axes inside it, of windows on this line.</summary>
    public readonly WindowTaps Across(int inner, ArrayView<ListedWindow> list)
    {
        int rest = Channels.Divide(inner, out _), h = Columns.Divide(rest, out int w);
        var taps = new WindowTaps { Count = 1, Extent = 1 };
        // Axes outside the last one are not pooled: windows of one tap.
        if (Which <= 1) taps.Add(Width.At(w, list));
        if (Which == 0) taps.Add(Height.At(h, list));
        return taps;
    }

    public readonly T Finish<T, TState, TReducer>(TState state, int position, WindowTaps across, ArrayView<ListedWindow> list, TReducer reducer)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TState>
    {
        across.Add(Axis.At(position, list));
        return reducer.Finish(state, across.Count, DivisorOverride != 0 ? DivisorOverride : across.Extent);
    }
}

/// <summary>The taps of windows along some axes: those inside the input, and those that the divisor counts.</summary>
internal struct WindowTaps
{
    public long Count, Extent;

    public void Add(ListedWindow window)
    {
        Count *= window.Count;
        Extent *= window.Extent;
    }
}

/// <summary>
/// Large windows along one axis by van Herk, Gil and Werman: every window is the end of one block and the beginning of the next. A thread takes a block's border, and walks away from it in both
/// directions: each position is read at most twice, however large windows are. Neighbouring threads have neighbouring lines.
/// </summary>
internal static class AxisFoldKernel<TFrom, T, TState, TReducer, TStateOf>
    where TFrom : unmanaged
    where T : unmanaged
    where TState : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TState>
    where TStateOf : unmanaged, IStateOf<TFrom, TState>
{
    // Bounds: positions are clamped to the line; outputs are those whose windows begin in the block before the border.
    public static void Run(ArrayView<TFrom> input, ArrayView<TState> states, ArrayView<T> output, ArrayView<ListedWindow> list, AxisWalk walk, TReducer reducer, TStateOf stateOf)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        int rest = walk.Inner.Divide(item, out int inner), stride = walk.Axis.Stride, kernel = walk.Axis.Kernel, step = walk.Inner.Divisor;
        long outer = walk.FirstOuter + walk.Blocks.Divide(rest, out int block), from = outer * walk.InLength * step + inner, to = outer * walk.OutLength * step + inner;
        int border = block * kernel, firstStart = border - kernel + 1 + walk.Axis.Before;
        int first = firstStart <= 0 ? 0 : (firstStart + stride - 1) / stride, last = IntrinsicMath.Min(walk.OutLength - 1, (border + walk.Axis.Before) / stride);
        TState state = reducer.Identity;
        int at = IntrinsicMath.Min(border, walk.InLength) - 1;
        for (int o = last; o >= first; o--)
        {
            int start = IntrinsicMath.Max(0, o * stride - walk.Axis.Before);
            for (; at >= start; at--) state = reducer.Combine(stateOf.Of(input[from + (long)at * step]), state);
            states[to + (long)o * step] = state;
        }

        state = reducer.Identity;
        at = border;
        for (int o = first; o <= last; o++)
        {
            int end = IntrinsicMath.Min(walk.InLength, o * stride - walk.Axis.Before + kernel);
            for (; at < end; at++) state = reducer.Combine(state, stateOf.Of(input[from + (long)at * step]));
            long place = to + (long)o * step;
            TState whole = reducer.Combine(states[place], state);
            if (walk.IsLast != 0) output[place] = walk.Finish<T, TState, TReducer>(whole, o, walk.Across(inner, list), list, reducer);
            else states[place] = whole;
        }
    }
}
