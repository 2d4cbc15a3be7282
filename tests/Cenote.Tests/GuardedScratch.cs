namespace Cenote.Tests;

/// <summary>Working memory of kernels that this thread runs, which ends at a guard page and holds what nobody expects.</summary>
internal sealed unsafe class GuardedScratch : IDisposable
{
    private GuardedMemory? _memory;
    private nuint _size;

    public GuardedScratch() => Scratch.Source = bytes =>
    {
        // Mapped anew only where it grows: kernels ask once for each unit, and the pages of a new mapping cost more than the unit.
        if ((nuint)bytes > _size)
        {
            _memory?.Dispose();
            _memory = new(_size = (nuint)bytes);
        }

        byte* first = (byte*)_memory!.Pointer + (_size - (nuint)bytes);
        new Span<byte>(first, (int)Math.Min(bytes, 1 << 20)).Fill(0x7E);
        return (nint)first;
    };

    public void Dispose()
    {
        Scratch.Source = null;
        _memory?.Dispose();
    }
}
