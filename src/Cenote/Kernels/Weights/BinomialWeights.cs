using System.Numerics;

namespace Cenote;

/// <summary>The taps of a binomial filter along one axis, mirrored at the ends without repeating these: …2 1 0 1 2…</summary>
internal sealed class BinomialWeights<TReal>
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
{
    private readonly AxisPlan _axis;
    private readonly TReal[] _weights;
    private readonly long _period;

    /// <param name="axis">The windows: as many taps as the filter, padding included.</param>
    public BinomialWeights(AxisPlan axis)
    {
        (_axis, _period) = (axis, Math.Max(1, 2 * (axis.InputLength - 1)));
        // A row of Pascal's triangle over its sum: halves of neighbours, so that nothing overflows.
        var row = new double[axis.Kernel];
        row[0] = 1;
        for (long n = 1; n < axis.Kernel; n++)
            for (long k = n; k >= 0; k--) row[k] = (row[k] + (k == 0 ? 0 : row[k - 1])) / 2;
        _weights = [.. row.Select(TReal.CreateTruncating)];
    }

    /// <summary>The taps of one output.</summary>
    public void Append(WeightedTaps<TReal> taps, long output)
    {
        long start = _axis.Start(output);
        for (long k = 0; k < _weights.Length; k++) taps.Add(Mirror(start + k), _weights[k]);
        taps.Close();
    }

    /// <summary>The other way: the outputs that read one input, and how much of it.</summary>
    public void AppendReaders(WeightedTaps<TReal> taps, long input)
    {
        // The taps that are mirrored onto the input, from the first window's first to the last one's last.
        long last = _axis.Start(_axis.OutputLength - 1) + _weights.Length - 1, mirrored = (_period - input) % _period;
        for (long turn = -(_axis.Before / _period + 1) * _period; turn <= last; turn += _period)
        {
            AppendReadersOf(taps, turn + input);
            if (mirrored != input) AppendReadersOf(taps, turn + mirrored);
        }

        taps.Close();
    }

    private void AppendReadersOf(WeightedTaps<TReal> taps, long tap)
    {
        // Output o reads it as its tap k where o · stride + k = at.
        long at = tap + _axis.Before;
        if (at < 0) return;
        long first = Math.Max(0, (at - _weights.Length + _axis.Stride) / _axis.Stride), last = Math.Min(_axis.OutputLength - 1, at / _axis.Stride);
        for (long output = first; output <= last; output++) taps.Add(output, _weights[at - output * _axis.Stride]);
    }

    private long Mirror(long position)
    {
        long at = (position % _period + _period) % _period;
        return Math.Min(at, _period - at) % _axis.InputLength;
    }
}
