using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Turns a square of elements, as many registers as a register has lanes, so that rows become columns.</summary>
internal static unsafe class Transposition
{
    /// <summary>Elements that <see cref="Turn"/> works in: two squares.</summary>
    public static long Room<TTap, T>()
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T> => 2L * TTap.Count * TTap.Count;

    /// <summary>
    /// Writes the columns of the square one after the other. Taking every second lane of two neighbouring registers moves the lowest bit of an
    /// element's column to the top of its row: after as many turns as a column has bits, row and column have changed places.
    /// </summary>
    /// <param name="square">The rows, one after the other; overwritten, and the square behind it too.</param>
    /// <param name="to">The columns, one after the other.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn<TTap, T>(T* square, T* to)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
    {
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
}
