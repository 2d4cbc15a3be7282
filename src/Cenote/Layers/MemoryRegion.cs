namespace Cenote;

/// <summary>The bytes that a strided tensor occupies.</summary>
internal readonly ref struct MemoryRegion(nuint start, int elementSize, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
{
    private readonly nuint _start = start;
    private readonly ReadOnlySpan<nint> _lengths = lengths, _strides = strides;

    /// <summary>Whether two elements certainly or possibly share memory: some axis does not step over the whole of the axes inside it.</summary>
    public bool AliasesItself
    {
        get
        {
            if (IsEmpty) return false;
            for (int axis = 0; axis < _lengths.Length; axis++)
            {
                if (_lengths[axis] <= 1) continue;
                long inner = 0;
                for (int other = 0; other < _lengths.Length; other++)
                    if (other != axis && _lengths[other] > 1 && (_strides[other] < _strides[axis] || (_strides[other] == _strides[axis] && other > axis)))
                        inner += (_lengths[other] - 1) * _strides[other];
                if (_strides[axis] <= inner) return true;
            }

            return false;
        }
    }

    private bool IsEmpty
    {
        get
        {
            // A loop: the search that a span offers is compiled anew in each process, for milliseconds.
            foreach (nint length in _lengths)
                if (length == 0) return true;
            return false;
        }
    }

    /// <summary>The bytes from the first element to the end of the last.</summary>
    public nuint Length => (nuint)(Reach(long.MaxValue) + 1) * (nuint)elementSize;

    /// <summary>
    /// Whether the regions share a byte. Interleaved slices of one buffer do not: both repeat every so many bytes, and within one
    /// such period each keeps to its own part.
    /// </summary>
    public bool Overlaps(in MemoryRegion other)
    {
        if (!Meets(other)) return false;
        for (int axis = 0; axis < _lengths.Length; axis++)
        {
            long period = _strides[axis];
            if (_lengths[axis] > 1 && period > 0 && Repeats(period) && other.Repeats(period) && KeepsApart(other, period)) return false;
        }

        return true;
    }

    /// <summary>Whether the bytes from the first to the last of both have any in common: all that can be said where elements differ in size.</summary>
    public bool Meets(in MemoryRegion other) =>
        !IsEmpty && !other.IsEmpty && _start + Length > other._start && other._start + other.Length > _start;

    /// <summary>Whether every stride from <paramref name="period"/> on is a multiple of it.</summary>
    private bool Repeats(long period)
    {
        for (int axis = 0; axis < _lengths.Length; axis++)
            if (_lengths[axis] > 1 && _strides[axis] >= period && _strides[axis] % period != 0) return false;
        return true;
    }

    /// <summary>How far the axes with strides below <paramref name="period"/> reach, in elements.</summary>
    private long Reach(long period)
    {
        long reach = 0;
        for (int axis = 0; axis < _lengths.Length; axis++)
            if (_lengths[axis] > 1 && _strides[axis] < period) reach += (_lengths[axis] - 1) * _strides[axis];
        return reach;
    }

    private bool KeepsApart(in MemoryRegion other, long period)
    {
        Int128 bytes = (Int128)period * elementSize;
        Int128 offset = (((Int128)other._start - _start) % bytes + bytes) % bytes;
        return offset >= (Reach(period) + 1) * elementSize && offset + (other.Reach(period) + 1) * elementSize <= bytes;
    }
}
