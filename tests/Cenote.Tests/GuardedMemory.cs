using System.Runtime.InteropServices;

namespace Cenote.Tests;

/// <summary>Elements that end exactly where a page begins that nobody may touch: a read or write behind them ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 3, None = 0, PrivateAnonymous = 0x22;

    private readonly nint _mapping;
    private readonly nuint _size;

    public GuardedMemory(nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize, room = (bytes + page - 1) / page * page;
        _size = room + page;
        if (OperatingSystem.IsLinux())
        {
            _mapping = Map(0, _size, ReadWrite, PrivateAnonymous, -1, 0);
            if (_mapping == -1 || Protect(_mapping + (nint)room, page, None) != 0) throw new InvalidOperationException("no guarded memory");
        }
        else
        {
            _mapping = (nint)NativeMemory.AlignedAlloc(_size, page);
        }

        Pointer = (void*)(_mapping + (nint)(room - bytes));
    }

    public void* Pointer { get; }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux()) _ = Unmap(_mapping, _size);
        else NativeMemory.AlignedFree((void*)_mapping);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
