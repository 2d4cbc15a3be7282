using System.Runtime.InteropServices;

namespace Cenote.Cli;

/// <summary>An array in native memory, which may be larger than a managed one, aligned to a cache line.</summary>
internal sealed unsafe class ArrayData : IDisposable
{
    private const int CacheLine = 64;

    private byte* _memory;

    /// <summary>Room for an array, uninitialised.</summary>
    /// <exception cref="UserError">The array is larger than the memory of this machine.</exception>
    public ArrayData(string name, ElementFormat format, nint[] shape, bool fortran = false, bool bigEndian = false)
    {
        (Format, Shape, IsFortran, IsBigEndian, HoldsBytes) = (format, shape, fortran, bigEndian, format == ElementFormat.Byte);
        Int128 bytes = format.Size;
        foreach (nint length in shape) bytes *= length;
        long most = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes > most)
            throw new UserError($"{name}: an array of {Text(shape)} elements of {format.Size} bytes does not fit in the memory of this machine ({most >> 20} MiB).");
        Bytes = (long)bytes;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, Bytes), CacheLine);
    }

    public ElementFormat Format { get; }

    public nint[] Shape { get; }

    /// <summary>Whether the first axis is the innermost in memory.</summary>
    public bool IsFortran { get; }

    /// <summary>The byte order of the file; in memory elements are always of the machine's order.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The colour profile of the picture that the array came from.</summary>
    public SkiaSharp.SKColorSpace? Profile { get; init; }

    /// <summary>Whether the numbers are bytes, or were pooled of bytes, so that they make a picture.</summary>
    public bool HoldsBytes { get; init; }

    public long Bytes { get; }

    public long Elements => Bytes / Format.Size;

    public void* Pointer => _memory;

    public static string Text(ReadOnlySpan<nint> shape) => shape.Length == 0 ? "a scalar" : string.Join('×', shape.ToArray());

    /// <summary>Part of the memory as a span.</summary>
    public Span<byte> Slice(long start, int length) => new(_memory + start, length);

    /// <summary>Strides in elements, dense, in the array's memory order.</summary>
    public nint[] Strides()
    {
        var strides = new nint[Shape.Length];
        nint next = 1;
        for (int i = 0; i < Shape.Length; i++)
        {
            int axis = IsFortran ? i : Shape.Length - 1 - i;
            strides[axis] = next;
            next *= Shape[axis];
        }

        return strides;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
