using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The windows of <see cref="ColumnShifts{T, TTap, TReducer}"/> over small planes whose rows would leave much of a register empty: a plane is walked as one long row, and what of a
/// window's taps belongs to another row, or to another plane, is bounded by tables.
/// </summary>
internal readonly unsafe struct ColumnPlanes<T, TTap, TReducer>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TReducer : struct, IChoiceLanes<T, TTap>, ITieWatch<TTap>
{
    /// <summary>What a table, which is as large as a plane, may take of the first-level cache.</summary>
    private const long TableBytes = 4096;

    /// <summary>The fewest planes worth the tables.</summary>
    private const long FewestPlanes = 4;

    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private readonly TReducer _reducer;
    private readonly AxisPlan _axis;
    private readonly long _width, _plane, _reach;

    /// <summary>Where the tensor begins and ends: what lies around a plane is read, and bounded.</summary>
    private readonly T* _first, _end;

    /// <summary>For every position of a plane bounds of the taps a dilation, and two steps, to the left.</summary>
    private readonly T* _near, _far;

    /// <summary>Bounds of taps in other rows: none within the plane.</summary>
    private readonly T* _inside;

    public ColumnPlanes(TReducer reducer, in PoolJob job, T* end)
    {
        PoolPlan plan = job.Plan;
        (_reducer, _axis, _width, _plane) = (reducer, plan.Height, plan.Width.InputLength, Plane(plan));
        _reach = _axis.Before * _width;
        _first = (T*)job.Input;
        _end = end;
        // What the first register shifts out is looked up as well.
        long table = Registers(_plane) * TTap.Count + 2 * TTap.Count, around = table + 2 * _reach;
        T* tables = (T*)Scratch.Of((2 * table + around + TTap.Count) * sizeof(T));
        _near = tables + TTap.Count;
        _far = _near + table;
        _inside = tables + 2 * table + _reach;
        TTap inside = reducer.NoBound, outside = reducer.Lift(reducer.Padding);
        for (long i = 0; i < 2 * table + around; i += TTap.Count) TTap.Store(inside, tables + i);
        for (long row = 0; row <= _plane; row += _width)
        {
            for (long i = row; i < row + _axis.Dilation; i++) _near[i] = *(T*)&outside;
            for (long i = row; i < row + 2; i++) _far[i] = *(T*)&outside;
        }

        for (long i = -_reach; i < 0; i++) _inside[i] = *(T*)&outside;
        for (long i = _plane; i < table + _reach; i++) _inside[i] = *(T*)&outside;
    }

    private static long Plane(PoolPlan plan) => plan.Height.InputLength * plan.Width.InputLength;

    /// <summary>Whether jobs that suit the shifts are better walked so, for so many output rows: where a fifth of the registers is saved, since bounds cost something.</summary>
    public static bool Suit(in PoolJob job, long rows)
    {
        PoolPlan plan = job.Plan;
        long width = plan.Width.InputLength, plane = Plane(plan);
        return width == plan.Width.OutputLength && plane * sizeof(T) <= TableBytes && rows >= FewestPlanes * plan.Height.OutputLength && job.InputLayout.Height == width && job.OutputLayout.Height == width
            && 5 * Registers(plane) <= 4 * plan.Height.InputLength * Registers(width);
    }

    private static long Registers(long length) => (length + TTap.Count - 1) / TTap.Count;

    /// <summary>Pools output rows of a slice; false where a register would go on behind the tensor.</summary>
    /// <param name="limit">Where outputs end that may be written over, because they are written later.</param>
    public bool Pool(T* input, T* output, T* limit, long first, long end, ref ColumnWatches<TTap> watches)
    {
        if (_width == 0 || input + first * _width - _reach < _first || input + first * _width + Registers((end - first) * _width) * TTap.Count + _reach > _end) return false;
        if (_axis.Kernel == 5) Walk<Five, One>(input, output, limit, first, end, ref watches);
        else if (_axis.Dilation == 2) Walk<Three, Two>(input, output, limit, first, end, ref watches);
        else Walk<Three, One>(input, output, limit, first, end, ref watches);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Walk<TTaps, TDilation>(T* input, T* output, T* limit, long first, long end, ref ColumnWatches<TTap> watches)
        where TTaps : struct, ISide
        where TDilation : struct, ISide
    {
        TReducer reducer = _reducer;
        long below = TDilation.Of(0) * _width, above = -below, reach = TTaps.Of(0) / 2 * below, start = first * _width, stop = end * _width, last = stop - 1 - (stop - 1 - start) % TTap.Count;
        ulong whole = (ulong)Math.Max(0, _plane - 2 * reach - TTap.Count + 1);
        TTap none = reducer.Lift(reducer.Padding), columns = none, near = none, far = none;
        T* nearBounds = _near - TTap.Count, farBounds = _far - TTap.Count, inside = _inside, before = output - TTap.Count;
        ColumnWatches<TTap> seen = watches;
        for (long i = start; i < stop; i += TTap.Count)
        {
            T* middle = input + i;
            TTap taps = TTap.Load(middle);
            seen.NaN = reducer.WatchNaN(seen.NaN, taps);
            seen.Ties = reducer.WatchTies(seen.Ties, taps);
            TTap next = reducer.Lift(taps);
            if ((ulong)(i - reach) < whole)
            {
                next = reducer.Combine(reducer.Combine(next, reducer.Lift(TTap.Load(middle + above))), reducer.Lift(TTap.Load(middle + below)));
                if (TTaps.Of(0) > 3) next = reducer.Combine(reducer.Combine(next, reducer.Lift(TTap.Load(middle + 2 * above))), reducer.Lift(TTap.Load(middle + 2 * below)));
            }
            else
            {
                next = reducer.Combine(reducer.Combine(next, Inside(reducer, middle + above, inside + i + above)), Inside(reducer, middle + below, inside + i + below));
                if (TTaps.Of(0) > 3) next = reducer.Combine(reducer.Combine(next, Inside(reducer, middle + 2 * above, inside + i + 2 * above)), Inside(reducer, middle + 2 * below, inside + i + 2 * below));
            }

            Prefetch.Line((byte*)(middle + reach) + Prefetch.Distance);
            Prefetch.Line((byte*)(output + i) + OutputDistance);
            TTap windows = Windows<TTaps, TDilation>(reducer, columns, next, ref near, ref far, nearBounds + i, farBounds + i);
            if (i > start) TTap.Store(windows, before + i);
            columns = next;
        }

        watches = seen;
        TTap rest = Windows<TTaps, TDilation>(reducer, columns, none, ref near, ref far, _near + last, _far + last);
        if (output + last + TTap.Count <= limit) TTap.Store(rest, output + last);
        else TTap.StorePart(rest, output + last, stop - last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Inside(TReducer reducer, T* tap, T* bound) => reducer.Bound(reducer.Lift(TTap.Load(tap)), TTap.Load(bound));

    /// <summary>What the windows of a register of columns come to; of the next one what lies before it is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Windows<TTaps, TDilation>(TReducer reducer, TTap columns, TTap next, ref TTap near, ref TTap far, T* nearBounds, T* farBounds)
        where TTaps : struct, ISide
        where TDilation : struct, ISide
    {
        (TTap before, TTap behind) = TTap.Neighbours<TDilation>(columns, next);
        // What lies left of the first column lies right of the last one.
        TTap state = reducer.Combine(reducer.Combine(columns, reducer.Bound(near, TTap.Load(nearBounds))), reducer.Bound(behind, TTap.Load(nearBounds + TDilation.Of(0))));
        near = before;
        if (TTaps.Of(0) > 3)
        {
            (before, behind) = TTap.Neighbours<Two>(columns, next);
            state = reducer.Combine(reducer.Combine(state, reducer.Bound(far, TTap.Load(farBounds))), reducer.Bound(behind, TTap.Load(farBounds + 2)));
            far = before;
        }

        return reducer.Finish(state, null, 1);
    }
}
