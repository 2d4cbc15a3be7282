using System.CommandLine;
using System.Diagnostics;
using Cenote.Benchmarks.Rows;
using Cenote.Gpu.Benchmarks;
using Cenote.Gpu.Benchmarks.Measure;
using Cenote.Gpu.Benchmarks.Report;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Tests;

/// <summary>The benchmark of devices, as far as it can be told without one: its rows, its numbers, its table, and that it runs.</summary>
public sealed class BenchmarkTests
{
    private const long Bytes = 3_000_000_000;

    [Fact]
    public void Rows_fill_the_memory_that_they_are_given_and_no_more()
    {
        foreach (Row row in JobTable.Rows)
        {
            foreach (long bytes in (long[])[Bytes, 100_000_000, 1_000_000])
            {
                Row fit = JobTable.Fit(row, sizeof(float), bytes);
                long size = Size(fit);
                Assert.Equal(row.Shape[1..], bytes == Bytes ? fit.Shape[1..] : row.Shape[1..]);
                // What a window needs, a row takes all the same.
                if (row.Kernel < 100) Assert.True(size <= bytes, $"{fit} takes {size} of {bytes} bytes");
                if (JobTable.IsSmall(row)) Assert.True(fit.Shape[0] <= row.Shape[0]);
                else if (fit.Shape[0] > 1) Assert.True(size + (size / fit.Shape[0]) > bytes, $"{fit} leaves room for an image");
                Assert.All(fit.Shape[2..], length => Assert.True(length >= row.Kernel));
                // What fits stays as it is.
                Assert.Equal(fit.Shape, JobTable.Fit(fit, sizeof(float), size).Shape);
            }
        }

        static long Size(Row row) => (Job.Count(row.Shape) + Job.Count(row.OutputShape)) * sizeof(float);
    }

    [Fact]
    public void The_jobs_are_the_rows_of_the_CPU_and_more()
    {
        Job[] jobs = [.. JobTable.Jobs(JobTable.Rows, Bytes)];
        foreach (Row row in RowTable.All)
        {
            foreach (string type in Job.Types)
            {
                Job[] own = [.. jobs.Where(job => job.Row.Name == row.Name && job.Type == type)];
                int layouts = row.HasOneChannel ? 1 : 2;
                Assert.Equal(layouts, own.Count(job => job.Pass == Pass.Forward));
                Assert.Equal(layouts, own.Count(job => job.Pass == Pass.Backward));
                Assert.Equal(row.IsMax ? layouts : 0, own.Count(job => job.Pass == Pass.Indices));
            }
        }

        Assert.All(jobs.Where(job => JobTable.IsSmall(job.Row)), job => Assert.Equal([8, 64, 56, 56], job.Row.Shape));
        Assert.All(jobs.Where(job => job.Row.Kernel == 127 || JobTable.IsSmall(job.Row)), job => Assert.Equal(Pass.Forward, job.Pass));
        // Enough elements for an index of 32 bits with a sign, which some of PyTorch's kernels count with.
        Assert.All(jobs, job => Assert.True(job.InputElements < int.MaxValue, $"{job}"));
        Assert.Equal(jobs.OrderBy(job => job.Pass).ThenBy(job => Array.IndexOf(Job.Types, job.Type)), jobs);
    }

    [Fact]
    public void Every_byte_that_must_move_is_counted_once()
    {
        Row stem = RowTable.All.Single(row => row.Name == "stem") with { Shape = [2, 64, 112, 112] };
        const long Input = 2 * 64 * 112 * 112, Output = 2 * 64 * 56 * 56;
        Assert.Equal(4 * (Input + Output), new Job(stem, Layout.Nchw, "float32", Pass.Forward).Bytes);
        Assert.Equal(2 * (Input + Output) + Output, new Job(stem, Layout.Nchw, "float16", Pass.Indices).Bytes);
        Assert.Equal(4 * (Input + Output) + Output, new Job(stem, Layout.Nhwc, "float32", Pass.Backward).Bytes);
        Assert.Equal(4 * (Input + Output), new Job(stem with { Operator = Operator.Average }, Layout.Nhwc, "float32", Pass.Backward).Bytes);
        using GpuTensor<float> input = Devices.Get("Cpu").Upload(Samples.Of<float>([1, 1, 40, 40]));
        foreach (int kernel in (int[])[3, 16, 17])
        {
            var (values, indices) = new MaxPool2d(kernel).ForwardWithIndices(input);
            Assert.Equal(indices.BytesPerIndex, new Job(stem with { Kernel = kernel }, Layout.Nchw, "float32", Pass.Indices).BytesPerIndex);
            values.Dispose();
            indices.Dispose();
        }
    }

