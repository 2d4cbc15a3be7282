using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Planes of any strides, element by element: strips of the axis whose neighbours lie nearest, so that no cache line is fetched for one of its elements.</summary>
internal readonly unsafe struct StridedPlanes : IPlaneCopy
{
    /// <summary>Channels that lie side by side are copied so many at a time: a cache line of floats.</summary>
    private const long Together = 16;

    /// <summary>Neighbours at once: rows a page apart share the eight places of a set in the first-level cache.</summary>
    private const long Strip = 8;

    public static string Name => "strided planes";

    public static bool Suits(in PoolJob job, int size) => job.InputLayout.Width != 1 || job.OutputLayout.Width != 1;

    /// <summary>The only other way is tap by tap: what memory it takes is the bound.</summary>
    public static long MostBytes => 1 << 26;

    public static long Channels(in PoolJob job) => job.InputLayout.Channel == 1 || job.OutputLayout.Channel == 1 ? Math.Min(Together, (long)BitOperations.RoundUpToPowerOf2((ulong)job.Plan.Channels)) : 1;

    public static void Split(byte* from, in TensorLayout layout, in PlaneBox box, byte* to, int size) => Copy(from, layout, to, Dense(box), box, layout, size);

    public static void Join(byte* from, in PlaneBox box, byte* to, in TensorLayout layout, int size) => Copy(from, Dense(box), to, layout, box, layout, size);

    private static TensorLayout Dense(in PlaneBox box) => TensorLayout.RowMajor(box.Channels, box.Depths, box.Rows, box.Width);

    /// <param name="strided">Whichever of the two is not dense.</param>
    private static void Copy(byte* from, in TensorLayout fromLayout, byte* to, in TensorLayout toLayout, in PlaneBox box, in TensorLayout strided, int size)
    {
        switch (size)
        {
            case 1: Copy(from, fromLayout, to, toLayout, box, strided); break;
            case 2: Copy((ushort*)from, fromLayout, (ushort*)to, toLayout, box, strided); break;
            case 4: Copy((uint*)from, fromLayout, (uint*)to, toLayout, box, strided); break;
            default: Copy((ulong*)from, fromLayout, (ulong*)to, toLayout, box, strided); break;
        }
    }

    private static void Copy<T>(T* from, in TensorLayout fromLayout, T* to, in TensorLayout toLayout, in PlaneBox box, in TensorLayout strided)
        where T : unmanaged
    {
        bool byChannels = box.Rows == 1 || (box.Channels > 1 && strided.Channel < strided.Height);
        Axis near = byChannels ? new(box.Channels, fromLayout.Channel, toLayout.Channel) : new(box.Rows, fromLayout.Height, toLayout.Height);
        Axis far = byChannels ? new(box.Rows, fromLayout.Height, toLayout.Height) : new(box.Channels, fromLayout.Channel, toLayout.Channel);
        Axis row = new(box.Width, fromLayout.Width, toLayout.Width);
        if ((byChannels ? strided.Channel : strided.Height) > strided.Width) (near, row) = (row, near);
        for (long d = 0; d < box.Depths; d++)
            for (long i = 0; i < far.Length; i++) Turn(from + d * fromLayout.Depth + i * far.From, to + d * toLayout.Depth + i * far.To, near, row);
    }

    /// <summary>Copies strip by strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Turn<T>(T* from, T* to, Axis near, Axis other)
        where T : unmanaged
    {
        for (long i = 0; i < near.Length; i += Strip)
        {
            long length = Math.Min(Strip, near.Length - i);
            for (long j = 0; j < other.Length; j++)
            {
                T* source = from + i * near.From + j * other.From, target = to + i * near.To + j * other.To;
                for (long k = 0; k < length; k++, source += near.From, target += near.To) *target = *source;
            }
        }
    }

    /// <summary>How many positions, and how far apart they lie on either side.</summary>
    private readonly record struct Axis(long Length, long From, long To);
}
