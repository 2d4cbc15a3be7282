using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Turns a square of elements, as many registers as a register has lanes, so that rows become columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Elements that <see cref="Turn{TTap, T}(T*, T*)"/> works in: two squares.</summary>
    public static long Room<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T> => 2L * TTap.Count * TTap.Count;

    /// <summary>Whether registers interleave in one step: not pairs of the widest.</summary>
    public static bool IsQuick<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T> => Unsafe.SizeOf<TTap>() is 32 or 64 && sizeof(T) <= 4 && Avx2.IsSupported;

    /// <summary>Turns a square whose rows and columns lie apart.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="step">From one row to the next.</param>
    /// <param name="to">Where the first column goes.</param>
    /// <param name="toStep">From one column to the next.</param>
    /// <param name="square">Room for the square, for turning, and for its columns.</param>
    public static void Turn<TTap, T>(T* rows, long step, T* to, long toStep, T* square)
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T> => Turn<TTap, T, EvenRows<T>, EvenRows<T>>(new(rows, step), new(to, toStep), square);

    /// <summary>Turns a square whose rows and columns lie wherever they do.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="to">Where columns go, in order.</param>
    /// <param name="square">Room for the square, for turning, and for its columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Turn<TTap, T, TRows, TColumns>(TRows rows, TColumns to, T* square)
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T>
        where TRows : struct, ISquareRows<TRows, T>
        where TColumns : struct, ISquareRows<TColumns, T>
    {
        long lanes = TTap.Count;
        // A pair of registers of half the size is as large, and squares of it are made of four.
        if (sizeof(T) == 4 && IsFour<TTap, T>() && Avx512F.IsSupported)
        {
            Half<T, TRows, TColumns>(rows, to);
            Half<T, TRows, TColumns>(rows.From(0, lanes / 2), to.From(lanes / 2, 0));
            return;
        }

        if (IsFour<TTap, T>())
        {
            // The rows may lie where the room begins.
            for (long i = 0; i < lanes; i += lanes / 2)
                for (long j = 0; j < lanes; j += lanes / 2) Turn<Lanes256<T>, T, TRows, TColumns>(rows.From(i, j), to.From(j, i), square + lanes * lanes);
            return;
        }

        if (sizeof(T) == 4 && IsQuick<TTap, T>())
        {
            Quarter<T, TRows, TColumns>(rows, to);
            Quarter<T, TRows, TColumns>(rows.From(0, lanes / 2), to.From(lanes / 2, 0));
            return;
        }

        T* turned = square + Room<TTap, T>();
        for (long i = 0; i < lanes; i++) TTap.Store(TTap.Load(rows.At(i)), square + i * lanes);
        Turn<TTap, T>(square, turned);
        for (long i = 0; i < lanes; i++) TTap.Store(TTap.Load(turned + i * lanes), to.At(i));
    }

    /// <summary>Whether a square is made of four of registers half as wide, which interleave in one step.</summary>
    private static bool IsFour<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T> => Unsafe.SizeOf<TTap>() == 64 && IsQuick<TTap, T>();

    /// <summary>Half of the columns of a square of the widest registers: rows half a square apart are loaded together, turned in fours within each quarter of a register, and the quarters put in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half<T, TRows, TColumns>(TRows rows, TColumns to)
        where T : unmanaged
        where TRows : struct, ISquareRows<TRows, T>
        where TColumns : struct, ISquareRows<TColumns, T>
    {
        var (first, second, third, fourth) = Four<T, TRows>(rows);
        var (fifth, sixth, seventh, eighth) = Four<T, TRows>(rows.From(4, 0));
        Vector512<long> low = Vector512.Create(0L, 1, 8, 9, 4, 5, 12, 13), high = Vector512.Create(2L, 3, 10, 11, 6, 7, 14, 15);
        Avx512F.PermuteVar8x64x2(first, low, fifth).As<long, T>().Store(to.At(0));
        Avx512F.PermuteVar8x64x2(second, low, sixth).As<long, T>().Store(to.At(1));
        Avx512F.PermuteVar8x64x2(third, low, seventh).As<long, T>().Store(to.At(2));
        Avx512F.PermuteVar8x64x2(fourth, low, eighth).As<long, T>().Store(to.At(3));
        Avx512F.PermuteVar8x64x2(first, high, fifth).As<long, T>().Store(to.At(4));
        Avx512F.PermuteVar8x64x2(second, high, sixth).As<long, T>().Store(to.At(5));
        Avx512F.PermuteVar8x64x2(third, high, seventh).As<long, T>().Store(to.At(6));
        Avx512F.PermuteVar8x64x2(fourth, high, eighth).As<long, T>().Store(to.At(7));
    }

    /// <summary>Four rows, and those half a square below, turned within each quarter of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<long> First, Vector512<long> Second, Vector512<long> Third, Vector512<long> Fourth) Four<T, TRows>(TRows rows)
        where T : unmanaged
        where TRows : struct, ISquareRows<TRows, T>
    {
        Vector512<float> first = Both<T, TRows>(rows, 0), second = Both<T, TRows>(rows, 1), third = Both<T, TRows>(rows, 2), fourth = Both<T, TRows>(rows, 3);
        Vector512<double> low = Avx512F.UnpackLow(first, second).AsDouble(), high = Avx512F.UnpackHigh(first, second).AsDouble();
        Vector512<double> nextLow = Avx512F.UnpackLow(third, fourth).AsDouble(), nextHigh = Avx512F.UnpackHigh(third, fourth).AsDouble();
        return (Avx512F.UnpackLow(low, nextLow).AsInt64(), Avx512F.UnpackHigh(low, nextLow).AsInt64(), Avx512F.UnpackLow(high, nextHigh).AsInt64(), Avx512F.UnpackHigh(high, nextHigh).AsInt64());
    }

    /// <summary>Half of a row, and of the one eight below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Both<T, TRows>(TRows rows, long row)
        where T : unmanaged
        where TRows : struct, ISquareRows<TRows, T> => Vector512.Create(Vector256.Load((float*)rows.At(row)), Vector256.Load((float*)rows.At(row + 8)));

    /// <summary>Half of the columns of a square, in registers of which each half is loaded by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter<T, TRows, TColumns>(TRows rows, TColumns to)
        where T : unmanaged
        where TRows : struct, ISquareRows<TRows, T>
        where TColumns : struct, ISquareRows<TColumns, T>
    {
        Vector256<T> first = Halves<T, TRows>(rows, 0), second = Halves<T, TRows>(rows, 1), third = Halves<T, TRows>(rows, 2), fourth = Halves<T, TRows>(rows, 3);
        Vector256<T> low = Low(first, third), high = High(first, third), nextLow = Low(second, fourth), nextHigh = High(second, fourth);
        Low(low, nextLow).Store(to.At(0));
        High(low, nextLow).Store(to.At(1));
        Low(high, nextHigh).Store(to.At(2));
        High(high, nextHigh).Store(to.At(3));
    }

    /// <summary>Half of a row, and of the one four below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Halves<T, TRows>(TRows rows, long row)
        where T : unmanaged
        where TRows : struct, ISquareRows<TRows, T> => Vector256.Create(Vector128.Load(rows.At(row)), Vector128.Load(rows.At(row + 4)));

    /// <summary>
    /// Writes the columns of the square one after the other. Taking every second lane of two neighbouring registers moves the lowest bit of an
    /// element's column to the top of its row: after as many turns as a column has bits, row and column have changed places.
    /// </summary>
    /// <param name="square">The rows, one after the other; overwritten, and the square behind it too.</param>
    /// <param name="to">The columns, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Turn<TTap, T>(T* square, T* to)
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T>
    {
        if (IsFour<TTap, T>())
        {
            Turn<TTap, T>(square, TTap.Count, to, TTap.Count, square);
            return;
        }

        if (IsQuick<TTap, T>())
        {
            Halves(square, to);
            return;
        }

        if (TTap.Count == 8)
        {
            Eight<TTap, T>(square, to);
            return;
        }

        long lanes = TTap.Count, half = lanes / 2;
        T* rows = square, turned = square + lanes * lanes;
        for (long bits = lanes; bits > 1; bits /= 2)
        {
            T* results = bits == 2 ? to : turned;
            for (long i = 0; i < half; i++)
            {
                var (even, odd) = TTap.Unzip(TTap.Load(rows + 2 * i * lanes), TTap.Load(rows + (2 * i + 1) * lanes));
                TTap.Store(even, results + i * lanes);
                TTap.Store(odd, results + (i + half) * lanes);
            }

            T* spare = rows;
            rows = turned;
            turned = spare;
        }
    }

    /// <summary>
    /// Registers of two halves: halves of rows half a square apart are loaded together, so that nothing has to cross from half to half. Interleaving the first register with the one in
    /// the middle, and so on, moves the highest bit of a row to the bottom of its column; two such turns are made of four registers at a time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves<T>(T* square, T* to)
        where T : unmanaged
    {
        // Two registers to a row for each half of its columns, and room behind the square for what two turns leave.
        int rows = 16 / sizeof(T), quarter = rows / 4, row = 32 / sizeof(T);
        var turned = (Vector256<T>*)(square + row * row);
        for (int half = 0; half < row; half += rows, to += rows * row)
        {
            bool isLast = rows == 4;
            var results = isLast ? (Vector256<T>*)to : turned;
            T* from = square + half;
            for (int i = 0; i < quarter; i++, from += row, results += 4)
                Four(Halves(from, row, rows), Halves(from + quarter * row, row, rows), Halves(from + 2 * quarter * row, row, rows), Halves(from + 3 * quarter * row, row, rows), results);
            if (isLast) continue;
            results = (Vector256<T>*)to;
            for (int i = 0; i < 4 && rows == 8; i++, results += 2) (results[0], results[1]) = (Low(turned[i], turned[i + 4]), High(turned[i], turned[i + 4]));
            for (int i = 0; i < 4 && rows == 16; i++, results += 4) Four(turned[i], turned[i + 4], turned[i + 8], turned[i + 12], results);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<T>(Vector256<T> first, Vector256<T> second, Vector256<T> third, Vector256<T> fourth, Vector256<T>* to)
        where T : unmanaged
    {
        Vector256<T> low = Low(first, third), high = High(first, third), nextLow = Low(second, fourth), nextHigh = High(second, fourth);
        (to[0], to[1], to[2], to[3]) = (Low(low, nextLow), High(low, nextLow), Low(high, nextHigh), High(high, nextHigh));
    }

    /// <summary>Half of a row, and of the one half a square below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Halves<T>(T* from, int row, int rows)
        where T : unmanaged => Vector256.Create(Vector128.Load(from), Vector128.Load(from + row * rows));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Low<T>(Vector256<T> left, Vector256<T> right)
        where T : unmanaged => sizeof(T) == 1 ? Avx2.UnpackLow(left.AsByte(), right.AsByte()).As<byte, T>() : sizeof(T) == 2 ? Avx2.UnpackLow(left.AsInt16(), right.AsInt16()).As<short, T>() : Avx.UnpackLow(left.AsSingle(), right.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> High<T>(Vector256<T> left, Vector256<T> right)
        where T : unmanaged => sizeof(T) == 1 ? Avx2.UnpackHigh(left.AsByte(), right.AsByte()).As<byte, T>() : sizeof(T) == 2 ? Avx2.UnpackHigh(left.AsInt16(), right.AsInt16()).As<short, T>() : Avx.UnpackHigh(left.AsSingle(), right.AsSingle()).As<float, T>();

    /// <summary>The same for eight registers, which stay registers all the while.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TTap, T>(T* square, T* to)
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T>
    {
        TTap first = TTap.Load(square), second = TTap.Load(square + 8), third = TTap.Load(square + 16), fourth = TTap.Load(square + 24);
        TTap fifth = TTap.Load(square + 32), sixth = TTap.Load(square + 40), seventh = TTap.Load(square + 48), eighth = TTap.Load(square + 56);
        for (int bits = 8; bits > 1; bits /= 2)
        {
            var (even1, odd1) = TTap.Unzip(first, second);
            var (even2, odd2) = TTap.Unzip(third, fourth);
            var (even3, odd3) = TTap.Unzip(fifth, sixth);
            var (even4, odd4) = TTap.Unzip(seventh, eighth);
            (first, second, third, fourth) = (even1, even2, even3, even4);
            (fifth, sixth, seventh, eighth) = (odd1, odd2, odd3, odd4);
        }

        TTap.Store(first, to);
        TTap.Store(second, to + 8);
        TTap.Store(third, to + 16);
        TTap.Store(fourth, to + 24);
        TTap.Store(fifth, to + 32);
        TTap.Store(sixth, to + 40);
        TTap.Store(seventh, to + 48);
        TTap.Store(eighth, to + 56);
    }
}
