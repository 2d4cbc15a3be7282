using System.Text.Json;

namespace Cenote.Cli;

/// <summary>The processor, with a number of threads.</summary>
internal sealed class CpuMachine(int threads) : BenchMachine
{
    private readonly BenchMemory _memory = new(BenchRow.All);

    public override IReadOnlyList<BenchRow> Rows => BenchRow.All;

    public override string Description => $"{Processor.Name}: {Count(Environment.ProcessorCount, "core")}, vectors of {Processor.VectorBits} bits; {Count(threads, "thread")} used.";

    public override BenchWork Bind(BenchRow row, CancellationToken cancellation)
    {
        _memory.Clear();
        var call = new BenchCall(row, threads, _memory);
        var floor = new CopyFloor(row.Bytes / 2, threads, _memory);
        return new(times => call.Run(times, cancellation), floor.Run, floor);
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("processor", Processor.Name);
        json.WriteNumber("cores", Environment.ProcessorCount);
        json.WriteNumber("vectorBits", Processor.VectorBits);
        json.WriteNumber("threads", threads);
    }

    public override void Dispose() => _memory.Dispose();

    private static string Count(int count, string word) => $"{count} {word}{(count == 1 ? "" : "s")}";
}
