using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maxima of all windows of one row of windows, wherever these begin: those that are asked for are picked from them.</summary>
internal abstract unsafe class FractionalLine<T>
    where T : unmanaged
{
    /// <summary>The fewest positions that are worth a line.</summary>
    public abstract long Least { get; }

    /// <summary>Writes the maximum of the window at each position along the width.</summary>
    /// <param name="corner">The first tap of the first window; a row's taps lie side by side.</param>
    /// <param name="from">The distances between taps.</param>
    /// <param name="windows">The size of a window.</param>
    /// <param name="line">Written.</param>
    /// <param name="positions">How many there are.</param>
    /// <returns>False where a tap is NaN.</returns>
    public abstract bool Make(T* corner, in TensorLayout from, FractionalWindows windows, T* line, long positions);
}

/// <inheritdoc/>
internal sealed unsafe class FractionalLine<T, TTap> : FractionalLine<T>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public override long Least => TTap.Count;

    // Bounds: the last register steps back. Along the width first, the earlier tap as the earlier operand: the first of equal zeros stays.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override bool Make(T* corner, in TensorLayout from, FractionalWindows windows, T* line, long positions)
    {
        long depths = windows.Taps(0), rows = windows.Taps(1), columns = windows.Taps(2), depthStep = from.Depth, rowStep = from.Height;
        for (long x = 0; x < positions; x += TTap.Count)
        {
            x = Math.Min(x, positions - TTap.Count);
            TTap greatest = default;
            bool isNaN = false;
            for (long i = 0; i < depths; i++)
            {
                for (long j = 0; j < rows; j++)
                {
                    T* row = corner + i * depthStep + j * rowStep + x;
                    TTap taps = TTap.Load(row);
                    isNaN |= TTap.AnyNaN(taps);
                    for (long k = 1; k < columns; k++)
                    {
                        TTap next = TTap.Load(row + k);
                        isNaN |= TTap.AnyNaN(next);
                        taps = TTap.Max(taps, next);
                    }

                    greatest = i + j == 0 ? taps : TTap.Max(greatest, taps);
                }
            }

            if (isNaN) return false;
            TTap.Store(greatest, line + x);
        }

        return true;
    }
}
