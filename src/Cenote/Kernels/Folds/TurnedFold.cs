using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Folds uneven windows along the width where neighbours lie side by side: as many rows as there are lanes are turned, so that lanes lie across the rows and have the same window, and turned back when folded.</summary>
internal readonly unsafe struct TurnedFold<T, TTap, TState, TAcc> : IRowFold<TurnedFold<T, TTap, TState, TAcc>, T, TTap, TState, TAcc>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
{
    private readonly Line _line;
    private readonly LaneExtents _extents;

    /// <summary>The columns that the line's windows read.</summary>
    private readonly long _start, _columns;

    /// <summary>Of each window the first column, and how many.</summary>
    private readonly Span* _windows;

    /// <summary>Squares to be turned, with room for turning and its result; and the columns, as many rows of each side by side.</summary>
    private readonly T* _square, _turned;
    private readonly TState* _states;

    private TurnedFold(PoolPlan plan, in Line line, LaneExtents extents, byte* scratch)
    {
        (_line, _extents) = (line, extents);
        (_start, _columns) = Columns(plan.Width, line);
        _windows = (Span*)scratch;
        for (long o = 0; o < line.Block; o++) _windows[o] = new(plan.Width[line.Start + o].Start - _start, plan.Width[line.Start + o].Count);
        _square = (T*)(scratch + WindowBytes(line));
        _states = (TState*)((byte*)_square + SquareBytes<TTap, T>());
        _turned = (T*)((byte*)_states + SquareBytes<TAcc, TState>());
    }

    public static string Name => "turned rows";

    public static bool Accepts(in PoolJob job) =>
        !job.Plan.Slides && job.Plan.Width.Dilation == 1 && job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && LaneExtents.Covers(job.Plan.Width) && job.Plan.Height.InputLength > TTap.Count / 2;

    public static bool Pays(PoolPlan plan) => true;

    public static long Channels(PoolPlan plan) => plan.Channels;

    public static long Lines(PoolPlan plan) => WidthFold<T, TTap, TState, TAcc>.Lines(plan);

    public static Line LineAt(PoolPlan plan, long number) => WidthFold<T, TTap, TState, TAcc>.LineAt(plan, number);

    public static long ScratchBytes<TReducer>(TReducer reducer, PoolPlan plan, in Line line)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        LaneExtents.Bytes(plan.Width, TReducer.ExtentSize, TTap.Count) + WindowBytes(line) + SquareBytes<TTap, T>() + SquareBytes<TAcc, TState>()
        + Scratch.Round((Columns(plan.Width, line).Count + TTap.Count) * sizeof(TTap));

    public static TurnedFold<T, TTap, TState, TAcc> Create<TReducer>(TReducer reducer, in PoolJob job, in Line line, byte* scratch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        LaneExtents extents = LaneExtents.Write<T, TTap, TState, TAcc, TReducer>(reducer, job.Plan, scratch);
        return new(job.Plan, line, extents, scratch + LaneExtents.Bytes(job.Plan.Width, TReducer.ExtentSize, TTap.Count));
    }

    public long Factor(long row, long pixel) => 1;

    public byte* Extents(long state) => _extents.At(_line.Start + state);

    public void Fold<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TState* states, long lineStep, ref TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        for (row += _start; rows > 0; rows -= TTap.Count, row += TTap.Count * rowStep, states += TTap.Count * lineStep)
        {
            long some = Math.Min(rows, TTap.Count);
            watch = Turn(reducer, row, some, rowStep, watch);
            Fold(reducer, some, states, lineStep);
        }
    }

    private static long WindowBytes(in Line line) => Scratch.Round(line.Block * sizeof(Span));

    private static long SquareBytes<TRegister, TNumber>()
        where TNumber : unmanaged
        where TRegister : unmanaged, IRegister<TRegister, TNumber> =>
        Scratch.Round((Transposition.Room<TRegister, TNumber>() + TRegister.Count * TRegister.Count) * sizeof(TNumber));

    private static (long Start, long Count) Columns(AxisPlan width, in Line line)
    {
        Window first = width[line.Start], last = width[line.Start + line.Block - 1];
        return (first.Start, last.Start + last.Count - first.Start);
    }

    /// <summary>Turns rows; behind the last of them the lanes hold it again.</summary>
    // Bounds: the last register steps back over columns already turned; rows shorter than one are loaded in part.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private TTap Turn<TReducer>(TReducer reducer, T* row, long rows, long rowStep, TTap watch)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long lanes = TTap.Count, columns = _columns;
        TTap seen = watch;
        for (long x = 0; x < columns; x += lanes)
        {
            if (columns >= lanes) x = Math.Min(x, columns - lanes);
            T* from = row + x;
            for (long lane = 0; lane < lanes; lane++)
            {
                Prefetch.Line((byte*)from + Prefetch.Distance);
                TTap taps = columns >= lanes ? TTap.Load(from) : TTap.LoadPart(from, columns, reducer.Padding);
                seen = reducer.Watch(seen, taps);
                TTap.Store(taps, _square + lane * lanes);
                if (lane + 1 < rows) from += rowStep;
            }

            Transposition.Turn<TTap, T>(_square, _turned + x * lanes);
        }

        return seen;
    }

    /// <summary>Folds the windows of turned rows, a square of outputs at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Fold<TReducer>(TReducer reducer, long rows, TState* states, long lineStep)
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        long lanes = TTap.Count, length = _line.Length;
        TState* turned = _states + Transposition.Room<TAcc, TState>();
        TAcc none = reducer.Lift(reducer.Padding);
        for (long first = 0; first < length; first += lanes)
        {
            long outputs = Math.Min(lanes, _line.Block - first);
            for (long o = 0; o < outputs; o++)
            {
                Span window = _windows[first + o];
                T* tap = _turned + window.Start * lanes;
                TAcc state = none;
                for (long k = 0; k < window.Count; k++, tap += lanes) state = reducer.Combine(state, reducer.Lift(TTap.Load(tap)));
                TAcc.Store(state, _states + o * lanes);
            }

            Transposition.Turn<TAcc, TState>(_states, turned);
            for (long row = 0; row < rows; row++) TAcc.Store(TAcc.Load(turned + row * lanes), states + row * lineStep + first);
        }
    }

    private readonly record struct Span(long Start, long Count);
}
