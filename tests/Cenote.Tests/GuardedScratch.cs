namespace Cenote.Tests;

/// <summary>Working memory of kernels that this thread runs, which ends at a guard page and holds what nobody expects.</summary>
internal sealed unsafe class GuardedScratch : IDisposable
{
    private GuardedMemory? _memory;

    public GuardedScratch() => Scratch.Source = bytes =>
    {
        _memory?.Dispose();
        _memory = new((nuint)bytes);
        new Span<byte>(_memory.Pointer, (int)Math.Min(bytes, 1 << 20)).Fill(0x7E);
        return (nint)_memory.Pointer;
    };

    public void Dispose()
    {
        Scratch.Source = null;
        _memory?.Dispose();
    }
}
