using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <summary>Pixels of several channels in the order of one: where two pixels become one, the two values of each channel come to lie side by side, as neighbours of a plane do.</summary>
internal static unsafe class PixelPairs
{
    /// <summary>Copies a row.</summary>
    /// <param name="row">Dense pixels, two for each pair.</param>
    /// <param name="pairs">How many pairs.</param>
    /// <param name="channels">How many channels a pixel has.</param>
    /// <param name="to">As many elements.</param>
    // Bounds: registers that read or write more than their pairs stop where the row does; the rest goes one by one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy<T>(T* row, long pairs, long channels, T* to)
        where T : unmanaged
    {
        long length = 2 * channels, made = 0;
        if (Vector128.IsHardwareAccelerated && length * sizeof(T) <= Vector128<byte>.Count) made = Shuffled(row, pairs, channels, to);
        else if (Avx2.IsSupported && sizeof(T) == sizeof(int) && length <= Vector256<int>.Count) made = Permuted((int*)row, pairs, channels, (int*)to);
        else if (Avx2.IsSupported && channels * sizeof(T) >= Vector256<byte>.Count)
        {
            for (; made < pairs; made++) Zip(row + made * length, channels, to + made * length);
            return;
        }

        for (; made < pairs; made++)
        {
            T* from = row + made * length, pair = to + made * length;
            for (long c = 0; c < channels; c++) (pair[2 * c], pair[2 * c + 1]) = (from[c], from[channels + c]);
        }
    }

    /// <summary>As many whole pairs at a time as 16 bytes hold.</summary>
    private static long Shuffled<T>(T* row, long pairs, long channels, T* to)
        where T : unmanaged
    {
        long bytes = 2 * channels * sizeof(T), together = Vector128<byte>.Count / bytes, end = pairs * bytes - Vector128<byte>.Count, pair = 0;
        byte* pattern = stackalloc byte[Vector128<byte>.Count];
        for (long i = 0; i < Vector128<byte>.Count; i++)
        {
            var (number, place) = Math.DivRem(i, bytes);
            var (element, part) = Math.DivRem(place, sizeof(T));
            pattern[i] = (byte)(number < together ? number * bytes + (element / 2 + element % 2 * channels) * sizeof(T) + part : 0);
        }

        Vector128<byte> order = Vector128.Load(pattern);
        for (; pair * bytes <= end; pair += together) Vector128.ShuffleNative(Vector128.Load((byte*)row + pair * bytes), order).Store((byte*)to + pair * bytes);
        return Math.Min(pair, pairs);
    }

    /// <summary>One pair of up to four channels of 32 bits at a time.</summary>
    private static long Permuted(int* row, long pairs, long channels, int* to)
    {
        long length = 2 * channels, end = pairs * length - Vector256<int>.Count, pair = 0;
        int* pattern = stackalloc int[Vector256<int>.Count];
        for (int i = 0; i < Vector256<int>.Count; i++) pattern[i] = i < length ? i / 2 + i % 2 * (int)channels : 0;
        Vector256<int> order = Vector256.Load(pattern);
        for (; pair * length <= end; pair++) Avx2.PermuteVar8x32(Vector256.Load(row + pair * length), order).Store(to + pair * length);
        return pair;
    }

    /// <summary>One pair of many channels; the last register steps back.</summary>
    private static void Zip<T>(T* pair, long channels, T* to)
        where T : unmanaged
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
    private static Vector256<ulong> Halves<T>(T* from)
        where T : unmanaged => Avx2.Permute4x64(Vector256.Load((ulong*)from), 0b11_01_10_00);
}
