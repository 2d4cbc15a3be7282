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

    /// <summary>Turns pixels of neighbouring planes, which lie side by side, into rows of the planes; and, the strides changed, back.</summary>
    /// <param name="from">The first element of the first plane, or of the first position.</param>
    /// <param name="step">From a position, or a plane, to the next.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="length">How many elements lie side by side at each.</param>
    /// <param name="to">Written: the elements that were side by side lie <paramref name="pitch"/> apart.</param>
    /// <param name="pitch">From row to row of the result.</param>
    /// <returns>False where there are too few for a register.</returns>
    public abstract bool Turn(T* from, long step, long count, long length, T* to, long pitch);
}

/// <inheritdoc/>
internal sealed unsafe class FractionalLine<T, TTap> : FractionalLine<T>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    public override long Least => TTap.Count;

    // Bounds: the last squares step back, over what the ones before turned.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public override bool Turn(T* from, long step, long count, long length, T* to, long pitch)
    {
        long lanes = TTap.Count;
        if (count < lanes || length < lanes) return false;
        T* square = stackalloc T[TTap.Count * TTap.Count * 4], turned = square + Transposition.Room<TTap, T>();
        for (long i = 0; i < count; i += lanes)
        {
            i = Math.Min(i, count - lanes);
            for (long j = 0; j < length; j += lanes)
            {
                j = Math.Min(j, length - lanes);
                for (long k = 0; k < lanes; k++) TTap.Store(TTap.Load(from + (i + k) * step + j), square + k * lanes);
                Transposition.Turn<TTap, T>(square, turned);
                for (long k = 0; k < lanes; k++) TTap.Store(TTap.Load(turned + k * lanes), to + (j + k) * pitch + i);
            }
        }

        return true;
    }

    // Bounds: the last register steps back. Along the width first, the earlier tap as the earlier operand: the first of equal zeros stays.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
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
