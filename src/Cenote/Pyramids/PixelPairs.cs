using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>
/// Rows of small matrices, each turned: columns become rows. Pixels of several channels come into the order of one that way: where two pixels become one, the two values of each channel then lie side by side, as neighbours of a plane do.
/// </summary>
internal readonly unsafe struct PixelPairs<T>
    where T : unmanaged
{
    private readonly long _rows, _columns;

    /// <summary>Where the bytes of a register come from, or its lanes of 32 bits; worked out once: for every row anew it would take as long as the row.</summary>
    private readonly Vector128<byte> _bytes;
    private readonly Vector256<int> _lanes;

    /// <param name="rows">The rows of each matrix: as a rule two pixels.</param>
    /// <param name="columns">Its columns: the channels.</param>
    public PixelPairs(long rows, long columns)
    {
        (_rows, _columns) = (rows, columns);
        int size = sizeof(T);
        for (int i = 0; Shuffles && i < Vector128<byte>.Count; i++) _bytes = _bytes.WithElement(i, (byte)(i / Size < Together ? i / Size * Size + Source(i % Size / size) * size + i % size : 0));
        for (int i = 0; Permutes && i < Vector256<int>.Count; i++) _lanes = _lanes.WithElement(i, i < rows * columns ? Source(i) : 0);
    }

    /// <summary>Whether one shuffle turns a matrix, or several at a time.</summary>
    public bool Shuffles => Vector128.IsHardwareAccelerated && _rows * _columns <= Vector128<byte>.Count / sizeof(T);

    private bool Permutes => Avx2.IsSupported && sizeof(T) == sizeof(int) && _rows * _columns <= Vector256<int>.Count;

    /// <summary>The bytes of a matrix.</summary>
    private int Size => (int)(_rows * _columns) * sizeof(T);

    private int Together => Vector128<byte>.Count / Size;

    /// <summary>Copies a row.</summary>
    /// <param name="row">The matrices, each row by row.</param>
    /// <param name="count">How many.</param>
    /// <param name="to">As many elements.</param>
    /// <param name="ahead">How far ahead is asked for, in bytes; 0 where the caches hold the row.</param>
    // Bounds: registers that read or write more than their matrices stop where the row does; the rest goes one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Copy(T* row, long count, T* to, long ahead = 0)
    {
        long rows = _rows, columns = _columns, length = rows * columns, made = 0;
        if (Shuffles)
        {
            long step = Together * Size, end = count * Size - Vector128<byte>.Count, at = 0;
            Vector128<byte> order = _bytes;
            for (; at + 3 * step <= end; at += 4 * step)
            {
                byte* from = (byte*)row + at, shuffled = (byte*)to + at;
                Prefetch.Line(from + ahead);
                Vector128.ShuffleNative(Vector128.Load(from), order).Store(shuffled);
                Vector128.ShuffleNative(Vector128.Load(from + step), order).Store(shuffled + step);
                Vector128.ShuffleNative(Vector128.Load(from + 2 * step), order).Store(shuffled + 2 * step);
                Vector128.ShuffleNative(Vector128.Load(from + 3 * step), order).Store(shuffled + 3 * step);
            }

            for (; at <= end; at += step) Vector128.ShuffleNative(Vector128.Load((byte*)row + at), order).Store((byte*)to + at);
            made = at / Size;
        }
        else if (Permutes)
        {
            long end = count * length - Vector256<int>.Count;
            Vector256<int> order = _lanes;
            for (; made * length <= end; made++) Avx2.PermuteVar8x32(Vector256.Load((int*)row + made * length), order).Store((int*)to + made * length);
        }
        else if (Avx2.IsSupported && rows == 2 && columns * sizeof(T) >= Vector256<byte>.Count)
        {
            for (; made < count; made++) Zip(row + made * length, columns, to + made * length);
        }

        for (; made < count; made++)
        {
            T* from = row + made * length, turned = to + made * length;
            for (long c = 0; c < columns; c++)
                for (long r = 0; r < rows; r++) turned[c * rows + r] = from[r * columns + c];
        }
    }

    /// <summary>Which element of a matrix an element of the turned one is.</summary>
    private int Source(int element) => element / (int)_rows + element % (int)_rows * (int)_columns;

    /// <summary>One pair of many channels; the last register steps back.</summary>
    private static void Zip(T* pair, long channels, T* to)
    {
        long lanes = Vector256<byte>.Count / sizeof(T);
        for (long c = 0; c < channels; c += lanes)
        {
            long at = Math.Min(c, channels - lanes);
            Vector256<ulong> even = Halves(pair + at), odd = Halves(pair + channels + at);
            byte* first = (byte*)(to + 2 * at);
            switch (sizeof(T))
            {
                case 1:
                    Avx2.UnpackLow(even.AsByte(), odd.AsByte()).Store(first);
                    Avx2.UnpackHigh(even.AsByte(), odd.AsByte()).Store(first + Vector256<byte>.Count);
                    break;
                case 2:
                    Avx2.UnpackLow(even.AsUInt16(), odd.AsUInt16()).AsByte().Store(first);
                    Avx2.UnpackHigh(even.AsUInt16(), odd.AsUInt16()).AsByte().Store(first + Vector256<byte>.Count);
                    break;
                case 4:
                    Avx2.UnpackLow(even.AsUInt32(), odd.AsUInt32()).AsByte().Store(first);
                    Avx2.UnpackHigh(even.AsUInt32(), odd.AsUInt32()).AsByte().Store(first + Vector256<byte>.Count);
                    break;
                default:
                    Avx2.UnpackLow(even, odd).AsByte().Store(first);
                    Avx2.UnpackHigh(even, odd).AsByte().Store(first + Vector256<byte>.Count);
                    break;
            }
        }
    }

    /// <summary>A register whose halves are what interleaving takes from each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Halves(T* from) => Avx2.Permute4x64(Vector256.Load((ulong*)from), 0b11_01_10_00);
}
