namespace Cenote.Cli;

/// <summary>The memory of every row, taken from the system once: rows use it one after the other.</summary>
internal sealed unsafe class BenchMemory : IDisposable
{
    /// <summary>Parts begin at a cache line.</summary>
    private const long CacheLine = 64;

    /// <summary>Input and output of a call, and both sides of the copy.</summary>
    private const int Parts = 4;

    private readonly ArrayData _memory;
    private long _taken;

    /// <summary>Room for the largest of some rows and its copy.</summary>
    /// <exception cref="UserError">The machine has less.</exception>
    public BenchMemory(IEnumerable<BenchRow> rows)
    {
        long bytes = (2 * rows.Max(row => row.Bytes)) + (Parts * CacheLine);
        _memory = new ArrayData("the rows", ElementFormat.Byte, [(nint)bytes]);
    }

    public Span<byte> Take(long bytes)
    {
        Span<byte> part = _memory.Slice(_taken, checked((int)bytes));
        _taken += (bytes + CacheLine - 1) / CacheLine * CacheLine;
        return part;
    }

    /// <summary>Gives everything back that was taken.</summary>
    public void Clear() => _taken = 0;

    public void Dispose() => _memory.Dispose();
}
