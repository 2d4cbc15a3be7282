using System.Numerics;

namespace Cenote;

/// <summary>The weighted taps of some neighbouring outputs along one axis, to be filled again and again.</summary>
internal sealed class WeightedTaps<TReal>
    where TReal : unmanaged, INumber<TReal>
{
    private long[] _positions = new long[16];
    private TReal[] _weights = new TReal[16];
    private int[] _ends = new int[16];
    private int _taps;

    public int Outputs { get; private set; }

    /// <summary>The first position that is read, and the last; of no taps the last lies before the first.</summary>
    public long First { get; private set; }

    /// <inheritdoc cref="First"/>
    public long Last { get; private set; }

    public void Clear() => (_taps, Outputs, First, Last) = (0, 0, long.MaxValue, -1);

    /// <summary>A tap of the output that is being made.</summary>
    public void Add(long position, TReal weight)
    {
        if (_taps == _positions.Length)
        {
            Array.Resize(ref _positions, 2 * _taps);
            Array.Resize(ref _weights, 2 * _taps);
        }

        (_positions[_taps], _weights[_taps++]) = (position, weight);
        (First, Last) = (Math.Min(First, position), Math.Max(Last, position));
    }

    /// <summary>The same for positions that rise, or lie one before the last: where the output has that position, its weight grows.</summary>
    public void Gather(long position, TReal weight)
    {
        int first = Start(Outputs);
        for (int tap = _taps - 1; tap >= first && tap >= _taps - 2; tap--)
        {
            if (_positions[tap] != position) continue;
            _weights[tap] += weight;
            return;
        }

        Add(position, weight);
    }

    /// <summary>The output has all its taps.</summary>
    public void Close()
    {
        if (Outputs == _ends.Length) Array.Resize(ref _ends, 2 * Outputs);
        _ends[Outputs++] = _taps;
    }

    public ReadOnlySpan<long> Positions(int output) => _positions.AsSpan(Start(output).._ends[output]);

    public ReadOnlySpan<TReal> Weights(int output) => _weights.AsSpan(Start(output).._ends[output]);

    private int Start(int output) => output == 0 ? 0 : _ends[output - 1];
}
