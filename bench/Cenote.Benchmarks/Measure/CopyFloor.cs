namespace Cenote.Benchmarks.Measure;

/// <summary>
/// The time that the bytes of a job need to move at all: a copy of (input + output) / 2 bytes by as many threads. The threads are
/// ready before the clock starts and meet after every copy, so that their start is no part of it.
/// </summary>
internal sealed unsafe class CopyFloor : IRepeatable, IDisposable
{
    private readonly NativeBuffer _from, _to;
    private readonly int _threads;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _start = new(0);
    private long _copies, _times, _arrivals;
    private bool _stopped;

    public CopyFloor(long bytes, int threads)
    {
        (_from, _to, _threads) = (new NativeBuffer(bytes), new NativeBuffer(bytes), threads);
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true })];
        foreach (Thread helper in _helpers) helper.Start();
    }

    public void Run(long times)
    {
        _times = times;
        if (_helpers.Length > 0) _start.Release(_helpers.Length);
        Copy(0, _copies, times);
        _copies += times;
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
        long copies = 0;
        while (true)
        {
            _start.Wait();
            if (_stopped) return;
            long times = _times;
            Copy(number, copies, times);
            copies += times;
        }
    }

    private void Copy(int part, long before, long times)
    {
        long first = _from.Bytes * part / _threads, bytes = (_from.Bytes * (part + 1) / _threads) - first;
        for (long time = 1; time <= times; time++)
        {
            Buffer.MemoryCopy((byte*)_from.Pointer + first, (byte*)_to.Pointer + first, bytes, bytes);
            if (_threads > 1) Meet((before + time) * _threads);
        }
    }

    // Arrivals are counted over the whole life, so that a thread that is late to look cannot miss its meeting.
    private void Meet(long arrivals)
    {
        Interlocked.Increment(ref _arrivals);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _arrivals) < arrivals) spin.SpinOnce(sleep1Threshold: -1);
    }
}
