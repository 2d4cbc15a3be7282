using System.Runtime.ExceptionServices;

namespace Cenote;

/// <summary>
/// Threads of our own that help a call: waking them costs microseconds and no memory, and callers' thread pools are left alone. They
/// help one call at a time; a call that comes meanwhile, perhaps from within the other's progress, does its work alone.
/// </summary>
internal static class Crew
{
    private static readonly Signal AllLeft = new();
    private static readonly Lock Reporting = new();

    private static Signal[] _workers = [];

    /// <summary>1 while the crew helps a call; what follows is that call's.</summary>
    private static int _taken;

    /// <summary>How many threads are within the call, its own included; nobody joins once all have left.</summary>
    private static int _members;

    /// <summary>How many threads are wanted, and how many workers have been called.</summary>
    private static int _threads, _called;

    private static CutJob _job;
    private static IProgress<double>? _progress;
    private static long _claimed, _done;
    private static ExceptionDispatchInfo? _failure;

    /// <summary>How many threads work, in this call and in those that came meanwhile; and how many may before workers give way.</summary>
    private static int _active, _mostActive;

    /// <summary>Does a job with up to <paramref name="threads"/> threads, the caller's among them.</summary>
    /// <exception cref="OperationCanceledException">The job's token was cancelled.</exception>
    public static void Run(in CutJob job, int threads, IProgress<double>? progress)
    {
        Interlocked.Increment(ref _active);
        try
        {
            if (Interlocked.CompareExchange(ref _taken, 1, 0) == 0) Share(job, threads, progress);
            else job.RunAll(progress);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
        }
    }

    private static void Share(in CutJob job, int threads, IProgress<double>? progress)
    {
        ExceptionDispatchInfo? failure;
        bool all;
        try
        {
            threads = 1 + Hire(threads - 1);
            (_job, _threads, _progress) = (job, threads, progress);
            (_called, _claimed, _done, _mostActive) = (0, 0, 0, Math.Max(threads, Environment.ProcessorCount));
            Volatile.Write(ref _members, 1);
            Work(isWorker: false);
            if (Interlocked.Decrement(ref _members) > 0) AllLeft.Wait();
            (failure, all) = (_failure, _done == job.Runs);
        }
        finally
        {
            (_job, _progress, _failure) = (default, null, null);
            Volatile.Write(ref _taken, 0);
        }

        failure?.Throw();
        if (!all) throw new OperationCanceledException(job.Cancellation);
    }

    /// <summary>Sees to it that there are so many workers, if the machine has room for them.</summary>
    /// <returns>How many of those wanted there are.</returns>
    private static int Hire(int workers)
    {
        try
        {
            while (_workers.Length < workers)
            {
                int number = _workers.Length;
                var wake = new Signal();
                // Workers outlive the call, and must not keep what flows with it.
                new Thread(() => Serve(wake, number)) { IsBackground = true, Name = "Cenote" }.UnsafeStart();
                _workers = [.. _workers, wake];
            }
        }
        catch (Exception failure) when (failure is OutOfMemoryException or PlatformNotSupportedException)
        {
            return _workers.Length;
        }

        return workers;
    }

    private static void Serve(Signal wake, int number)
    {
        while (true)
        {
            wake.Wait();
            // Who wakes late finds another call, which may not want so many, or none.
            if (!Join()) continue;
            if (number < _threads - 1)
            {
                Interlocked.Increment(ref _active);
                if (!Work(isWorker: true)) Interlocked.Decrement(ref _active);
            }

            if (Interlocked.Decrement(ref _members) == 0) AllLeft.Give();
        }
    }

    private static bool Join()
    {
        while (true)
        {
            int members = Volatile.Read(ref _members);
            if (members == 0) return false;
            if (Interlocked.CompareExchange(ref _members, members + 1, members) == members) return true;
        }
    }

    /// <summary>Claims and does run after run until none is left, one has failed, or the call is cancelled.</summary>
    /// <returns>Whether it ended because a worker gave way, no longer counted as active.</returns>
    private static bool Work(bool isWorker)
    {
        try
        {
            CallOthers();
            while (Volatile.Read(ref _failure) is null && !_job.Cancellation.IsCancellationRequested)
            {
                if (isWorker && GivesWay()) return true;
                long run = Interlocked.Increment(ref _claimed) - 1;
                if (run >= _job.Runs) break;
                _job.Run(run);
                Report();
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is the caller's.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }

        return false;
    }

    /// <summary>Calls workers as long as there is something left to do; those who are there already take turns in it.</summary>
    private static void CallOthers()
    {
        while (Volatile.Read(ref _claimed) < _job.Runs)
        {
            int worker = Interlocked.Increment(ref _called) - 1;
            if (worker >= _threads - 1) return;
            _workers[worker].Give();
        }
    }

    private static bool GivesWay()
    {
        int active = Volatile.Read(ref _active);
        return active > _mostActive && Interlocked.CompareExchange(ref _active, active - 1, active) == active;
    }

    private static void Report()
    {
        if (_progress is null)
        {
            Interlocked.Increment(ref _done);
            return;
        }

        // Reported under the lock, so that the fractions arrive in rising order.
        lock (Reporting) _progress.Report((double)++_done / _job.Runs);
    }
}
