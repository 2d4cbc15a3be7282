namespace Cenote;

/// <summary>Some positions of a plane, in row-major order: runs of neighbours.</summary>
internal sealed class PlanePositions
{
    private readonly (long Start, long Count)[] _runs;

    public PlanePositions(IReadOnlyList<(long Start, long Count)> runs)
    {
        _runs = [.. runs];
        foreach (var (_, count) in _runs) Count += count;
    }

    public long Count { get; }

    public ReadOnlySpan<(long Start, long Count)> Runs => _runs;

    /// <summary>The position of the element that comes so many behind the first.</summary>
    public long this[long number]
    {
        get
        {
            foreach (var (start, count) in _runs)
            {
                if (number < count) return start + number;
                number -= count;
            }

            throw new ArgumentOutOfRangeException(nameof(number));
        }
    }
}
