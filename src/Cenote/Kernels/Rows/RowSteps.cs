namespace Cenote;

/// <summary>The steps of a plane's bands, worked out once for all planes that follow each other: for small ones that costs as much as pooling them.</summary>
internal readonly unsafe struct RowSteps
{
    /// <summary>Rows whose steps are kept, rounded up to whole bands.</summary>
    private const long KeptRows = 256;

    private readonly AxisPlan _height;
    private readonly long _band, _kept;
    private readonly bool _inTwos;

    /// <summary>Which output rows the steps are those of.</summary>
    private readonly Range* _range;

    /// <summary>Where the steps of each band begin, and the last ones' end.</summary>
    private readonly long* _bands;
    private readonly RowStep* _steps;

    /// <param name="height">The windows.</param>
    /// <param name="band">Output rows that are made together.</param>
    /// <param name="inTwos">Whether rows that share lines are made two by two.</param>
    /// <param name="scratch">Room for <see cref="Bytes"/>.</param>
    public RowSteps(AxisPlan height, long band, bool inTwos, byte* scratch)
    {
        (_height, _band, _kept, _inTwos) = (height, band, Kept(height, band), inTwos);
        _range = (Range*)scratch;
        *_range = default;
        _bands = (long*)(_range + 1);
        _steps = (RowStep*)(_bands + Bands(_kept, band) + 1);
    }

    public static long Bytes(AxisPlan height, long band)
    {
        long kept = Kept(height, band);
        return Scratch.Round(sizeof(Range) + (Bands(kept, band) + 1) * sizeof(long) + kept * sizeof(RowStep));
    }

    /// <summary>The steps of the band that begins at row <paramref name="h"/>, where bands are counted from row <paramref name="first"/> on.</summary>
    public ReadOnlySpan<RowStep> Of(long first, long end, long h)
    {
        long from = first + (h - first) / _kept * _kept, to = Math.Min(end, from + _kept);
        if (_range->First != from || _range->End != to) Write(from, to);
        long* band = _bands + (h - from) / _band;
        return new(_steps + band[0], (int)(band[1] - band[0]));
    }

    private static long Kept(AxisPlan height, long band) => Math.Min(height.OutputLength, Bands(KeptRows, band) * band);

    private static long Bands(long rows, long band) => (rows + band - 1) / band;

    private void Write(long first, long end)
    {
        long count = 0, band = 0;
        for (long h = first; h < end; h += _band)
        {
            _bands[band++] = count;
            count += Write(_steps + count, h, Math.Min(end, h + _band) - 1);
        }

        _bands[band] = count;
        *_range = new(first, end);
    }

    /// <summary>Works out the steps of one band.</summary>
    private long Write(RowStep* steps, long first, long last)
    {
        bool shares = _inTwos && _height.Dilation == 1 && _height.Stride < _height.Kernel;
        long from = RowStep.From(_height, first), count = 0;
        for (long h = first; h <= last; h++)
        {
            Window rows = _height[h], next = h < last ? _height[h + 1] : default;
            long apart = next.Start - rows.Start, end = apart + next.Count;
            if (shares && h < last && apart < rows.Count && end >= rows.Count)
                steps[count++] = new(h++, rows.Start - from, apart, rows.Count, end, rows.Extent, next.Extent, true);
            else
                steps[count++] = new(h, rows.Start - from, rows.Count, rows.Count, rows.Count, rows.Extent, 0, false);
        }

        return count;
    }

    private readonly record struct Range(long First, long End);
}
