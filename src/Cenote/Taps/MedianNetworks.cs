using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Medians of small windows, written out so that they stay on registers: several rows of windows share what they read, lanes lie across the width.</summary>
/// <inheritdoc cref="MedianLines{TElement, T, TTap}"/>
internal static unsafe class MedianNetworks<TElement, T, TTap>
    where TElement : unmanaged
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>The most rows that <see cref="Nine"/> makes at a time.</summary>
    public const long NineRows = 4;

    /// <summary>
    /// Four rows of 3×3: of three sorted rows of taps the middle one of the greatest low, the middle middle and the least high (Paeth, "Median finding on a 3×3 grid", 1990).
    /// Each of the six rows of taps is sorted once, and what two neighbours in the middle of four come to is shared by two windows: 76 minima and maxima.
    /// </summary>
    /// <typeparam name="TNumber"><typeparamref name="T"/>, or <typeparamref name="TElement"/> as it lies in the input.</typeparam>
    /// <typeparam name="TLanes">A register of them.</typeparam>
    /// <param name="row">The first row of taps.</param>
    /// <param name="pitch">From one to the next, in elements.</param>
    /// <param name="step">From one tap of a window's row to the next.</param>
    /// <param name="output">Where the first row of outputs goes.</param>
    /// <param name="next">From one to the next.</param>
    /// <param name="rows">How many rows there are, at most four: of fewer the first one is written again and again, the last time by its own taps.</param>
    /// <param name="count">How many outputs a row has; at least a register.</param>
    /// <returns>Whether the rows of taps but the first and the last one, as far as the first column of the windows reads them, are <see cref="InOrder"/>.</returns>
    // Bounds: the last register steps back.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool Nine<TNumber, TLanes>(TNumber* row, long pitch, long step, TNumber* output, long next, long rows, long count)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber>
    {
        TNumber* row1 = row + (rows > 3 ? pitch : 0), row2 = row1 + (rows > 2 ? pitch : 0), row3 = row2 + (rows > 1 ? pitch : 0), row4 = row3 + pitch, row5 = row4 + pitch;
        TNumber* output1 = output + (rows > 3 ? next : 0), output2 = output1 + (rows > 2 ? next : 0), output3 = output2 + (rows > 1 ? next : 0);
        TLanes same = TLanes.Equal(default, default), least = default;
        for (long i = 0, last = count - TLanes.Count; ; i = Math.Min(i + TLanes.Count, last))
        {
            var first = Three<TNumber, TLanes>(row + i, step, ref same, ref least, watch: false);
            var second = Three<TNumber, TLanes>(row1 + i, step, ref same, ref least, watch: true);
            var third = Three<TNumber, TLanes>(row2 + i, step, ref same, ref least, watch: true);
            var two = Two<TNumber, TLanes>(second, third);
            TLanes.Store(Join<TNumber, TLanes>(first, two), output + i);
            var fourth = Three<TNumber, TLanes>(row3 + i, step, ref same, ref least, watch: true);
            TLanes.Store(Join<TNumber, TLanes>(fourth, two), output1 + i);
            var fifth = Three<TNumber, TLanes>(row4 + i, step, ref same, ref least, watch: true);
            two = Two<TNumber, TLanes>(fourth, fifth);
            TLanes.Store(Join<TNumber, TLanes>(third, two), output2 + i);
            TLanes.Store(Join<TNumber, TLanes>(Three<TNumber, TLanes>(row5 + i, step, ref same, ref least, watch: false), two), output3 + i);
            if (i == last) break;
        }

        return IsClear<TNumber, TLanes>(same, least);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLanes Low, TLanes Middle, TLanes High) Three<TNumber, TLanes>(TNumber* row, long step, ref TLanes same, ref TLanes least, bool watch)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber>
    {
        TLanes first = TLanes.Load(row), second = TLanes.Load(row + step), third = TLanes.Load(row + 2 * step), less = TLanes.Min(first, second), more = TLanes.Max(first, second);
        if (watch && Watches<TNumber>()) (same, least) = (same & TLanes.Equal(first, first), TLanes.LesserBits(least, first));
        return (TLanes.Min(less, third), TLanes.Max(less, TLanes.Min(more, third)), TLanes.Max(more, third));
    }

    /// <summary>What two sorted rows come to: the greater low, their middles in order and the lesser high.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLanes Low, TLanes Less, TLanes More, TLanes High) Two<TNumber, TLanes>((TLanes Low, TLanes Middle, TLanes High) one, (TLanes Low, TLanes Middle, TLanes High) other)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber> =>
        (TLanes.Max(one.Low, other.Low), TLanes.Min(one.Middle, other.Middle), TLanes.Max(one.Middle, other.Middle), TLanes.Min(one.High, other.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Join<TNumber, TLanes>((TLanes Low, TLanes Middle, TLanes High) row, (TLanes Low, TLanes Less, TLanes More, TLanes High) two)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber> =>
        Lift<TNumber, TLanes>(Middle<TNumber, TLanes>(TLanes.Max(two.Low, row.Low), TLanes.Max(two.Less, TLanes.Min(two.More, row.Middle)), TLanes.Min(two.High, row.High)));

    /// <summary>Whether part of a row is in the order of its numbers, as minima and maxima know it: it holds no NaN and no −0.</summary>
    // Bounds: the last register steps back, so that there must be one in the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static bool InOrder<TNumber, TLanes>(TNumber* row, long from, long end)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber>
    {
        if (!Watches<TNumber>()) return true;
        TLanes same = TLanes.Equal(default, default), least = default;
        for (long i = from; i < end; i += TLanes.Count)
        {
            TLanes one = TLanes.Load(row + Math.Min(i, end - TLanes.Count));
            (same, least) = (same & TLanes.Equal(one, one), TLanes.LesserBits(least, one));
        }

        return IsClear<TNumber, TLanes>(same, least);
    }

    /// <summary>Sorts columns of five, two rows of windows at a time: the four rows that they share first.</summary>
    /// <param name="row">The first of six rows of taps.</param>
    /// <param name="pitch">From one to the next, and from one sorted line to the next.</param>
    /// <param name="to">Five lines for the first five rows, then five for the last five; each has room for a register behind it.</param>
    /// <param name="count">The length of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void SortFives(T* row, long pitch, T* to, long count)
    {
        T* row1 = row + pitch, row2 = row1 + pitch, row3 = row2 + pitch, row4 = row3 + pitch, row5 = row4 + pitch, lower = to + 5 * pitch;
        for (long i = 0; i < count; i += TTap.Count)
        {
            TTap first = TTap.Load(row1 + i), second = TTap.Load(row2 + i), third = TTap.Load(row3 + i), fourth = TTap.Load(row4 + i);
            (first, second) = (TTap.Min(first, second), TTap.Max(first, second));
            (third, fourth) = (TTap.Min(third, fourth), TTap.Max(third, fourth));
            (first, third) = (TTap.Min(first, third), TTap.Max(first, third));
            (second, fourth) = (TTap.Min(second, fourth), TTap.Max(second, fourth));
            (second, third) = (TTap.Min(second, third), TTap.Max(second, third));
            TTap one = TTap.Load(row + i), other = TTap.Load(row5 + i);
            TTap.Store(TTap.Min(first, one), to + i);
            TTap.Store(TTap.Max(first, TTap.Min(second, one)), to + pitch + i);
            TTap.Store(TTap.Max(second, TTap.Min(third, one)), to + 2 * pitch + i);
            TTap.Store(TTap.Max(third, TTap.Min(fourth, one)), to + 3 * pitch + i);
            TTap.Store(TTap.Max(fourth, one), to + 4 * pitch + i);
            TTap.Store(TTap.Min(first, other), lower + i);
            TTap.Store(TTap.Max(first, TTap.Min(second, other)), lower + pitch + i);
            TTap.Store(TTap.Max(second, TTap.Min(third, other)), lower + 2 * pitch + i);
            TTap.Store(TTap.Max(third, TTap.Min(fourth, other)), lower + 3 * pitch + i);
            TTap.Store(TTap.Max(fourth, other), lower + 4 * pitch + i);
        }
    }

    /// <summary>A row of 5×5 from sorted columns: 52 steps with 80 minima and maxima, found by changing a sorting network at random for as long as it brought all columns of zeros and ones to their median.</summary>
    /// <param name="row0">The line of the least of each column; the others follow.</param>
    /// <param name="pitch">From one line to the next.</param>
    /// <param name="step">From one tap of a window's row to the next.</param>
    /// <param name="output">Where the outputs go.</param>
    /// <param name="count">How many there are; at least a register.</param>
    // Bounds: the last register steps back. The order of the steps keeps few numbers alive at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void TwentyFive(T* row0, long pitch, long step, T* output, long count)
    {
        T* row1 = row0 + pitch, row2 = row1 + pitch, row3 = row2 + pitch, row4 = row3 + pitch;
        for (long i = 0; i < count; i += TTap.Count)
        {
            i = Math.Min(i, count - TTap.Count);
            long i1 = i + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step;
            TTap t33 = TTap.Load(row3 + i3);
            TTap t32 = TTap.Load(row3 + i2);
            (t33, t32) = (TTap.Min(t33, t32), TTap.Max(t33, t32));
            TTap t10 = TTap.Load(row1 + i);
            TTap t34 = TTap.Load(row3 + i4);
            (t10, t34) = (TTap.Min(t10, t34), TTap.Max(t10, t34));
            t32 = TTap.Min(t32, t34);
            TTap t14 = TTap.Load(row1 + i4);
            TTap t12 = TTap.Load(row1 + i2);
            (t14, t12) = (TTap.Min(t14, t12), TTap.Max(t14, t12));
            (t12, t33) = (TTap.Min(t12, t33), TTap.Max(t12, t33));
            TTap t11 = TTap.Load(row1 + i1);
            TTap t13 = TTap.Load(row1 + i3);
            (t11, t13) = (TTap.Min(t11, t13), TTap.Max(t11, t13));
            TTap t30 = TTap.Load(row3 + i);
            (t13, t30) = (TTap.Min(t13, t30), TTap.Max(t13, t30));
            t13 = TTap.Max(t14, t13);
            t30 = TTap.Min(t30, t33);
            (t12, t13) = (TTap.Min(t12, t13), TTap.Max(t12, t13));
            t12 = TTap.Max(t10, t12);
            t11 = TTap.Max(t12, t11);
            (t11, t13) = (TTap.Min(t11, t13), TTap.Max(t11, t13));
            TTap t31 = TTap.Load(row3 + i1);
            (t30, t31) = (TTap.Min(t30, t31), TTap.Max(t30, t31));
            (t30, t32) = (TTap.Min(t30, t32), TTap.Max(t30, t32));
            t32 = TTap.Min(t32, t31);
            t13 = TTap.Min(t13, t32);
            t11 = TTap.Max(t30, t11);
            (t11, t13) = (TTap.Min(t11, t13), TTap.Max(t11, t13));
            TTap t01 = TTap.Load(row0 + i1);
            TTap t02 = TTap.Load(row0 + i2);
            (t01, t02) = (TTap.Min(t01, t02), TTap.Max(t01, t02));
            TTap t04 = TTap.Load(row0 + i4);
            TTap t00 = TTap.Load(row0 + i);
            (t04, t00) = (TTap.Min(t04, t00), TTap.Max(t04, t00));
            t02 = TTap.Max(t04, t02);
            (t00, t02) = (TTap.Min(t00, t02), TTap.Max(t00, t02));
            t01 = TTap.Max(t00, t01);
            TTap t03 = TTap.Load(row0 + i3);
            (t02, t03) = (TTap.Min(t02, t03), TTap.Max(t02, t03));
            t01 = TTap.Max(t02, t01);
            t11 = TTap.Max(t01, t11);
            TTap t24 = TTap.Load(row2 + i4);
            TTap t21 = TTap.Load(row2 + i1);
            (t24, t21) = (TTap.Min(t24, t21), TTap.Max(t24, t21));
            (t03, t24) = (TTap.Min(t03, t24), TTap.Max(t03, t24));
            TTap t22 = TTap.Load(row2 + i2);
            (t22, t21) = (TTap.Min(t22, t21), TTap.Max(t22, t21));
            TTap t20 = TTap.Load(row2 + i);
            TTap t23 = TTap.Load(row2 + i3);
            (t20, t23) = (TTap.Min(t20, t23), TTap.Max(t20, t23));
            t21 = TTap.Min(t21, t23);
            t20 = TTap.Max(t03, t20);
            (t24, t21) = (TTap.Min(t24, t21), TTap.Max(t24, t21));
            (t22, t20) = (TTap.Min(t22, t20), TTap.Max(t22, t20));
            (t24, t20) = (TTap.Min(t24, t20), TTap.Max(t24, t20));
            t22 = TTap.Max(t24, t22);
            TTap t43 = TTap.Load(row4 + i3);
            TTap t42 = TTap.Load(row4 + i2);
            (t43, t42) = (TTap.Min(t43, t42), TTap.Max(t43, t42));
            TTap t41 = TTap.Load(row4 + i1);
            t42 = TTap.Min(t42, t41);
            TTap t44 = TTap.Load(row4 + i4);
            (t42, t44) = (TTap.Min(t42, t44), TTap.Max(t42, t44));
            TTap t40 = TTap.Load(row4 + i);
            (t40, t42) = (TTap.Min(t40, t42), TTap.Max(t40, t42));
            t44 = TTap.Min(t44, t42);
            t44 = TTap.Min(t44, t43);
            (t11, t44) = (TTap.Min(t11, t44), TTap.Max(t11, t44));
            t22 = TTap.Max(t11, t22);
            t20 = TTap.Min(t20, t44);
            (t20, t40) = (TTap.Min(t20, t40), TTap.Max(t20, t40));
            t21 = TTap.Min(t21, t40);
            t13 = TTap.Min(t13, t21);
            (t13, t22) = (TTap.Min(t13, t22), TTap.Max(t13, t22));
            t20 = TTap.Max(t13, t20);
            t20 = TTap.Min(t20, t22);
            TTap.Store(MedianLines<TElement, T, TTap>.Lift(t20), output + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Middle<TNumber, TLanes>(TLanes first, TLanes second, TLanes third)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber> => TLanes.Max(TLanes.Min(first, second), TLanes.Min(TLanes.Max(first, second), third));

    // A constant: numbers that are lifted are watched before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Watches<TNumber>() => typeof(TNumber) != typeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Lift<TNumber, TLanes>(TLanes lanes)
        where TLanes : unmanaged => Watches<TNumber>() ? lanes : Unsafe.BitCast<TTap, TLanes>(MedianLines<TElement, T, TTap>.Lift(Unsafe.BitCast<TLanes, TTap>(lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsClear<TNumber, TLanes>(TLanes same, TLanes least)
        where TNumber : unmanaged
        where TLanes : unmanaged, ILanes<TLanes, TNumber> => !Watches<TNumber>() || (TLanes.IsZero(same ^ TLanes.Equal(default, default)) && !TLanes.AnyNegativeZero(least));
}
