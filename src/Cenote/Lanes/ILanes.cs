using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>One or more registers that are loaded and stored as a whole.</summary>
internal unsafe interface IRegister<TSelf, T>
    where TSelf : unmanaged, IRegister<TSelf, T>
    where T : unmanaged
{
    static abstract int Count { get; }

    static abstract TSelf Load(T* from);

    static abstract void Store(TSelf lanes, T* to);

    /// <summary>Two registers laid end to end: the lanes with even numbers, and the odd ones behind them.</summary>
    static abstract (TSelf Even, TSelf Odd) Unzip(TSelf low, TSelf high);

    /// <summary>Applies a function of two numbers to all lanes.</summary>
    static abstract TSelf Map<TMap>(TSelf left, TSelf right, TMap map)
        where TMap : struct, ILaneMap;
}

/// <summary>A function of two numbers, on registers.</summary>
internal interface ILaneMap
{
    TLanes Of<TLanes, T>(TLanes left, TLanes right)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;
}

/// <summary>A register of elements: the one facade under which every loop is written once, whatever the width.</summary>
/// <typeparam name="TSelf">The register.</typeparam>
/// <typeparam name="T">A lane: a primitive number. Half and BFloat16 travel as the 16 bits they are.</typeparam>
// In two parts: for each member that a loop names the runtime looks through all of its interface, and again for each of them. Of sixty in one that was a tenth of a first call.
internal unsafe interface ILanes<TSelf, T> : ILaneMoves<TSelf, T>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged
{
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>The sum with a register in memory, which is an operand of the addition: in a variable of its own it is loaded by an instruction of its own.</summary>
    static abstract TSelf AddFrom(TSelf sum, T* term);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The upper halves of products of 16-bit integers.</summary>
    static abstract TSelf MultiplyHigh(TSelf left, TSelf right);

    /// <summary>Floating-point numbers, each the nearest whole one, halves to the even one.</summary>
    static abstract TSelf RoundToEven(TSelf lanes);

    /// <summary>Floating-point numbers times 2 to the power of whole ones, where neither these nor the results leave the normal range.</summary>
    static abstract TSelf Scale(TSelf lanes, TSelf exponents);

    /// <summary>The square roots of floating-point numbers, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf lanes);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    static abstract TSelf operator <<(TSelf lanes, int bits);

    static abstract TSelf operator >>>(TSelf lanes, int bits);

    static abstract TSelf operator >>(TSelf lanes, int bits);

    /// <summary>The sign in every bit of a lane.</summary>
    static abstract TSelf Signs(TSelf lanes);

    /// <summary>The sum, which is not −0, and where the bits of a number and of <paramref name="same"/> are the same, the term too.</summary>
    // From memory, that neither needs a load of its own.
    static abstract TSelf AddWhereSame(TSelf sum, T* terms, T* numbers, TSelf same);

    /// <summary>The lanes of <paramref name="yes"/> where the bits of a number and of <paramref name="same"/> are the same.</summary>
    static abstract TSelf SelectSame(TSelf number, TSelf same, TSelf yes, TSelf no);

    /// <summary>The same, from memory.</summary>
    static virtual TSelf SelectSameFrom(TSelf number, TSelf same, T* yes, TSelf no) => TSelf.SelectSame(number, same, TSelf.Load(yes), no);

    /// <summary>Stores lanes where the bits of a number and of <paramref name="same"/> are the same; what is elsewhere stays, but may be written again.</summary>
    static virtual void StoreSame(TSelf number, TSelf same, TSelf lanes, T* to) => TSelf.Store(TSelf.SelectSame(number, same, lanes, TSelf.Load(to)), to);

    /// <summary>All bits of the lanes where <paramref name="left"/> is greater.</summary>
    static abstract TSelf Greater(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);

    /// <summary>The lanes of <paramref name="yes"/> where <paramref name="left"/> is greater: in one step, that the mask need not become a register.</summary>
    static abstract TSelf SelectGreater(TSelf left, TSelf right, TSelf yes, TSelf no);

    /// <summary>The later operand where it is greater, else the earlier one: −0 and +0 tie. With a NaN on either side the earlier one.</summary>
    static abstract TSelf Max(TSelf earlier, TSelf later);

    /// <summary>The later operand where it is less, else the earlier one: −0 and +0 tie. With a NaN on either side the earlier one.</summary>
    static abstract TSelf Min(TSelf earlier, TSelf later);

    static abstract bool AnyNaN(TSelf lanes);

    /// <summary>The lane whose bits are less, as signed integers: −0 is the least of all floating-point numbers.</summary>
    static abstract TSelf LesserBits(TSelf left, TSelf right);

    /// <summary>The lane whose bits are greater, as unsigned integers; of 16 bits.</summary>
    static abstract TSelf GreaterBits(TSelf left, TSelf right);

    /// <summary>Whether a lane is −0.</summary>
    static abstract bool AnyNegativeZero(TSelf lanes);

    /// <summary>Whether all bits of all lanes are zero.</summary>
    static abstract bool IsZero(TSelf lanes);
}

