using System.Diagnostics;

namespace Cenote.Benchmarks.Measure;

/// <summary>Times several contestants in turn, A B C A B C, so that what disturbs the machine disturbs all of them.</summary>
/// <param name="WarmUp">How long each runs before it is timed.</param>
/// <param name="Compiling">How long managed code runs instead: long enough for the compiler's last tier.</param>
/// <param name="Round">The least time of a round; shorter calls are repeated.</param>
/// <param name="Rounds">How many rounds the medians are of; slow calls get fewer.</param>
internal sealed record Turns(TimeSpan WarmUp, TimeSpan Compiling, TimeSpan Round, int Rounds)
{
    public static Turns Thorough { get; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(2), 11);

    public static Turns Brief { get; } = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(600), TimeSpan.FromMilliseconds(2), 7);

    public static Turns Quick { get; } = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(0.5), 7);

    private const int RoundsWhenSlow = 3;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(0.5), VerySlow = TimeSpan.FromSeconds(4);

    /// <summary>The most that all rounds of a contestant take together, where they are as many as slow calls get.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    /// <returns>The median seconds of a call, per contestant.</returns>
    public double[] Medians(IReadOnlyList<IRepeatable> contestants)
    {
        Contestant[] all = [.. contestants.Select(Prepare)];
        for (int round = 0; round < Rounds; round++)
            foreach (Contestant contestant in all) contestant.Take(round);
        return [.. all.Select(contestant => Median(contestant.Seconds))];
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static TimeSpan Time(IRepeatable work, long times)
    {
        long start = Stopwatch.GetTimestamp();
        work.Run(times);
        return Stopwatch.GetElapsedTime(start);
    }

    private Contestant Prepare(IRepeatable work)
    {
        var elapsed = Stopwatch.StartNew();
        TimeSpan once = Time(work, 1);
        // Seconds long, the first call is as good as any other.
        if (once > VerySlow) return new(work, 1, 0) { Seconds = { once.TotalSeconds } };
        if (once > Slow) return new(work, 1, RoundsWhenSlow);
        while (elapsed.Elapsed < (work.IsManaged ? Compiling : WarmUp)) work.Run(1);
        long times = 1;
        TimeSpan taken;
        while ((taken = Time(work, times)) < Round / 4) times *= 2;
        double call = taken.TotalSeconds / times;
        return new(work, Math.Max(1, (long)Math.Ceiling(Round.TotalSeconds / call)), (int)Math.Clamp(Long.TotalSeconds / call, RoundsWhenSlow, Rounds));
    }

    private sealed record Contestant(IRepeatable Work, long Times, int Rounds)
    {
        public List<double> Seconds { get; } = [];

        public void Take(int round)
        {
            if (round < Rounds) Seconds.Add(Time(Work, Times).TotalSeconds / Times);
        }
    }
}
