namespace Cenote.Benchmarks.Measure;

/// <summary>
/// The time that the bytes of a job need to move at all: a copy of (input + output) / 2 bytes by as many threads. Each thread copies
/// a part of its own again and again, and helps the others with what they have left: no copy waits for a thread to start.
/// </summary>
internal sealed unsafe class CopyFloor : IRepeatable, IDisposable
{
    /// <summary>Fewer bytes than these are copied before a second thread has heard of them.</summary>
    private const long WorthThreads = 1 << 15;

    /// <summary>From one counter to the next, so that each has a cache line of its own.</summary>
    private const int Apart = 16;

    private readonly NativeBuffer _from, _to;
    private readonly int _threads;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _start = new(0);
    private readonly long[] _left;
    private long _finished;
    private bool _stopped;

    public CopyFloor(long bytes, int threads)
    {
        (_from, _to, _threads) = (new NativeBuffer(bytes), new NativeBuffer(bytes), bytes < WorthThreads ? 1 : threads);
        _left = new long[_threads * Apart];
        _helpers = [.. Enumerable.Range(1, _threads - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true })];
        foreach (Thread helper in _helpers) helper.Start();
    }

    public void Run(long times)
    {
        _finished = 0;
        for (int part = 0; part < _threads; part++) Volatile.Write(ref _left[part * Apart], times);
        if (_helpers.Length > 0) _start.Release(_helpers.Length);
        CopyAll(0);
        while (Volatile.Read(ref _finished) < times * _threads) Thread.Yield();
    }

    public void Dispose()
    {
        _stopped = true;
        if (_helpers.Length > 0) _start.Release(_helpers.Length);
        foreach (Thread helper in _helpers) helper.Join();
        _start.Dispose();
        _from.Dispose();
        _to.Dispose();
    }

    private void Help(int number)
    {
        while (true)
        {
            _start.Wait();
            if (_stopped) return;
            CopyAll(number);
        }
    }

    private void CopyAll(int first)
    {
        for (int part = 0; part < _threads; part++) Copy((first + part) % _threads);
    }

    private void Copy(int part)
    {
        long start = _from.Bytes * part / _threads, bytes = (_from.Bytes * (part + 1) / _threads) - start, done = 0;
        for (; Interlocked.Decrement(ref _left[part * Apart]) >= 0; done++)
            Buffer.MemoryCopy((byte*)_from.Pointer + start, (byte*)_to.Pointer + start, bytes, bytes);
        Interlocked.Add(ref _finished, done);
    }
}
