using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Where each tap lies behind its window's first one, in bytes of a result, and which it is along each axis, so that one comparison of words tells whether it lies inside the input.</summary>
internal readonly unsafe struct TapTable
{
    /// <summary>Windows of more taps have no table, and more along an axis no room in a word. Nor have longer axes a list of what lies inside.</summary>
    private const long MostTaps = 1 << 12, MostWindows = 1 << 16;

    private const int DepthBits = 32, HeightBits = 16;

    /// <summary>The bits between the axes of a word: what is before the first tap, or behind the last, clears one.</summary>
    private const ulong Borrows = 0x8000_8000_8000;

    private readonly ulong* _taps;
    private readonly TapLimits* _rows;
    private readonly TapLimits _whole;

    /// <param name="pooling">The windows.</param>
    /// <param name="to">How the result lies in memory.</param>
    /// <param name="size">Bytes of an element.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public TapTable(PoolPlan pooling, in TensorLayout to, long size, byte* memory)
    {
        AxisPlan depth = pooling.Depth, height = pooling.Height, width = pooling.Width;
        Places = (long*)memory;
        _taps = (ulong*)(Places + pooling.Taps);
        _rows = (TapLimits*)(_taps + pooling.Taps);
        Columns = _rows + height.OutputLength;
        long* place = Places;
        ulong* tap = _taps;
        for (long i = 0; i < depth.Kernel; i++)
        {
            for (long j = 0; j < height.Kernel; j++)
            {
                long row = i * depth.Dilation * to.Depth + j * height.Dilation * to.Height;
                ulong word = ((ulong)i << DepthBits) | ((ulong)j << HeightBits);
                for (long k = 0; k < width.Kernel; k++)
                {
                    *place++ = (row + k * width.Dilation * to.Width) * size;
                    *tap++ = word | (ulong)k;
                }
            }
        }

        for (long h = 0; h < height.OutputLength; h++) _rows[h] = Limits(height, h, HeightBits);
        for (long w = 0; w < width.OutputLength; w++) Columns[w] = Limits(width, w, 0);
        _whole = new(0, (ulong)(depth.Kernel - 1) << DepthBits | (ulong)(height.Kernel - 1) << HeightBits);
    }

    public long* Places { get; }

    /// <summary>What lies inside the input along the width, of each column of windows.</summary>
    public TapLimits* Columns { get; }

    public static bool Accepts(PoolPlan pooling) => pooling is { Depth: { Slides: true, Kernel: <= MostTaps }, Height: { Slides: true, Kernel: <= MostTaps, OutputLength: <= MostWindows }, Width: { Slides: true, Kernel: <= MostTaps, OutputLength: <= MostWindows } }
        && pooling.Taps <= MostTaps;

    public static long Bytes(PoolPlan pooling) => pooling.Taps * (sizeof(long) + sizeof(ulong)) + (pooling.Height.OutputLength + pooling.Width.OutputLength) * sizeof(TapLimits);

    /// <summary>What lies inside along the depth, of a slice of windows.</summary>
    public static TapLimits Slice(AxisPlan depth, long d) => Limits(depth, d, DepthBits);

    /// <summary>The same along depth and height, of a row of them; whether that is all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsWhole(in TapLimits slice, long h, out TapLimits row)
    {
        row = slice.With(_rows[h]);
        return row.First == _whole.First && row.Last == _whole.Last;
    }

    /// <summary>Whether a tap is none before the first ones and none behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsInside(nuint tap, in TapLimits limits)
    {
        // Differences with a borrow to take: where it is gone, one is negative.
        ulong ahead = _taps[tap] + (Borrows - limits.First), behind = limits.Last + Borrows - _taps[tap];
        return (ahead & behind & Borrows) == Borrows;
    }

    private static TapLimits Limits(AxisPlan axis, long output, int bits)
    {
        if (axis.IsWhole(output)) return new(0, (ulong)(axis.Kernel - 1) << bits);
        Window window = axis[output];
        // No tap is as far as that.
        return window.Count == 0 ? new((ulong)short.MaxValue << bits, 0) : new((ulong)window.Before << bits, (ulong)(window.Before + window.Count - 1) << bits);
    }
}

/// <summary>The first and the last tap of a window inside the input, as words of all axes, or of some.</summary>
internal readonly record struct TapLimits(ulong First, ulong Last)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TapLimits With(in TapLimits other) => new(First | other.First, Last | other.Last);
}
