using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Windows along an axis of which every lane has its own, by the method of van Herk, Gil and Werman: taps come in blocks as long as a window, so that every window is the end of one block and the
/// beginning of the next, and three combinations make it, however long it is.
/// </summary>
internal static unsafe class ChoiceRuns<T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    /// <summary>Makes windows <paramref name="first"/> up to <paramref name="end"/>.</summary>
    public static void Slide<TLine, TTaps, TReducer>(TReducer reducer, ref TLine line, AxisPlan axis, long first, long end, ref TTap watch)
        where TLine : struct, IRunLine<TTap, TNumbers, TTaps>
        where TTaps : struct, IRunTaps<TTap, TNumbers>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long kernel = axis.Kernel, stride = axis.Stride, length = axis.InputLength, start = axis.Start(first), from = Math.Max(start, 0), to = Math.Min(start + kernel, length);
        line.Ready(from, to);
        for (long block = start; ; block += kernel)
        {
            long last = Math.Min(end, first + (block + kernel - start + stride - 1) / stride), next = Math.Min(to + kernel, length);
            Choice<TTap, TNumbers>* ends = line.Endings(from);
            if (first < last) watch = Endings(reducer, line.Taps(to - 1, backwards: true), to - from, ends + (to - 1 - from) * line.Step, line.Step, watch);
            if (to < next) line.Ready(to, next);
            if (first < last) watch = Windows(reducer, to < next ? line.Taps(to, backwards: false) : default, new(start, stride, kernel, from, to, length), last - first, ends, line.Window(first), line.Step, watch);
            line.Done(first, last);
            start += (last - first) * stride;
            if ((first = last) == end) return;
            (from, to) = (to, next);
        }
    }

    /// <summary>What each tap of a block and those behind it come to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Endings<TTaps, TReducer>(TReducer reducer, TTaps taps, long count, Choice<TTap, TNumbers>* to, long step, TTap watch)
        where TTaps : struct, IRunTaps<TTap, TNumbers>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        Choice<TTap, TNumbers> state = taps.Take();
        Store(state, to);
        for (; count > 1; count--)
        {
            to -= step;
            state = combine.Combine(taps.Take(), state);
            Store(state, to);
        }

        return reducer.Watch(watch, taps.Seen);
    }

    /// <summary>The windows that begin in a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TTap Windows<TTaps, TReducer>(TReducer reducer, TTaps taps, in Block block, long count, Choice<TTap, TNumbers>* ends, Choice<TTap, TNumbers>* to, long step, TTap watch)
        where TTaps : struct, IRunTaps<TTap, TNumbers>
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        var combine = new ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(reducer);
        long start = block.Start, stride = block.Stride, kernel = block.Kernel, from = block.From, end = block.To, length = block.Length, taken = end;
        // Windows that the block ends.
        for (; count > 0 && Math.Min(start + kernel, length) <= end; count--, start += stride, to += step) Store(Load(ends + (Math.Max(start, from) - from) * step), to);
        if (count == 0) return watch;
        // No taps: whatever is first wins, and has this number too.
        var beginning = new Choice<TTap, TNumbers>(reducer.Lift(reducer.Padding), taps.Number);
        if (stride == 1)
        {
            // Each window takes one tap more than the one before, as long as there are any.
            long takes = Math.Min(count, length - kernel - start + 1), clipped = Math.Clamp(from - start, 0, takes);
            (count, start) = (count - takes, start + takes);
            Choice<TTap, TNumbers> all = Load(ends);
            takes -= clipped;
            for (; clipped > 0; clipped--, to += step)
            {
                beginning = combine.Combine(beginning, taps.Take());
                Store(combine.Combine(all, beginning), to);
            }

            for (Choice<TTap, TNumbers>* ending = ends + (start - takes - from) * step; takes > 0; takes--, ending += step, to += step)
            {
                beginning = combine.Combine(beginning, taps.Take());
                Store(combine.Combine(Load(ending), beginning), to);
            }

            taken = length;
        }

        for (; count > 0; count--, start += stride, to += step)
        {
            for (long last = Math.Min(start + kernel, length); taken < last; taken++) beginning = combine.Combine(beginning, taps.Take());
            Store(combine.Combine(Load(ends + (Math.Max(start, from) - from) * step), beginning), to);
        }

        return reducer.Watch(watch, taps.Seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Choice<TTap, TNumbers> Load(Choice<TTap, TNumbers>* from) => new(TTap.Load((T*)from), TNumbers.Load((TNumber*)((TTap*)from + 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in Choice<TTap, TNumbers> choice, Choice<TTap, TNumbers>* to)
    {
        TTap.Store(choice.Values, (T*)to);
        TNumbers.Store(choice.Numbers, (TNumber*)((TTap*)to + 1));
    }

    /// <summary>A block of taps, clipped to the input, and the first of the windows that begin in it.</summary>
    private readonly record struct Block(long Start, long Stride, long Kernel, long From, long To, long Length);
}

/// <summary>Taps that are taken one after the other.</summary>
internal interface IRunTaps<TTap, TNumbers>
    where TTap : unmanaged
    where TNumbers : unmanaged
{
    Choice<TTap, TNumbers> Take();

    /// <summary>The next one's number.</summary>
    TNumbers Number { get; }

    /// <summary>What is noted of them.</summary>
    TTap Seen { get; }
}

/// <summary>Taps in memory, numbered one by one.</summary>
internal unsafe struct CountedRun<T, TTap, TNumber, TNumbers, TReducer>(TReducer reducer, T* at, long step, TNumbers number, TNumbers next) : IRunTaps<TTap, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>
{
    private T* _at = at;
    private TNumbers _number = number;
    private TTap _seen;

    public readonly TNumbers Number => _number;

    public readonly TTap Seen => _seen;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Choice<TTap, TNumbers> Take()
    {
        TTap tap = TTap.Load(_at);
        _at += step;
        _seen = reducer.Watch(_seen, tap);
        var choice = new Choice<TTap, TNumbers>(reducer.Lift(tap), _number);
        _number += next;
        return choice;
    }
}

/// <summary>What other taps came to.</summary>
internal unsafe struct KeptRun<T, TTap, TNumber, TNumbers>(Choice<TTap, TNumbers>* at, long step) : IRunTaps<TTap, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private Choice<TTap, TNumbers>* _at = at;

    public readonly TNumbers Number => ChoiceRuns<T, TTap, TNumber, TNumbers>.Load(_at).Numbers;

    public readonly TTap Seen => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Choice<TTap, TNumbers> Take()
    {
        var choice = ChoiceRuns<T, TTap, TNumber, TNumbers>.Load(_at);
        _at += step;
        return choice;
    }
}

/// <summary>A line of taps, and where what is made of them lies.</summary>
internal unsafe interface IRunLine<TTap, TNumbers, TTaps>
    where TTap : unmanaged
    where TNumbers : unmanaged
    where TTaps : struct
{
    /// <summary>From one of what lies here to the next.</summary>
    long Step { get; }

    /// <summary>Asks for taps; those before are needed no more.</summary>
    void Ready(long from, long end);

    /// <summary>The taps from one on, or from it back.</summary>
    TTaps Taps(long position, bool backwards);

    /// <summary>Where the endings of a block go that begins with a tap.</summary>
    Choice<TTap, TNumbers>* Endings(long from);

    /// <summary>Where windows go, from one on.</summary>
    Choice<TTap, TNumbers>* Window(long output);

    /// <summary>Says that windows are there.</summary>
    void Done(long first, long end);
}
