using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote.Cli;

/// <summary>
/// The time that the bytes of a call need to move at all: a copy of half as many, each read once and written once, by as many
/// threads. Each thread copies a part of its own again and again, and helps the others with what they have left: no copy waits for a thread to start.
/// </summary>
internal sealed unsafe class CopyFloor : IDisposable
{
    /// <summary>From one counter to the next, so that each has a cache line of its own.</summary>
    private const int Apart = 16;

    private readonly byte* _from, _to;
    private readonly long _bytes;
    private readonly int _threads;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _start = new(0);
    private readonly long[] _left;
    private long _finished;
    private bool _stopped;

    public CopyFloor(long bytes, int threads, BenchMemory memory)
    {
        _bytes = bytes;
        _from = Part(memory);
        _to = Part(memory);
        _threads = threads;
        _left = new long[threads * Apart];
        _helpers = [.. Enumerable.Range(1, threads - 1).Select(number => new Thread(() => Help(number)) { IsBackground = true })];
        foreach (Thread helper in _helpers) helper.Start();
    }

    public void Run(int times)
    {
        _finished = 0;
        for (int part = 0; part < _threads; part++) Volatile.Write(ref _left[part * Apart], times);
        if (_helpers.Length > 0) _start.Release(_helpers.Length);
        CopyAll(0);
        while (Volatile.Read(ref _finished) < (long)times * _threads) Thread.Yield();
    }

    public void Dispose()
    {
        _stopped = true;
        if (_helpers.Length > 0) _start.Release(_helpers.Length);
        foreach (Thread helper in _helpers) helper.Join();
        _start.Dispose();
    }

    private byte* Part(BenchMemory memory)
    {
        Span<byte> part = memory.Take(_bytes);
        // Pages that were never written all read from one page of zeros.
        part.Fill(1);
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(part));
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
        long start = _bytes * part / _threads, bytes = (_bytes * (part + 1) / _threads) - start, done = 0;
        for (; Interlocked.Decrement(ref _left[part * Apart]) >= 0; done++)
            Buffer.MemoryCopy(_from + start, _to + start, bytes, bytes);
        Interlocked.Add(ref _finished, done);
    }
}
