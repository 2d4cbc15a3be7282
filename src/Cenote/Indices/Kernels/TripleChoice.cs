using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>
/// Windows of 3×3 at strides of one or two, on the widest registers: each of a window's rows is loaded where it lies, and its neighbours, shifted against each other or even and odd taken apart, choose along it; then the rows
/// choose, the upper one first. What windows share is chosen again, but nothing is copied, and rows are read and written in the order of memory.
/// </summary>
internal readonly unsafe struct TripleChoice<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>How far ahead the output is asked for, in bytes.</summary>
    private const long OutputDistance = 2048;

    private const long Taps = 3;

    private readonly AxisPlan _height, _width;
    private readonly long _step, _nextRow, _nextMarks;
    private readonly bool _asks;

    /// <summary>For each lane of a row's first register the number, in its row, of the first tap inside the input.</summary>
    private readonly TNumber* _heads;

    /// <param name="job">What <see cref="Suits"/> accepts.</param>
    /// <param name="heads">Room for a register of numbers.</param>
    public TripleChoice(in PoolJob job, TNumber* heads)
    {
        PoolPlan plan = job.Plan;
        (_height, _width) = (plan.Height, plan.Width);
        (_step, _nextRow, _nextMarks) = (job.InputLayout.Height, job.OutputLayout.Height, job.Offsets.Layout.Height);
        _asks = Prefetch.Pays(plan.InputElements * sizeof(T));
        _heads = heads;
        for (int i = 0; i < TTap.Count; i++)
        {
            long before = _width[i].Before;
            heads[i] = *(TNumber*)&before;
        }
    }

    /// <summary>Whether this is made for registers as wide: inlined, what others would need is left out of programs that are compiled ahead of time. Shorter elements take more steps than a loop may have.</summary>
    public static bool Exist
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.SizeOf<TTap>() == 64 && sizeof(T) >= 4 && Avx512BW.VL.IsSupported;
    }

    /// <summary>Whether windows are such that this is made for, and rows hold a register of outputs.</summary>
    public static bool Suits(in PoolJob job)
    {
        AxisPlan height = job.Plan.Height, width = job.Plan.Width;
        return height.Kernel == Taps && width.Kernel == Taps && (width.Stride == 2 ? width.Dilation == 1 : width.Dilation <= 2) && width.Before <= width.Dilation && width.Stride <= 2
            && width.OutputLength >= TTap.Count;
    }

    /// <summary>Pools output rows of a slice.</summary>
    public void Pool<TReducer>(TReducer reducer, T* input, T* output, byte* marks, long first, long end, ref TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        // Of every window the last row is watched, at strides of two the one before, too: what is left are rows that windows above have last. Where a window begins above the input, others read rows before its first one inside.
        for (long row = Math.Max(0, _height.Start(first)), last = Last(_height[first]); row < last; row++) watch = Watch(reducer, input + row * _step, watch);
        for (long h = first, next; h < end; h = next)
        {
            // Rows that a window lacks are others of it once more, by their own numbers.
            Window window = _height[h];
            next = _height.IsWhole(h) ? Math.Min(end, _height.WholeEnd) : h + 1;
            bool single = window.Count == 1;
            var rows = new RowsOfWindow(input + window.Start * _step, single ? 0 : window.Step * _step, (window.Count - 1) * window.Step * _step, Taps * window.Before, single ? 0 : Taps, (window.Count - 1) * Taps, next - h);
            T* to = output + h * _nextRow;
            byte* places = marks + h * _nextMarks;
            if (_width.Stride == 2) Alike<Pair, TReducer>(reducer, rows, to, places, ref watch);
            else if (_width.Dilation == 2) Alike<Shifted<Two>, TReducer>(reducer, rows, to, places, ref watch);
            else Alike<Shifted<One>, TReducer>(reducer, rows, to, places, ref watch);
        }
    }

    private static long Last(in Window window) => window.Start + (window.Count - 1) * window.Step;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Watch<TReducer>(TReducer reducer, T* row, TTap watch)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        for (long i = 0; i < _width.InputLength; i += TTap.Count) watch = reducer.Watch(watch, TTap.LoadPart(row + i, _width.InputLength - i, reducer.Padding));
        return watch;
    }

    /// <summary>Makes rows whose windows have as many rows each.</summary>
    // Bounds: columns are loaded up to the row's end, outputs and numbers stored up to theirs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Alike<TRow, TReducer>(TReducer reducer, in RowsOfWindow rows, T* output, byte* marks, ref TTap watch)
        where TRow : struct, ITriple<TRow>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long stride = TRow.Stride, margin = _width.Dilation - _width.Before, outputs = _width.OutputLength, columns = _width.InputLength - margin;
        long nextLine = stride * _step, next = rows.Next, later = rows.Later, nextRow = _nextRow, nextMarks = _nextMarks;
        bool asks = _asks, inOrder = Prefetch.InOrder(nextLine * sizeof(T));
        T* row = rows.First + margin;
        TTap none = reducer.Lift(reducer.Padding), seen = watch;
        TNumbers zero = NumberLine.Fill<TNumbers, TNumber>(rows.Number), one = NumberLine.Fill<TNumbers, TNumber>(rows.Number + 1), two = NumberLine.Fill<TNumbers, TNumber>(rows.Number + 2);
        TNumbers nextNumbers = NumberLine.Fill<TNumbers, TNumber>(rows.NextNumbers), laterNumbers = NumberLine.Fill<TNumbers, TNumber>(rows.LaterNumbers), heads = zero + TNumbers.Load(_heads);
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        for (long count = rows.Count; count > 0; count--, row += nextLine, output += nextRow, marks += nextMarks)
        {
            T* from = row;
            TRow upper = default, middle = default, lower = default;
            upper.Begin(reducer, from, margin, columns, none, seen);
            TTap begun = middle.Begin(reducer, from + next, margin, columns, none, seen);
            if (stride == 2) seen = begun;
            seen = lower.Begin(reducer, from + later, margin, columns, none, seen);
            TNumbers head = heads;
            for (long o = 0, left = columns; o < outputs; o += TTap.Count, from += stride * TTap.Count, left -= stride * TTap.Count)
            {
                Choice<TTap, TNumbers> chosen = upper.Choose(reducer, from, left, none, head, one, two);
                Choice<TTap, TNumbers> second = middle.Choose(reducer, from + next, left, none, head, one, two);
                chosen = combine.Combine(chosen, new(second.Values, second.Numbers + nextNumbers));
                Choice<TTap, TNumbers> third = lower.Choose(reducer, from + later, left, none, head, one, two);
                chosen = combine.Combine(chosen, new(third.Values, third.Numbers + laterNumbers));
                seen = lower.Watch(reducer, seen);
                if (stride == 2) seen = middle.Watch(reducer, seen);
                head = zero;
                if (asks)
                {
                    // Two rows as one stretch: a register of outputs is two of each.
                    if (stride == 2 && inOrder) Prefetch.Behind(from + (from - row), 4 * sizeof(TTap));
                    else Prefetch.Behind(from + later, stride * sizeof(TTap));
                    if (stride == 2 && !inOrder) Prefetch.Behind(from + next, 2 * sizeof(TTap));
                    Prefetch.Behind(output + o, sizeof(TTap), OutputDistance);
                }

                TTap values = reducer.Finish(chosen.Values, null, 1);
                long rest = outputs - o;
                if (rest >= TTap.Count)
                {
                    TTap.Store(values, output + o);
                    TNumbers.StoreNarrow(chosen.Numbers, marks + o, 1);
                    continue;
                }

                TTap.StorePart(values, output + o, rest);
                StorePart(chosen.Numbers, marks + o, rest);
            }
        }

        watch = seen;
    }

    /// <summary>A row of a window, register by register.</summary>
    private interface ITriple<TSelf>
        where TSelf : struct, ITriple<TSelf>
    {
        static abstract long Stride { get; }

        /// <summary>Begins a row.</summary>
        /// <param name="reducer">Chooses.</param>
        /// <param name="from">The first column in the middle of a window.</param>
        /// <param name="margin">How many lie before it.</param>
        /// <param name="left">How many there are from it on.</param>
        /// <param name="none">What is no column.</param>
        /// <param name="seen">Notes the taps.</param>
        TTap Begin<TReducer>(TReducer reducer, T* from, long margin, long left, TTap none, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap>;

        /// <summary>What the next windows choose.</summary>
        Choice<TTap, TNumbers> Choose<TReducer>(TReducer reducer, T* from, long left, TTap none, TNumbers first, TNumbers second, TNumbers third)
            where TReducer : struct, IChoiceLanes<T, TTap>;

        /// <summary>Notes the taps that were loaded last.</summary>
        TTap Watch<TReducer>(TReducer reducer, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap>;
    }

    /// <summary>Neighbours: the register before and the one behind hold the rest of a window.</summary>
    private struct Shifted<TBy> : ITriple<Shifted<TBy>>
        where TBy : struct, ISide
    {
        private TTap _left, _columns, _taps;

        public static long Stride => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Begin<TReducer>(TReducer reducer, T* from, long margin, long left, TTap none, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap>
        {
            _taps = left >= TTap.Count ? TTap.Load(from) : TTap.LoadPart(from, left, reducer.Padding);
            _columns = reducer.Lift(_taps);
            TTap before = none;
            if (margin > 0)
            {
                before = Lead(reducer.Padding, from, margin);
                seen = reducer.Watch(seen, before);
                before = reducer.Lift(before);
            }

            _left = TTap.Neighbours<TBy>(before, _columns).Before;
            return reducer.Watch(seen, _taps);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Choice<TTap, TNumbers> Choose<TReducer>(TReducer reducer, T* from, long left, TTap none, TNumbers first, TNumbers second, TNumbers third)
            where TReducer : struct, IChoiceLanes<T, TTap>
        {
            _taps = left >= 2 * TTap.Count ? TTap.Load(from + TTap.Count) : TTap.LoadPart(from + TTap.Count, left - TTap.Count, reducer.Padding);
            TTap behind = reducer.Lift(_taps);
            var (nextLeft, right) = TTap.Neighbours<TBy>(_columns, behind);
            var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
            Choice<TTap, TNumbers> chosen = combine.Combine(combine.Combine(new(_left, first), new(_columns, second)), new(right, third));
            _left = nextLeft;
            _columns = behind;
            return chosen;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TTap Watch<TReducer>(TReducer reducer, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap> => reducer.Watch(seen, _taps);
    }

    /// <summary>Every second column: even ones are in the middle of windows, odd ones end one and begin the next.</summary>
    private struct Pair : ITriple<Pair>
    {
        private TTap _odd, _lower, _upper;

        public static long Stride => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TTap Begin<TReducer>(TReducer reducer, T* from, long margin, long left, TTap none, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap>
        {
            _odd = none;
            if (margin == 0) return seen;
            TTap before = TTap.Fill(from[-1]);
            _odd = reducer.Lift(before);
            return reducer.Watch(seen, before);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Choice<TTap, TNumbers> Choose<TReducer>(TReducer reducer, T* from, long left, TTap none, TNumbers first, TNumbers second, TNumbers third)
            where TReducer : struct, IChoiceLanes<T, TTap>
        {
            if (left >= 2 * TTap.Count)
            {
                _lower = TTap.Load(from);
                _upper = TTap.Load(from + TTap.Count);
            }
            else
            {
                _lower = TTap.LoadPart(from, left, reducer.Padding);
                _upper = TTap.LoadPart(from + TTap.Count, left - TTap.Count, reducer.Padding);
            }

            var (even, odd) = TTap.Unzip(reducer.Lift(_lower), reducer.Lift(_upper));
            TTap before = TTap.Neighbours<One>(_odd, odd).Before;
            var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
            Choice<TTap, TNumbers> chosen = combine.Combine(combine.Combine(new(before, first), new(even, second)), new(odd, third));
            _odd = odd;
            return chosen;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TTap Watch<TReducer>(TReducer reducer, TTap seen)
            where TReducer : struct, IChoiceLanes<T, TTap> => reducer.Watch(reducer.Watch(seen, _lower), _upper);
    }

    /// <summary>A register whose last lanes are the row's first columns, the margin; the others are padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Lead(TTap padding, T* from, long margin) =>
        // One or two columns; the one farther from the middle is in all lanes but the last, of which no other is a tap.
        TTap.Neighbours<One>(margin == 1 ? padding : TTap.Fill(from[-2]), TTap.Fill(from[-1])).Behind;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePart(TNumbers numbers, byte* to, long count)
    {
        Vector512<byte> lanes = Unsafe.BitCast<TNumbers, Vector512<byte>>(numbers);
        Vector128<byte> bytes = sizeof(TNumber) == 4 ? Avx512F.ConvertToVector128Byte(lanes.AsUInt32()) : Avx512F.ConvertToVector128Byte(lanes.AsUInt64());
        Avx512BW.VL.MaskStore(to, Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count)), bytes);
    }

    /// <summary>The rows of the first window.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="next">From there to the next one.</param>
    /// <param name="later">From there to the last one.</param>
    /// <param name="number">The first row's first number.</param>
    /// <param name="nextNumbers">How many more the next one has.</param>
    /// <param name="laterNumbers">How many more the last one has.</param>
    /// <param name="count">How many rows of windows.</param>
    private readonly struct RowsOfWindow(T* first, long next, long later, long number, long nextNumbers, long laterNumbers, long count)
    {
        public readonly T* First = first;
        public readonly long Next = next, Later = later, Number = number, NextNumbers = nextNumbers, LaterNumbers = laterNumbers, Count = count;
    }
}
