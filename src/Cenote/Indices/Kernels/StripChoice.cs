using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Walks down strips of square windows, up to 5×5 at stride 1 and 3×3 at stride 2: a register of neighbours, whose taps have been copied with their padding.</summary>
internal static unsafe class StripChoice<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    public static bool Suits(PoolPlan plan) =>
        plan.Slides && plan.Depth.Kernel == 1 && plan.Height.Kernel == plan.Width.Kernel && plan.Height.Stride == plan.Width.Stride && (plan.Width.Kernel, plan.Width.Stride) is (2, 1) or (3, 1) or (3, 2) or (4, 1) or (5, 1);

    /// <summary>Walks down one strip.</summary>
    public static void Down<TReducer>(TReducer reducer, in StripDown<T, TNumber> walk)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        if (walk.Stride == 2) Down<Three, Two, MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, CrossedLoad<T, TTap>, TReducer>(reducer, walk);
        else if (walk.Taps == 2) Down<Two, One, MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, walk);
        else if (walk.Taps == 3) Down<Three, One, MoreOpen<MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, walk);
        else if (walk.Taps == 4) Down<Any, One, MoreOpen<MoreOpen<MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, walk);
        // Known to be five, the taps of a row were written out with more registers than there are.
        else Down<Any, One, MoreOpen<MoreOpen<MoreOpen<MoreOpen<OneOpen<Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, Choice<TTap, TNumbers>>, UnitLoad<T, TTap>, TReducer>(reducer, walk);
    }

    // Bounds: copies hold all that a strip loads.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Down<TTaps, TStride, TOpen, TLoad, TReducer>(TReducer reducer, in StripDown<T, TNumber> walk)
        where TTaps : struct, ISide
        where TStride : struct, ISide
        where TOpen : struct, IOpenWindows<TOpen, Choice<TTap, TNumbers>>
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long taps = TTaps.Of(walk.Taps), dilation = walk.TapStep, stride = TStride.Of(walk.Stride), shared = taps - (TOpen.Count - 1) * stride;
        long rowStep = walk.RowStep, toStep = walk.ToStep, markStep = walk.MarkStep, nextStep = walk.NextStep, left = walk.Outputs, outside = walk.Outside;
        T* from = walk.From, to = walk.To;
        byte* marks = walk.Marks, next = walk.Next;
        TNumbers one = NumberLine.Fill<TNumbers, TNumber>(1), row = default, rowTaps = NumberLine.Fill<TNumbers, TNumber>(taps), strideTaps = NumberLine.Fill<TNumbers, TNumber>(stride * taps);
        TNumbers start = NumberLine.Fill<TNumbers, TNumber>((1 - TOpen.Count) * stride * taps);
        TNumbers first = TNumbers.Load(walk.Heads) + NumberLine.Fill<TNumbers, TNumber>(outside * taps);
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        TOpen open = default;
        bool everyRow = typeof(TStride) == typeof(One);
        // One place for all rows, since the inliner has a budget: the first of each stride begins a window, and the last that the oldest one reads ends it.
        for (long before = TOpen.Count - 1, i = 0; ; from += rowStep)
        {
            // A new window is what it chooses of this row; above the input that is nothing, by the number of its first tap inside.
            Choice<TTap, TNumbers> loaded = Row<TLoad, TReducer>(reducer, from, taps, dilation, first, row + one, one);
            row += rowTaps;
            if (--outside < 0) first += rowTaps;
            if (everyRow || i == 0)
            {
                open.TakeNewer(combine, loaded);
                open.Shift(loaded);
            }
            else if (i < shared) open.Take(combine, loaded);
            else open.TakeNewer(combine, loaded);

            if ((everyRow || ++i == shared) && before <= 0)
            {
                Prefetch.Line(next);
                TTap.Store(TLoad.Settle(reducer.Finish(open.Oldest.Values, null, 1)), to);
                TNumbers.StoreNarrow(Settle<TLoad>(open.Oldest.Numbers - start), marks, 1);
                if (--left == 0) return;
                to += toStep;
                marks += markStep;
                next += nextStep;
            }

            if (!everyRow && i < stride) continue;
            i = 0;
            before--;
            start += strideTaps;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TNumbers Settle<TLoad>(TNumbers numbers)
        where TLoad : struct, IStridedLoad<T, TTap> => Unsafe.BitCast<TTap, TNumbers>(TLoad.Settle(Unsafe.BitCast<TNumbers, TTap>(numbers)));

    /// <summary>What the windows choose of a row.</summary>
    /// <param name="reducer">Chooses.</param>
    /// <param name="from">The first taps.</param>
    /// <param name="taps">How many.</param>
    /// <param name="dilation">The distance between them.</param>
    /// <param name="head">The number of the first tap inside the input: what counts where all are as good as padding.</param>
    /// <param name="second">The second tap's number.</param>
    /// <param name="one">What lies between numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Choice<TTap, TNumbers> Row<TLoad, TReducer>(TReducer reducer, T* from, long taps, long dilation, TNumbers head, TNumbers second, TNumbers one)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var row = new RowOfTaps<TReducer>(reducer, head, second, one);
        default(TLoad).Walk(ref row, from, taps, dilation);
        return row.Chosen;
    }

    private struct RowOfTaps<TReducer>(TReducer reducer, TNumbers head, TNumbers second, TNumbers one) : ITapSink<TTap>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        public Choice<TTap, TNumbers> Chosen;

        private TNumbers _next = second;
        private bool _any;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(TTap tap)
        {
            if (_any)
            {
                Chosen = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer).Combine(Chosen, new(reducer.Lift(tap), _next));
                _next += one;
                return;
            }

            Chosen = new(reducer.Lift(tap), head);
            _any = true;
        }
    }
}

/// <summary>One way down a strip; distances in elements, and of indices and what is asked for in bytes.</summary>
internal readonly unsafe struct StripDown<T, TNumber>
    where T : unmanaged
    where TNumber : unmanaged
{
    /// <param name="plan">Whose windows they are.</param>
    /// <param name="heads">For each lane the number, in its row, of the first tap inside the input.</param>
    /// <param name="first">The first output row.</param>
    /// <param name="end">The row behind the last one.</param>
    public StripDown(PoolPlan plan, TNumber* heads, long first, long end)
    {
        long step = plan.Height.Dilation;
        (Taps, Stride, Outputs) = (plan.Width.Kernel, plan.Height.Stride, (end - first + step - 1) / step);
        Heads = heads;
        Outside = Math.Max(0, (step - 1 - plan.Height.Start(first)) / step);
    }

    public long Taps { get; }

    public long Stride { get; }

    public long Outputs { get; }

    /// <summary>Rows above the input: windows that begin there begin to count at its first row.</summary>
    public long Outside { get; }

    public TNumber* Heads { get; }

    /// <summary>The first tap, and the distances to the next row and the next tap.</summary>
    public T* From { get; init; }

    /// <inheritdoc cref="From"/>
    public long RowStep { get; init; }

    /// <inheritdoc cref="From"/>
    public long TapStep { get; init; }

    /// <summary>The first output.</summary>
    public T* To { get; init; }

    /// <inheritdoc cref="To"/>
    public long ToStep { get; init; }

    /// <summary>Its index.</summary>
    public byte* Marks { get; init; }

    /// <inheritdoc cref="Marks"/>
    public long MarkStep { get; init; }

    /// <summary>What will be written afterwards.</summary>
    public byte* Next { get; init; }

    /// <inheritdoc cref="Next"/>
    public long NextStep { get; init; }
}
