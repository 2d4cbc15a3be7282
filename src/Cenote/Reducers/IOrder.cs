using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Which of two numbers an extreme prefers: what a maximum and a minimum differ in.</summary>
internal interface IOrder
{
    /// <summary>Of a type's smallest and largest value, infinities where it has them, the one that no other is worse than.</summary>
    static abstract T Worst<T>(T smallest, T largest);

    static abstract bool IsBetter<T>(T later, T earlier)
        where T : IComparisonOperators<T, T, bool>;

    /// <summary>The later operand where it is better, else the earlier one: −0 and +0 tie. With a NaN on either side the earlier one.</summary>
    static abstract TTap Best<T, TTap>(TTap earlier, TTap later)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>;

    /// <summary>The operand that is not better; of numbers.</summary>
    static abstract TTap Worse<T, TTap>(TTap left, TTap right)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>;

    /// <summary>All bits of the lanes where <paramref name="later"/> is better.</summary>
    static abstract TTap Better<T, TTap>(TTap later, TTap earlier)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>;

    /// <summary>The lanes of <paramref name="yes"/> where <paramref name="later"/> is better: in one step, that the mask need not become a register.</summary>
    static abstract TTap SelectBetter<T, TTap>(TTap later, TTap earlier, TTap yes, TTap no)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>;
}

/// <summary>The order of a maximum.</summary>
internal readonly struct Greatest : IOrder
{
    public static T Worst<T>(T smallest, T largest) => smallest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBetter<T>(T later, T earlier)
        where T : IComparisonOperators<T, T, bool> => later > earlier;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Best<T, TTap>(TTap earlier, TTap later)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Max(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Worse<T, TTap>(TTap left, TTap right)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Better<T, TTap>(TTap later, TTap earlier)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Greater(later, earlier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap SelectBetter<T, TTap>(TTap later, TTap earlier, TTap yes, TTap no)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.SelectGreater(later, earlier, yes, no);
}

/// <summary>The order of a minimum.</summary>
internal readonly struct Least : IOrder
{
    public static T Worst<T>(T smallest, T largest) => largest;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsBetter<T>(T later, T earlier)
        where T : IComparisonOperators<T, T, bool> => later < earlier;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Best<T, TTap>(TTap earlier, TTap later)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Min(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Worse<T, TTap>(TTap left, TTap right)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap Better<T, TTap>(TTap later, TTap earlier)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.Greater(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap SelectBetter<T, TTap>(TTap later, TTap earlier, TTap yes, TTap no)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => TTap.SelectGreater(earlier, later, yes, no);
}
