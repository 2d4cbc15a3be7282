using System.Text.Json;

namespace Cenote.Cli;

/// <summary>What rows are timed on.</summary>
internal abstract class BenchMachine : IDisposable
{
    /// <summary>The rows, in sizes that suit it.</summary>
    public abstract IReadOnlyList<BenchRow> Rows { get; }

    /// <summary>The machine in a few words, as the end of the verdict.</summary>
    public abstract string Description { get; }

    /// <summary>Binds a row to memory, its input filled.</summary>
    /// <param name="row">One of <see cref="Rows"/>.</param>
    /// <param name="cancellation">Looked at within a call.</param>
    /// <returns>The row, and the copy of as many bytes; the caller disposes of it before the next.</returns>
    public abstract BenchWork Bind(BenchRow row, CancellationToken cancellation);

    public abstract void Write(Utf8JsonWriter json);

    public abstract void Dispose();
}

/// <summary>A row that can be called, and a copy of half the bytes that it moves, each read once and written once.</summary>
/// <param name="Pool">Pools so many times.</param>
/// <param name="Copy">Copies so many times.</param>
/// <param name="Memory">What is held until then.</param>
internal sealed record BenchWork(Action<int> Pool, Action<int> Copy, params IDisposable[] Memory) : IDisposable
{
    public void Dispose()
    {
        foreach (IDisposable memory in Memory) memory.Dispose();
    }
}
