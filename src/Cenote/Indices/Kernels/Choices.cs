using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The taps that a register of windows has chosen so far, and their numbers.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
/// <typeparam name="TNumber">The unsigned integer as wide as an element.</typeparam>
/// <typeparam name="TNumbers">A register of numbers.</typeparam>
/// <typeparam name="TReducer">Says which taps are chosen.</typeparam>
internal struct Choices<T, TTap, TNumber, TNumbers, TReducer>(TReducer reducer, TTap values, TNumbers numbers)
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>
{
    public TTap Values = values, Seen;
    public TNumbers Numbers = numbers;

    /// <summary>One more tap of each window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TTap tap, TNumbers number)
    {
        Seen = reducer.Watch(Seen, tap);
        Join(reducer.Lift(tap), number);
    }

    /// <summary>What later taps came to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Join(TTap values, TNumbers numbers)
    {
        // Numbers play elements.
        Numbers = Unsafe.BitCast<TTap, TNumbers>(reducer.Choose(Values, values, Unsafe.BitCast<TNumbers, TTap>(Numbers), Unsafe.BitCast<TNumbers, TTap>(numbers)));
        Values = reducer.Combine(Values, values);
    }
}

/// <summary>Takes the taps of a register of windows one after the other, and counts them.</summary>
internal struct CountedTaps<T, TTap, TNumber, TNumbers, TReducer>(TReducer reducer, TTap values, TNumbers numbers, TNumbers next, TNumbers one) : ITapSink<TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>
{
    public Choices<T, TTap, TNumber, TNumbers, TReducer> Chosen = new(reducer, values, numbers);

    /// <summary>The next tap's number.</summary>
    public TNumbers Next = next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(TTap tap)
    {
        Chosen.Take(tap, Next);
        Next += one;
    }
}

/// <summary>A register of values, and the numbers of their taps.</summary>
internal readonly struct Choice<TTap, TNumbers>(TTap values, TNumbers numbers)
    where TTap : unmanaged
    where TNumbers : unmanaged
{
    public readonly TTap Values = values;
    public readonly TNumbers Numbers = numbers;
}

/// <summary>Combines such registers.</summary>
internal readonly struct ChoiceCombine<T, TTap, TNumber, TNumbers, TReducer>(TReducer reducer) : ICombine<Choice<TTap, TNumbers>>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
    where TReducer : struct, IChoiceLanes<T, TTap>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Choice<TTap, TNumbers> Combine(Choice<TTap, TNumbers> earlier, Choice<TTap, TNumbers> later)
    {
        // Numbers play elements. They come first, for the earlier values are needed no more then, and the better ones take their register.
        var numbers = Unsafe.BitCast<TTap, TNumbers>(reducer.Choose(earlier.Values, later.Values, Unsafe.BitCast<TNumbers, TTap>(earlier.Numbers), Unsafe.BitCast<TNumbers, TTap>(later.Numbers)));
        return new(reducer.Combine(earlier.Values, later.Values), numbers);
    }
}
