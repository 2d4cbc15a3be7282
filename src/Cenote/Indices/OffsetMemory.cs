namespace Cenote;

/// <summary>
/// The tap that each window chose, as its number in the unclipped window in row-major order, in 1, 2, 4 or 8 bytes. A number whose tap lies outside the input says
/// that no element was chosen.
/// </summary>
/// <param name="start">The first output's.</param>
/// <param name="size">The bytes of each.</param>
/// <param name="layout">The distances between outputs, in offsets.</param>
internal readonly unsafe struct OffsetMemory(void* start, int size, in TensorLayout layout)
{
    public readonly byte* Start = (byte*)start;
    public readonly int Size = size;
    public readonly TensorLayout Layout = layout;

    /// <summary>The fewest bytes, of those a number may have, for numbers below <paramref name="taps"/>.</summary>
    public static int SizeFor(long taps) => taps <= 1L << 8 ? 1 : taps <= 1L << 16 ? 2 : taps <= 1L << 32 ? 4 : 8;

    public long this[long place]
    {
        get => Size switch
        {
            1 => Start[place],
            2 => ((ushort*)Start)[place],
            4 => ((uint*)Start)[place],
            _ => ((long*)Start)[place],
        };
        set
        {
            switch (Size)
            {
                case 1: Start[place] = (byte)value; break;
                case 2: ((ushort*)Start)[place] = (ushort)value; break;
                case 4: ((uint*)Start)[place] = (uint)value; break;
                default: ((long*)Start)[place] = value; break;
            }
        }
    }

    /// <summary>Where the offsets of a plane begin.</summary>
    public OffsetMemory Plane(long n, long c) => new(Start + (n * Layout.Batch + c * Layout.Channel) * Size, Size, Layout);
}
