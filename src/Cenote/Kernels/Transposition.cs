using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Turns a square of elements, as many registers as a register has lanes, so that rows become columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Elements that <see cref="Turn"/> works in: two squares.</summary>
    public static long Room<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T> => 2L * TTap.Count * TTap.Count;

    /// <summary>
    /// Writes the columns of the square one after the other. Taking every second lane of two neighbouring registers moves the lowest bit of an
    /// element's column to the top of its row: after as many turns as a column has bits, row and column have changed places.
    /// </summary>
    /// <param name="square">The rows, one after the other; overwritten, and the square behind it too.</param>
    /// <param name="to">The columns, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn<TTap, T>(T* square, T* to)
        where T : unmanaged
        where TTap : unmanaged, IRegister<TTap, T>
    {
        if (Unsafe.SizeOf<TTap>() == 32 && sizeof(T) == 4 && Avx2.IsSupported)
        {
            Eight((float*)square, (float*)to);
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

    /// <summary>Eight registers of 32 bits a lane: halves of rows four apart are loaded together, so that nothing has to cross from half to half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* square, float* to)
    {
        for (int half = 0; half < 8; half += 4)
        {
            Vector256<float> first = Halves(square + half), second = Halves(square + half + 8), third = Halves(square + half + 16), fourth = Halves(square + half + 24);
            Vector256<double> low = Avx.UnpackLow(first, second).AsDouble(), high = Avx.UnpackHigh(first, second).AsDouble();
            Vector256<double> nextLow = Avx.UnpackLow(third, fourth).AsDouble(), nextHigh = Avx.UnpackHigh(third, fourth).AsDouble();
            Avx.UnpackLow(low, nextLow).AsSingle().Store(to + 8 * half);
            Avx.UnpackHigh(low, nextLow).AsSingle().Store(to + 8 * half + 8);
            Avx.UnpackLow(high, nextHigh).AsSingle().Store(to + 8 * half + 16);
            Avx.UnpackHigh(high, nextHigh).AsSingle().Store(to + 8 * half + 24);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* row) => Vector256.Create(Vector128.Load(row), Vector128.Load(row + 32));

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
