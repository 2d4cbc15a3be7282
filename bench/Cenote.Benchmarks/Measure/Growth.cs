using Cenote.Benchmarks.Peers;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Measure;

/// <summary>One curve of a law: seconds per point, null where the points before were too slow to go on.</summary>
internal sealed record Curve(string Name, double?[] Seconds);

/// <summary>Measures a law: every operator, layout and number of threads, each point with its copy floor.</summary>
internal sealed class Growth(GrowthLaw law)
{
    /// <summary>A curve ends after a call of so many seconds: the next point would take longer still.</summary>
    private const double TooSlow = 1;

    public IReadOnlyList<Curve> Measure(int threads)
    {
        List<Contestant> contestants = [.. from @operator in GrowthLaw.Operators from layout in law.Layouts select new Contestant(@operator, layout, NewCurve(Name(@operator, layout, threads)))];
        Curve floor = NewCurve(Text("copy floor", threads));
        for (int point = 0; point < law.Points.Length; point++)
        {
            List<Contestant> running = [.. contestants.Where(contestant => point == 0 || contestant.Curve.Seconds[point - 1] < TooSlow)];
            if (running.Count > 0) MeasurePoint(point, threads, running, floor);
        }

        return [.. contestants.Select(contestant => contestant.Curve), floor];
    }

    private void MeasurePoint(int point, int threads, List<Contestant> running, Curve floor)
    {
        List<Job> jobs = [.. running.Select(contestant => new Job(law.RowAt(contestant.Operator, law.Points[point]), contestant.Layout, Element.All[0], threads))];
        List<PeerCall> calls = [.. jobs.Select(job => AllPeers.Cenote.Bind(job)!)];
        using (var copy = new CopyFloor((jobs[0].InputBytes + jobs[0].OutputBytes) / 2, threads))
        {
            // The first point waits for the compiler, and the others find its work done.
            Turns turns = point == 0 ? Turns.Thorough : Turns.Brief;
            double[] medians = turns.Medians([.. calls, copy]);
            for (int index = 0; index < running.Count; index++) running[index].Curve.Seconds[point] = medians[index];
            floor.Seconds[point] = medians[^1];
        }

        calls.ForEach(call => call.Dispose());
        jobs.ForEach(job => job.Dispose());
    }

    private Curve NewCurve(string name) => new(name, new double?[law.Points.Length]);

    private string Name(Operator @operator, Layout layout, int threads) =>
        Text($"{(@operator == Operator.Max ? "max" : "average")}{(law.Layouts.Length > 1 ? $" {layout.Text()}" : "")}", threads);

    private static string Text(string what, int threads) => $"{what}, {Format.Threads(threads)}";

    private sealed record Contestant(Operator Operator, Layout Layout, Curve Curve);
}