/// <summary>Where lanes come from and go to: memory, other types, other places.</summary>
/// <inheritdoc cref="ILanes{TSelf, T}"/>
internal unsafe interface ILaneMoves<TSelf, T> : IRegister<TSelf, T>
    where TSelf : unmanaged, ILaneMoves<TSelf, T>
    where T : unmanaged
{
    static abstract TSelf Fill(T value);

    /// <summary>Loads the lanes up to <paramref name="end"/>, which may lie outside the register; no byte of any other is touched.</summary>
    static abstract TSelf LoadPart(T* from, long end, TSelf otherwise);

    /// <summary>All bits of the first lanes.</summary>
    static abstract TSelf First(long count);

    /// <summary>Loads the lanes of a mask made by <see cref="First"/>; no byte of any other is touched.</summary>
    static abstract TSelf LoadMasked(T* from, TSelf mask, TSelf otherwise);

    /// <summary>Unsigned integers of 1, 2 or 4 bytes each, and of 8 where lanes have as many, at the width of a lane.</summary>
    static abstract TSelf LoadUnsigned(byte* from, int size);

    /// <summary>Stores the first lanes only; no byte behind them is touched.</summary>
    static abstract void StorePart(TSelf lanes, T* to, long end);

    /// <summary>Stores past the caches what is as long as a line, where a line begins.</summary>
    static virtual void StorePast(TSelf lanes, T* to) => TSelf.Store(lanes, to);

    /// <summary>Stores the lower <paramref name="size"/> bytes of every lane, side by side: 1, 2, 4 or 8, and no more than a lane has.</summary>
    static abstract void StoreNarrow(TSelf lanes, void* to, int size);

    /// <summary>The lanes at twice the width, in two registers <typeparamref name="TWide"/> of the next wider type of the same kind.</summary>
    static abstract (TWide Lower, TWide Upper) Widen<TWide>(TSelf lanes)
        where TWide : unmanaged;

    /// <summary>The same of lanes in memory.</summary>
    static virtual (TWide Lower, TWide Upper) WidenFrom<TWide>(T* from)
        where TWide : unmanaged => TSelf.Widen<TWide>(TSelf.Load(from));

    /// <summary>Sums of two neighbours, integers of up to 32 bits, at twice the width.</summary>
    static abstract TWide AddNeighbours<TWide>(TSelf lanes)
        where TWide : unmanaged;

    /// <summary>Floats as doubles in one register twice as wide; there is none wider than 512 bits.</summary>
    static abstract TWide Expand<TWide>(TSelf lanes)
        where TWide : unmanaged;

    /// <summary>Doubles of a register twice as wide, rounded to floats.</summary>
    static abstract TSelf Shrink<TWide>(TWide lanes)
        where TWide : unmanaged;

    /// <summary>Two registers of wider numbers as one; integers keep their lower half, floats are rounded.</summary>
    static abstract TSelf Narrow<TWide>(TWide lower, TWide upper)
        where TWide : unmanaged;

    /// <summary>Integers of 32 or 64 bits, signed, as floating-point numbers of that width; those of 64 bits less than 2⁵¹ in magnitude.</summary>
    static abstract TReal ToReal<TReal>(TSelf lanes)
        where TReal : unmanaged;

    /// <summary>Floating-point numbers, cut to integers of their width; doubles less than 2⁵¹ in magnitude.</summary>
    static abstract TInteger ToInteger<TInteger>(TSelf lanes)
        where TInteger : unmanaged;

    /// <summary>Integers of 32 bits, signed, as doubles.</summary>
    static abstract (TReal Lower, TReal Upper) ToDoubles<TReal>(TSelf lanes)
        where TReal : unmanaged;

    /// <summary>Doubles, cut to integers of 32 bits.</summary>
    static abstract TSelf FromDoubles<TReal>(TReal lower, TReal upper)
        where TReal : unmanaged;

    /// <summary>
    /// Of two registers laid end to end what begins a few lanes before the higher one, and a few lanes behind the lower one's beginning; these lanes fill no more than 16 bytes, or half a register.
    /// </summary>
    static abstract (TSelf Before, TSelf Behind) Neighbours<TBy>(TSelf low, TSelf high)
        where TBy : struct, ISide;

    /// <summary>The last lane in all of them.</summary>
    static abstract TSelf FillLast(TSelf lanes);

    /// <summary>For every lane the sum of all up to it, it included; integers.</summary>
    static abstract TSelf RunningSums(TSelf lanes);

    /// <summary>As <see cref="IRegister{TSelf, T}.Unzip"/>, but with the lanes in the order that takes the fewest steps.</summary>
    static abstract (TSelf Even, TSelf Odd) UnzipCrossed(TSelf low, TSelf high);

    /// <summary>The lanes in their own order, given in that one.</summary>
    static abstract TSelf Uncross(TSelf lanes);

    /// <summary>Which lane lies in a place of that order.</summary>
    static abstract int Crossed(int place);

    /// <summary>Four registers in memory as four others: every fourth lane, from the first, the second, the third and the fourth one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual (TSelf First, TSelf Second, TSelf Third, TSelf Fourth) LoadFourths(T* from)
    {
        var (even, odd) = TSelf.Unzip(TSelf.Load(from), TSelf.Load(from + TSelf.Count));
        var (laterEven, laterOdd) = TSelf.Unzip(TSelf.Load(from + 2 * TSelf.Count), TSelf.Load(from + 3 * TSelf.Count));
        var (first, third) = TSelf.Unzip(even, laterEven);
        var (second, fourth) = TSelf.Unzip(odd, laterOdd);
        return (first, second, third, fourth);
    }

    /// <summary>Lanes of two registers laid end to end, by their numbers in <paramref name="pattern"/>.</summary>
    static abstract TSelf Pick(TSelf low, TSelf high, TSelf pattern);

    /// <summary>The pattern of every n-th lane, beginning with <paramref name="first"/>; numbers wrap as <see cref="Pick"/> does.</summary>
    static abstract TSelf Every(int step, int first);
}
