using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Cenote.Cli;

/// <summary>How fast the layers are on this machine.</summary>
internal sealed class BenchCommand
{
    /// <summary>How much of the whole time the first row may warm up, which meets the code that all rows share; and how much of its own time every other one.</summary>
    private const double FirstPart = 0.2, WarmUpPart = 0.7;

    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(0.5);

    private readonly ThreadsOption _threads = new();
    private readonly DeviceOption _device = new();
    private readonly Option<string> _seconds = new("--seconds") { Description = "About how long it takes, up to 3600; in much less than the default the compiler does not settle, and rows look slower than they are.", HelpName = "S", DefaultValueFactory = _ => "10" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per row, and no verdict. [default: a table]" };

    public Command Command
    {
        get
        {
            var command = new Command("bench", "Times the poolings of well-known networks on this machine, each beside a copy of the same bytes (the floor).") { _threads.Option, _device.Option, _seconds, _json };
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        int asked = _threads.Read(parse), threads = asked == -1 ? Environment.ProcessorCount : Math.Min(asked, Environment.ProcessorCount);
        TimeSpan time = Seconds(parse.GetValue(_seconds)!);
        CancellationToken interrupted = Interruption.Listen();
        using BenchMachine machine = _device.OpenGpu(parse) is { } device ? new DeviceMachine(device) : new CpuMachine(threads);
        IEnumerable<BenchResult> results = Measure(machine, time, interrupted);
        if (parse.GetValue(_json))
        {
            foreach (BenchResult result in results) Console.Out.WriteLine(result.ToJson());
            return 0;
        }

        BenchTable.ShowVerdict(BenchResult.Verdict(BenchTable.Show(machine.Rows, results), machine));
        return 0;
    }

    private static IEnumerable<BenchResult> Measure(BenchMachine machine, TimeSpan time, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        for (int row = 0; row < machine.Rows.Count; row++)
        {
            // What one row takes too long, the others after it give up.
            TimeSpan share = (time - watch.Elapsed) / (machine.Rows.Count - row);
            var (least, most) = row == 0 ? (FirstWarmUp, FirstPart * time) : (TimeSpan.Zero, WarmUpPart * share);
            yield return BenchResult.Measure(machine.Rows[row], machine, share, least, most, cancellation);
        }
    }

    private static TimeSpan Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 3600 ? TimeSpan.FromSeconds(seconds)
            : throw new UserError($"--seconds is '{text}'; it must be a number above 0, at most 3600.");
}
