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
