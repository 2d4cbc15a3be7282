using System.Diagnostics;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>A call on the device in this process. A round queues so many that neither the clock's grain nor the one wait at its end shows.</summary>
internal sealed class DeviceCall : IContestant
{
    /// <summary>The least seconds of a round; the script for PyTorch has the same.</summary>
    private const double LeastRound = 0.02;

    /// <summary>Of short calls the host's part shows: they run so many seconds first, until the just-in-time compiler has done with them.</summary>
    private const double Short = 2e-4, WarmUp = 0.5;

    private readonly GpuDevice _device;
    private readonly Action _call;
    private readonly IDisposable[] _memory;
    private readonly int _calls;

    public DeviceCall(GpuDevice device, Action call, params IDisposable[] memory)
    {
        (_device, _call, _memory) = (device, call, memory);
        // The first call compiles the kernel.
        Time(1);
        double once = Time(1);
        if (once < Short) Time((int)(WarmUp / once));
        _calls = (int)Math.Clamp(Math.Ceiling(LeastRound / once), 1, 100_000);
        // Again with the length of a round: the second call may still have waited for a clock that was asleep.
        if (_calls > 1) _calls = (int)Math.Clamp(Math.Ceiling(LeastRound / Time(_calls)), 1, 100_000);
    }

    public double Round() => Time(_calls);

    public void Dispose()
    {
        foreach (IDisposable memory in _memory) memory.Dispose();
    }

    private double Time(int calls)
    {
        _device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++) _call();
        _device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