    [Fact]
    public void The_numbers_are_those_of_the_script()
    {
        // (i · 2654435761 mod 2³²) / 2²¹, less 1024, in units of 1/1024.
        Assert.Equal([-1f, 241 / 1024f, -541 / 1024f], [InputPattern.At(0), InputPattern.At(1), InputPattern.At(2)]);
        Assert.Equal(InputPattern.At(7), InputPattern.At(InputPattern.Period + 7));
        float[] values = InputPattern.Make<float>(100_000);
        Assert.All(values, value => Assert.Equal(value, (float)(Half)value));
        Assert.InRange(values.Distinct().Count(), 2000, 2048);
        using GpuTensor<Half> there = InputPattern.Upload<Half>(Devices.Get("Cpu"), InputPattern.Period + 3);
        var back = new Half[there.ElementCount];
        there.CopyTo(back);
        Assert.Equal([(Half)InputPattern.At(InputPattern.Period - 1), .. InputPattern.Make<Half>(3)], back[^4..]);
    }

    [Theory]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.95, 1.2, "meets")]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.89, 1.2, "misses: 0.89 of the copy (0.9)")]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.95, 0.9, "misses: 0.90 times PyTorch (1)")]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.95, 1.55, "meets")]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.8, 1.4, "misses: 0.80 of the copy (0.9), 1.40 times PyTorch (1.5)")]
    [InlineData("stem", nameof(Pass.Forward), 1.0, 0.95, null, "no PyTorch")]
    [InlineData("stem", nameof(Pass.Indices), 1.0, 0.1, 1.3, "meets")]
    [InlineData("stem", nameof(Pass.Indices), 1.0, 0.95, 1.29, "misses: 1.29 times PyTorch (1.3)")]
    [InlineData("stem", nameof(Pass.Backward), 1.0, 0.8, null, "meets")]
    [InlineData("stem", nameof(Pass.Backward), 1.0, 0.79, null, "misses: 0.79 of the copy (0.8)")]
    [InlineData("max31", nameof(Pass.Forward), 2.0, 0.1, 100.0, "meets")]
    [InlineData("max-window127", nameof(Pass.Forward), 2.1, 0.1, 100.0, "misses: 2.10 of 3×3 (2)")]
    [InlineData("max-window127", nameof(Pass.Forward), 2.0, 0.1, 1.0, "misses: 0.50 times PyTorch (1.5)")]
    [InlineData("small-max", nameof(Pass.Forward), 1.3, 0.1, 1.0, "meets")]
    [InlineData("small-max", nameof(Pass.Forward), 1.4, 0.1, 1.0, "misses: 1.40 of PyTorch's time (1.3)")]
    public void A_verdict_names_what_is_missed(string name, string what, double cenote, double copy, double? torch, string verdict)
    {
        Pass pass = Enum.Parse<Pass>(what);
        Row row = JobTable.Rows.Single(row => row.Name == name), three = JobTable.Rows.Single(row => row.Name == "max-window3");
        var result = new Result(new(row, Layout.Nchw, "float32", pass), cenote, copy, torch, pass == Pass.Backward ? true : null, null, null);
        Result[] all = [new(new(three, Layout.Nchw, "float16", Pass.Forward), 0.1, 1, null, null, null, null), new(new(three, Layout.Nchw, "float32", Pass.Forward), 1, 1, null, null, null, null), result];
        Assert.Equal(verdict, Verdict.Of(result, all));
        if (verdict != "meets") return;
        Assert.Equal("misses: differs from PyTorch", Verdict.Of(result with { Difference = "value 1 is 2, and PyTorch's 3" }, all));
        if (pass == Pass.Backward) Assert.Equal("misses: other bits in another run", Verdict.Of(result with { IsRepeatable = false }, all));
        Assert.Equal("failed", Verdict.Of(result with { Cenote = double.NaN }, all));
    }

    [Fact]
    public void The_table_is_Markdown()
    {
        Row row = RowTable.All[0];
        Result[] results =
        [
            new(new(row, Layout.Nhwc, "float32", Pass.Forward), 0.0001, 0.000095, 0.0002, null, null, null),
            new(new(row, Layout.Nchw, "float16", Pass.Backward), double.NaN, double.NaN, null, null, null, "no memory"),
        ];
        using var writer = new StringWriter { NewLine = "\n" };
        ResultTable.Write(writer, ["a machine"], results, jobs: 5);
        Assert.Equal("""
            # Cenote, PyTorch and a copy on the GPU

            - a machine

            Milliseconds of a call: medians of rounds in turn. GB/s count each byte that must move once; the copy moves as many. × PyTorch is PyTorch's time over Cenote's: above 1 Cenote is faster. 32 bits are float32, 16 Half.
            1 of 2 rows meet their aims; 3 were not measured.

            | row | layout | bits | what | Cenote | GB/s | copy | PyTorch | of copy | × PyTorch | verdict |
            | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | stem: max k3 s2 p1, 8×64×112×112 | NHWC | 32 | forward | 0.100 | 321 | 0.0950 | 0.200 | 0.95 | 2.00 | meets |
            | stem: max k3 s2 p1, 8×64×112×112 | NCHW | 16 | backward | – | – | – | – | – | – | failed |

            - stem: max k3 s2 p1, 8×64×112×112, NCHW, float16, backward: no memory

            """.ReplaceLineEndings("\n"), writer.ToString());
    }

    [Fact]
    public void A_difference_is_found()
    {
        var job = new Job(RowTable.All[0], Layout.Nchw, "float32", Pass.Forward);
        Assert.Null(OutputCheck.Difference(job, [1, 2], [1, 2]));
        Assert.Equal("value 1 is 2, and PyTorch's 2.0000001", OutputCheck.Difference(job, [1, 2], [1, 2.0000001]));
        Assert.Equal("value 0 is NaN, and PyTorch's 1", OutputCheck.Difference(job, [double.NaN], [1]));
        Assert.Equal("1 values, and PyTorch's 2", OutputCheck.Difference(job, [1], [1, 2]));
        Assert.Equal("index 0 is 1, and PyTorch's 2", OutputCheck.Difference([1], [2]));
        var mean = job with { Row = RowTable.All.Single(row => row.Name == "inception") };
        Assert.Null(OutputCheck.Difference(mean, [0.5], [0.50000006]));
        Assert.NotNull(OutputCheck.Difference(mean, [0.5], [0.5001]));
    }

    [Fact]
    public void It_runs_on_the_simulated_device()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cenote-gpu-").FullName, "table.md");
        try
        {
            Assert.Equal(0, Run("--device", "simulated", "--gigabytes", "0.000004", "--rows", "stem,densenet,small-max", "--python", "none", "--out", path));
            string[] lines = File.ReadAllLines(path);
            Assert.Contains("- PyTorch was not asked", lines);
            // Forward twice two, and small calls; indices; backward twice two: in two types.
            Assert.Equal(2 * (4 + 2 + 2 + 4), lines.Count(line => line.StartsWith("| stem", StringComparison.Ordinal) || line.StartsWith("| densenet", StringComparison.Ordinal) || line.StartsWith("| small", StringComparison.Ordinal)));
            Assert.DoesNotContain(lines, line => line.Contains("failed", StringComparison.Ordinal) || line.Contains("other bits", StringComparison.Ordinal));

            // No time, no rows: the table says so.
            Assert.Equal(0, Run("--device", "simulated", "--minutes", "0", "--rows", "stem", "--python", "none", "--gigabytes", "0.000004", "--out", path));
            Assert.Contains("0 of 0 rows meet their aims; 12 were not measured.", File.ReadAllLines(path));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("--rows is 'nope'", "--rows", "nope", "--device", "simulated")]
    [InlineData("--device is 'x'", "--device", "x")]
    [InlineData("--gigabytes is 0", "--gigabytes", "0")]
    [InlineData("--python is 'no-such-python'", "--python", "no-such-python", "--device", "simulated")]
    public void Wrong_options_are_refused(string message, params string[] arguments) =>
        Assert.StartsWith(message, Assert.ThrowsAny<Exception>(() => Run(arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_script_for_PyTorch_is_Python()
    {
        using var script = new StreamReader(typeof(TorchPeer).Assembly.GetManifestResourceStream("torch_peer.py")!);
        using Process? python = Start();
        Assert.SkipWhen(python is null, "there is no python3");
        python!.StandardInput.Write(script.ReadToEnd());
        python.StandardInput.Close();
        string errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors);

        static Process? Start()
        {
            try
            {
                return Process.Start(new ProcessStartInfo("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"]) { RedirectStandardInput = true, RedirectStandardError = true });
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }
    }

    private static int Run(params string[] arguments) =>
        BenchmarkCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
