using System.Diagnostics;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>Cenote, the device's copy and PyTorch on one job after the other, in turn on each.</summary>
/// <param name="device">Where Cenote runs.</param>
/// <param name="torch">PyTorch; null to do without.</param>
/// <param name="time">No job is begun later than this after the start; null for no limit.</param>
internal sealed class Benchmark(GpuDevice device, TorchPeer? torch, TimeSpan? time)
{
    private const int Rounds = 7;

    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Measures the jobs in their order; those that the time does not suffice for are left out.</summary>
    public IEnumerable<Result> Run(IReadOnlyList<Job> jobs)
    {
        CenoteSide? side = null;
        string type = "";
        try
        {
            foreach (Job job in jobs)
            {
                if (_watch.Elapsed > time) yield break;
                if (job.Type != type)
                {
                    side?.Dispose();
                    side = null;
                    (side, type) = (CenoteSide.Create(device, job.Type, [.. jobs.Where(other => other.Type == job.Type)]), job.Type);
                }

                yield return Measure(job, side!);
            }
        }
        finally
        {
            side?.Dispose();
        }
    }

    private Result Measure(Job job, CenoteSide side)
    {
        try
        {
            string? note = null, difference = null;
            TorchCall? peer = null;
            if (torch is not null)
            {
                try
                {
                    difference = OutputCheck.Difference(job, side, torch);
                    peer = torch.Bind(job);
                }
                catch (TorchException refusal)
                {
                    note = $"PyTorch: {refusal.Message}";
                }
            }

            bool? isRepeatable = job.Pass == Pass.Backward ? side.IsRepeatable(job) : null;
            using (peer)
            using (DeviceCall cenote = side.Bind(job), copy = side.BindCopy(job))
            {
                List<IContestant> contestants = [cenote, copy];
                if (peer is not null) contestants.Add(peer);
                double[] medians = Medians(contestants);
                return new(job, medians[0], medians[1], peer is null ? null : medians[2], isRepeatable, difference, note);
            }
        }
        catch (Exception error)
        {
            // Whatever it is: the other rows are measured all the same, and the table says so.
            return new(job, double.NaN, double.NaN, null, null, null, error.Message.ReplaceLineEndings(" "));
        }
    }

    private static double[] Medians(List<IContestant> contestants)
    {
        double[][] seconds = [.. contestants.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
            for (int i = 0; i < contestants.Count; i++) seconds[i][round] = contestants[i].Round();
        return [.. seconds.Select(times => times.Order().ElementAt(Rounds / 2))];
    }
}
