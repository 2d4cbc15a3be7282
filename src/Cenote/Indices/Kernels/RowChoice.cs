using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Chooses taps along lines of contiguous elements, lanes across the width: over the rows of a window in their order, or over one row.</summary>
internal readonly unsafe struct RowChoice<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private readonly long _outputs, _taps, _step, _stride;
    private readonly bool _asks;
    private readonly PaddedRow<T, TTap> _row;
    private readonly RunChoice<T, TTap, TNumber, TNumbers> _runs;

    /// <summary>For each window the number, in its row, of the first tap inside the input.</summary>
    private readonly TNumber* _heads;

    /// <summary>Makes ready for a stretch of a row's outputs.</summary>
    public RowChoice(PoolPlan plan, long start, long outputs, byte* scratch)
    {
        AxisPlan width = plan.Width;
        (_outputs, _taps, _step, _stride) = (outputs, width.Kernel, width.Dilation, width.LaneStride);
        _row = new(start * _stride - width.Before, Need(width, outputs), width.InputLength);
        _asks = _row.IsInside && Prefetch.Pays(plan.InputElements * sizeof(T));
        _heads = (TNumber*)scratch;
        TNumbers zero = NumberLine.Fill<TNumbers, TNumber>(0);
        for (long i = 0; i < outputs + TTap.Count; i += TTap.Count) TNumbers.Store(zero, _heads + i);
        for (long i = 0; i < outputs && width.Start(start + i) < 0; i++)
        {
            long before = width[start + i].Before;
            _heads[i] = *(TNumber*)&before;
        }

        _runs = Doubles(width) ? new(width, outputs, _row.Need, _heads, scratch + HeadBytes(outputs)) : default;
    }

    /// <summary>The stretch of an input row that the line reads.</summary>
    public PaddedRow<T, TTap> Row => _row;

    /// <summary>Whether windows are so long that their taps are not walked one by one, and only one row at a time.</summary>
    public static bool Doubles(AxisPlan width) => RunChoice<T, TTap, TNumber, TNumbers>.Pays(width);

    public static long Bytes(AxisPlan width, long outputs) =>
        HeadBytes(outputs) + (Doubles(width) ? RunChoice<T, TTap, TNumber, TNumbers>.Bytes(width, outputs, Need(width, outputs)) : 0);

    /// <summary>Elements of room for a copy of the row.</summary>
    public static long Room(AxisPlan width, long outputs) => PaddedRow<T, TTap>.Room(Need(width, outputs));

    private static long HeadBytes(long outputs) => Scratch.Round((outputs + 2 * TTap.Count) * sizeof(TNumber));

    /// <summary>How many elements the loads of a line read, from its first tap on.</summary>
    private static long Need(AxisPlan width, long outputs) => Doubles(width) ? (outputs - 1) * width.LaneStride + width.Span : StridedLoad.Need<TTap, T>(width, outputs);

    public TTap Choose<TReducer>(TReducer reducer, in RowTaps<T> taps, in ChoiceLines<T, TNumber> to, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (_runs.IsUsed) return _runs.Choose(reducer, taps, to, watch);
        return _stride switch
        {
            1 => Walk<Any, UnitLoad<T, TTap>, TReducer>(new(), reducer, taps, to, watch),
            2 when _taps == 2 && _step == 1 && taps.Rows == 2 => Walk<Two, SecondLoad<T, TTap>, TReducer>(new(), reducer, taps, to, watch),
            2 => Walk<Any, SecondLoad<T, TTap>, TReducer>(new(), reducer, taps, to, watch),
            3 => Walk<Any, ThirdLoad<T, TTap>, TReducer>(new(), reducer, taps, to, watch),
            4 => Walk<Any, FourthLoad<T, TTap>, TReducer>(new(), reducer, taps, to, watch),
            _ => Walk<Any, GatherLoad<T, TTap>, TReducer>(new(_stride), reducer, taps, to, watch),
        };
    }

    /// <summary>Walks windows; where their side, which is their stride too, is known to the compiler, without a loop.</summary>
    // Bounds: Need says how far the loads go; outputs are stored up to the line's end only, numbers and kept values in whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Walk<TSide, TLoad, TReducer>(TLoad load, TReducer reducer, in RowTaps<T> taps, in ChoiceLines<T, TNumber> to, TTap watch)
        where TSide : struct, ISide
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long outputs = _outputs, columns = TSide.Of(_taps), rows = TSide.Of(taps.Rows), step = typeof(TSide) == typeof(Any) ? _step : 1, stride = TSide.Of(_stride), nextRow = taps.NextRow;
        bool asks = _asks, inOrder = asks && Prefetch.InOrder(rows * nextRow * sizeof(T));
        TTap none = reducer.Lift(reducer.Padding), seen = default;
        TNumbers one = NumberLine.Fill<TNumbers, TNumber>(1), nextDepth = NumberLine.Fill<TNumbers, TNumber>(taps.DepthNumbers);
        for (long line = 0; line < taps.Lines; line++)
        {
            TNumbers start = NumberLine.Fill<TNumbers, TNumber>(taps.Number + line * taps.LineNumbers);
            T* first = taps.First + line * taps.NextLine, values = to.Values + line * to.Pitch;
            TNumber* numbers = to.Numbers + line * to.NumberPitch;
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                var window = new CountedTaps<T, TTap, TNumber, TNumbers, TReducer>(reducer, none, start + TNumbers.Load(_heads + o), start, one);
                T* slice = first + o * stride;
                for (long i = 0; i < taps.Depths; i++, slice += taps.NextDepth, window.Next += nextDepth)
                {
                    if (inOrder) Prefetch.Behind(slice + (rows - 1) * o * stride, rows * stride * sizeof(TTap));
                    T* row = slice;
                    for (long j = 0; j < rows; j++, row += nextRow)
                    {
                        if (asks && !inOrder) Prefetch.Behind(row, stride * sizeof(TTap));
                        load.Walk(ref window, row, columns, step);
                    }
                }

                seen = reducer.Watch(seen, window.Chosen.Seen);
                TNumbers.Store(window.Chosen.Numbers, numbers + o);
                Store(reducer, window.Chosen.Values, values + o, outputs, to.IsOutput);
            }
        }

        return reducer.Watch(watch, seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TReducer>(TReducer reducer, TTap values, T* to, long outputs, bool isOutput)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (!isOutput) TTap.Store(values, to);
        else if (outputs >= TTap.Count) TTap.Store(reducer.Finish(values, null, 1), to);
        else TTap.StorePart(reducer.Finish(values, null, 1), to, outputs);
    }
}
