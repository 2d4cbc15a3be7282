using ILGPU;

namespace Cenote.Gpu;

/// <summary>The number of a chosen tap in the unsigned integer that the plan's windows need.</summary>
internal interface INumberFormat<TNumber>
{
    static abstract TNumber Of(long number);

    static abstract long Read(TNumber number);
}

/// <summary>Numbers of 1, 2, 4 and 8 bytes.</summary>
internal readonly struct NumberFormat : INumberFormat<byte>, INumberFormat<ushort>, INumberFormat<uint>, INumberFormat<ulong>
{
    static byte INumberFormat<byte>.Of(long number) => (byte)number;

    static ushort INumberFormat<ushort>.Of(long number) => (ushort)number;

    static uint INumberFormat<uint>.Of(long number) => (uint)number;

    static ulong INumberFormat<ulong>.Of(long number) => (ulong)number;

    public static long Read(byte number) => number;

    public static long Read(ushort number) => number;

    public static long Read(uint number) => number;

    public static long Read(ulong number) => (long)number;
}

/// <summary>What is done with numbers of one size.</summary>
internal interface INumberUse
{
    void Run<TNumber, TNumbers>()
        where TNumber : unmanaged
        where TNumbers : unmanaged, INumberFormat<TNumber>;
}

/// <summary>Numbers of chosen taps in a device's memory.</summary>
/// <param name="Memory">All of them.</param>
/// <param name="Size">The bytes of each; 0 where there are none.</param>
internal readonly record struct NumberMemory(ArrayView<byte> Memory, int Size)
{
    public ArrayView<TNumber> View<TNumber>()
        where TNumber : unmanaged => Memory.Cast<TNumber>();

    public void Use<TUse>(TUse use)
        where TUse : INumberUse
    {
        switch (Size)
        {
            case 1: use.Run<byte, NumberFormat>(); break;
            case 2: use.Run<ushort, NumberFormat>(); break;
            case 4: use.Run<uint, NumberFormat>(); break;
            default: use.Run<ulong, NumberFormat>(); break;
        }
    }
}
