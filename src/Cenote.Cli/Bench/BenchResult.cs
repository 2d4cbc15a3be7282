using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Cenote.Cli;

/// <summary>A row beside the copy of as many bytes.</summary>
/// <param name="Row">What was called.</param>
/// <param name="Machine">Where both ran.</param>
/// <param name="Seconds">The median of a call.</param>
/// <param name="FloorSeconds">The median of the copy.</param>
internal sealed record BenchResult(BenchRow Row, BenchMachine Machine, double Seconds, double FloorSeconds)
{
    /// <summary>Up to here a call counts as fast as the copy.</summary>
    public const double Near = 1.25;

    private const int LeastRounds = 3;

    /// <summary>The part of a row's time that is left to the rounds at least.</summary>
    private const double LeastTimed = 0.3;

    /// <summary>After so many calls, and after so long, the compiler would have taken a method up again.</summary>
    private const int QuietCalls = 40;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    /// <summary>Shorter calls are repeated, so that a round is longer than the clock's grain and a thread's start.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(2);

    public double GigabytesPerSecond => Row.Bytes / Seconds / 1e9;

    /// <summary>As it is printed, so that the verdict is about what the reader sees.</summary>
    public double TimesFloor => Math.Round(Seconds / FloorSeconds, 2);

    public bool IsNear => TimesFloor <= Near;

    /// <summary>Calls and copies in turn, so that what disturbs the machine disturbs both.</summary>
    /// <param name="row">What to call.</param>
    /// <param name="machine">Where.</param>
    /// <param name="time">How long to be about it.</param>
    /// <param name="least">The least time to warm up.</param>
    /// <param name="most">The most time to warm up, where the compiler does not settle.</param>
    /// <param name="cancellation">Looked at between the rounds, and within a call.</param>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public static BenchResult Measure(BenchRow row, BenchMachine machine, TimeSpan time, TimeSpan least, TimeSpan most, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        using BenchWork work = machine.Bind(row, cancellation);
        work.Copy(1);
        WarmUp(work.Pool, least, most);

        TimeSpan end = watch.Elapsed + (LeastTimed * time);
        if (end < time) end = time;
        int calls = Times(work.Pool), copies = Times(work.Copy);
        List<double> seconds = [], floorSeconds = [];
        while (seconds.Count < LeastRounds || watch.Elapsed < end)
        {
            cancellation.ThrowIfCancellationRequested();
            seconds.Add(Seconds(work.Pool, calls) / calls);
            floorSeconds.Add(Seconds(work.Copy, copies) / copies);
        }

        return new(row, machine, Median(seconds), Median(floorSeconds));

        static int Times(Action<int> run) => Math.Max(1, (int)Math.Ceiling(Round.TotalSeconds / Seconds(run, 1)));

        static double Seconds(Action<int> run, int times)
        {
            long start = Stopwatch.GetTimestamp();
            run(times);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        static double Median(List<double> values)
        {
            values.Sort();
            return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
        }
    }

    /// <summary>Calls until the compiler has nothing more to do for them.</summary>
    private static void WarmUp(Action<int> pool, TimeSpan least, TimeSpan most)
    {
        var elapsed = Stopwatch.StartNew();
        TimeSpan since = default;
        long methods = JitInfo.GetCompiledMethodCount();
        for (int calls = 1; elapsed.Elapsed < least || (elapsed.Elapsed < most && (calls <= QuietCalls || elapsed.Elapsed - since < Quiet)); calls++)
        {
            pool(1);
            long compiled = JitInfo.GetCompiledMethodCount();
            if (compiled > methods) (methods, since, calls) = (compiled, elapsed.Elapsed, 0);
        }
    }

    /// <summary>Row, layout, milliseconds, gigabytes per second, times the floor.</summary>
    public string[] Cells() => [Row.ToString(), Row.Layout, ThreeDigits(Seconds * 1e3), ThreeDigits(GigabytesPerSecond), TimesFloor.ToString("F2", CultureInfo.InvariantCulture)];

    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("row", Row.Name);
        json.WriteString("operator", Row.Verb);
        json.WriteString("options", Row.Plan.OptionsText);
        json.WriteString("type", Row.Format.Code);
        json.WriteString("layout", Row.Layout);
        json.WriteShape("inputShape", Row.Shape);
        json.WriteShape("outputShape", Row.Plan.OutputShape);
        json.WriteNumber("milliseconds", Math.Round(Seconds * 1e3, 6));
        json.WriteNumber("gigabytesPerSecond", Math.Round(GigabytesPerSecond, 3));
        json.WriteNumber("floorMilliseconds", Math.Round(FloorSeconds * 1e3, 6));
        json.WriteNumber("timesFloor", TimesFloor);
        Machine.Write(json);
    });

    /// <summary>What the table says, in a sentence, and of which machine it says so.</summary>
    public static string Verdict(IReadOnlyList<BenchResult> results, BenchMachine machine)
    {
        BenchResult furthest = results.MaxBy(result => result.TimesFloor)!;
        string rest = furthest.IsNear ? "" : $"; the furthest off, {furthest.Row.Name} ({furthest.Row.Layout}), takes {furthest.Cells()[^1]} times";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Count(result => result.IsNear)} of {results.Count} rows run within {Near} times what copying the same bytes takes{rest}. {machine.Description}");
    }

    private static string ThreeDigits(double value) =>
        value.ToString($"F{value switch { >= 100 => 0, >= 10 => 1, >= 1 => 2, >= 0.1 => 3, _ => 4 }}", CultureInfo.InvariantCulture);
}
