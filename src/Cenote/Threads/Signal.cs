using System.Diagnostics;

namespace Cenote;

#pragma warning disable CA1001 // Signals live as long as the process.
/// <summary>Wakes one waiting thread, which first spins a little: calls that follow each other closely find it awake.</summary>
internal sealed class Signal
#pragma warning restore CA1001
{
    private const int Unset = 0, Given = 1, Parked = 2;

    /// <summary>How long to spin: as long as a parked thread takes to wake, 20 µs.</summary>
    private static readonly long SpinTicks = Environment.ProcessorCount == 1 ? 0 : Stopwatch.Frequency / 50_000;

    private readonly AutoResetEvent _event = new(initialState: false);
    private int _state;

    /// <summary>Lets the next or the present <see cref="Wait"/> end; given twice, it counts once.</summary>
    public void Give()
    {
        if (Interlocked.Exchange(ref _state, Given) == Parked) _event.Set();
    }

    /// <summary>Returns once the signal has been given, and takes it back.</summary>
    public void Wait()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _state) != Given && Stopwatch.GetTimestamp() - start < SpinTicks) Thread.SpinWait(8);
        if (Interlocked.CompareExchange(ref _state, Parked, Unset) == Unset) _event.WaitOne();
        // Before the caller looks at what it was woken for, so that a signal given later is not lost.
        Interlocked.Exchange(ref _state, Unset);
    }
}
