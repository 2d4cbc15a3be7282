using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Cenote.Benchmarks;
using Cenote.Benchmarks.Rows;
using Cenote.Gpu.Benchmarks.Measure;
using Cenote.Gpu.Benchmarks.Report;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks;

/// <summary>The command line.</summary>
internal static class BenchmarkCommand
{
    private static readonly Option<string> Device = new("--device") { Description = "gpu, the best one; a number, as cenote devices lists them; or simulated, slow, to try the benchmark out.", DefaultValueFactory = _ => "gpu" };
    private static readonly Option<double> Gigabytes = new("--gigabytes") { Description = "What the input and the output of a row take together; two to five times as much memory is used.", DefaultValueFactory = _ => 3 };
    private static readonly Option<string?> Names = new("--rows") { Description = "Only these rows, joined by commas. [default: all]" };
    private static readonly Option<double?> Minutes = new("--minutes") { Description = "Begin no row later than this. [default: no limit]" };
    private static readonly Option<string> Python = new("--python") { Description = "A Python that has PyTorch; none does without.", DefaultValueFactory = _ => "python3" };
    private static readonly Option<bool> Once = new("--once") { Description = "Call Cenote once for each job and measure nothing: for a profiler to look at." };
    private static readonly Option<string> Out = new("--out") { Description = "Where to write the table; rewritten after every row.", DefaultValueFactory = _ => "gpu-benchmark.md" };

    public static RootCommand Create()
    {
        var command = new RootCommand("Cenote, PyTorch and a device's copy on the same rows, in turn.") { Device, Gigabytes, Names, Minutes, Python, Once, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        double gigabytes = parse.GetValue(Gigabytes);
        if (!(gigabytes is > 0 and < 1e4)) throw new UserError($"--gigabytes is {gigabytes.ToString(CultureInfo.InvariantCulture)}; it must be above 0.");
        Job[] jobs = [.. JobTable.Jobs(Rows(parse.GetValue(Names)), (long)(gigabytes * 1e9))];
        string path = parse.GetValue(Out)!;
        using GpuDevice device = Open(parse.GetValue(Device)!);
        if (parse.GetValue(Once)) return CallOnce(device, jobs);
        using TorchPeer? torch = parse.GetValue(Python) is { } python and not "none" ? new TorchPeer(python) : null;
        string[] versions = [.. Versions(device, torch)];
        var results = new List<Result>();
        Write();
        foreach (Result result in new Benchmark(device, torch, parse.GetValue(Minutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null).Run(jobs))
        {
            results.Add(result);
            Console.Out.WriteLine($"{results.Count}/{jobs.Length} {result.Job}: {Verdict.Of(result, results)}{(result.Note is null ? "" : $" ({result.Note})")}");
            Write();
        }

        return results.Any(result => result.Failed || result.Difference is not null) ? 1 : 0;

        void Write()
        {
            using var writer = new StreamWriter(path);
            ResultTable.Write(writer, versions, results, jobs.Length);
        }
    }

    /// <summary>Names each job before its call, so that what a profiler writes can be told apart.</summary>
    private static int CallOnce(GpuDevice device, Job[] jobs)
    {
        foreach (IGrouping<string, Job> typed in jobs.GroupBy(job => job.Type))
        {
            using var side = CenoteSide.Create(device, typed.Key, [.. typed]);
            foreach (Job job in typed)
            {
                Console.Out.WriteLine(job);
                side.CallOnce(job);
            }
        }

        return 0;
    }

    private static IEnumerable<Row> Rows(string? names)
    {
        if (names is null) return JobTable.Rows;
        string[] asked = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return asked.FirstOrDefault(name => JobTable.Rows.All(row => row.Name != name)) is { } unknown
            ? throw new UserError($"--rows is '{unknown}'; it must be names of {string.Join(", ", JobTable.Rows.Select(row => row.Name))}.")
            : JobTable.Rows.Where(row => asked.Contains(row.Name));
    }

    private static GpuDevice Open(string text)
    {
        if (text == "simulated") return GpuDevice.Cpu();
        if (text == "gpu") return GpuDevice.Best();
        IReadOnlyList<GpuDeviceInfo> found = GpuDevice.Enumerate();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < found.Count ? GpuDevice.Open(found[index])
            : throw new UserError($"--device is '{text}'; it must be gpu, simulated or a number below {found.Count}, the devices there are.");
    }

    private static IEnumerable<string> Versions(GpuDevice device, TorchPeer? torch)
    {
        yield return $"{device.Info}, {device.Info.Multiprocessors} multiprocessors, {device.Info.Driver}".TrimEnd(' ', ',');
        yield return $"Cenote {VersionOf(typeof(MaxPool2d))} on ILGPU {VersionOf(typeof(ILGPU.Context))}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()}";
        yield return torch is null ? "PyTorch was not asked" : torch.Versions;
        yield return DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
