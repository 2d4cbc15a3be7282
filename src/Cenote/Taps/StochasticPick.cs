using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// A tap drawn by chance, each with a probability proportional to its activation (Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", ICLR 2013).
/// Negative activations count as 0; a window without a positive one gives its greatest tap, the first of equal ones. NaN and +∞ win as they do in a maximum.
/// </summary>
/// <param name="none">What a window without a tap gives.</param>
/// <param name="seed">What is drawn from.</param>
internal readonly unsafe struct StochasticPick<T, TWeight>(T none, ulong seed) : ITapPick<T>
    where T : unmanaged
    where TWeight : struct, IWeight<T>
{
    private const int Precision = 53;

    public T None => none;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public long Pick(T* taps, long count, T* work, long window)
    {
        double sum = 0, greatest = double.NegativeInfinity;
        long best = 0;
        for (long i = 0; i < count; i++)
        {
            double tap = TWeight.Of(taps[i]);
            if (tap > greatest || double.IsNaN(tap)) (best, greatest) = (i, tap);
            if (tap > 0) sum += tap;
        }

        // A sum of doubles overflows only where a tap is near their end: the greatest tap then has almost all of it.
        if (double.IsNaN(greatest) || !(sum > 0) || double.IsInfinity(sum)) return best;
        double aim = Draws.Uniform(seed, (ulong)window, Precision) * sum, reached = 0;
        long last = best;
        for (long i = 0; i < count; i++)
        {
            double tap = TWeight.Of(taps[i]);
            if (!(tap > 0)) continue;
            reached += tap;
            last = i;
            if (reached > aim) break;
        }

        return last;
    }
}
