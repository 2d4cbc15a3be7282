using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Turns offsets inside windows into flat, row-major positions in a plane, and back.</summary>
internal sealed unsafe class TapDecoder
{
    /// <summary>What <see cref="Flat"/> says of a tap outside the input, and of one that the target has no place for.</summary>
    public const long None = -1, NoRoom = -2;

    /// <summary>Windows of more taps have no table.</summary>
    private const long MostKept = 1 << 12;

    private readonly AxisPlan _depth, _height, _width;
    private readonly long _depths, _rows, _columns;

    /// <summary>How far each tap lies behind the first one, in a target that has room for all of the input.</summary>
    private readonly long[] _taps;

    /// <summary>Positions in planes of other lengths than the input's: an element keeps its place along each axis.</summary>
    public TapDecoder(PoolPlan plan, long depths, long rows, long columns)
    {
        (_depth, _height, _width, _depths, _rows, _columns) = (plan.Depth, plan.Height, plan.Width, depths, rows, columns);
        HasRoom = depths >= _depth.InputLength && rows >= _height.InputLength && columns >= _width.InputLength;
        _taps = new long[HasRoom && plan.Taps <= MostKept ? plan.Taps : 0];
        for (long offset = 0; offset < _taps.Length; offset++)
        {
            var (row, k) = Math.DivRem(offset, _width.Kernel);
            var (i, j) = Math.DivRem(row, _height.Kernel);
            _taps[offset] = (i * _depth.Dilation * rows + j * _height.Dilation) * columns + k * _width.Dilation;
        }
    }

    /// <summary>Positions in the plan's input.</summary>
    public TapDecoder(PoolPlan plan)
        : this(plan, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength)
    {
    }

    /// <summary>Whether the target has room for all of the input.</summary>
    public bool HasRoom { get; }

    /// <summary>The positions of the taps that a line of outputs chose: neighbours along the width, or along the channels.</summary>
    public void Read(long* flats, in OffsetMemory offsets, in OutputPlace first, long count, bool alongChannels)
    {
        long place = first.In(offsets.Layout), step = alongChannels ? offsets.Layout.Channel : offsets.Layout.Width, next = alongChannels ? 0 : 1;
        // The outputs of whole windows have the table.
        long from = 0, end = 0;
        if (_taps.Length > 0 && offsets.Size == 1 && _width.Slides && _depth.IsWhole(first.D) && _height.IsWhole(first.H))
        {
            if (alongChannels) end = _width.IsWhole(first.W) ? count : 0;
            else (from, end) = (Math.Clamp(_width.WholeFrom - first.W, 0, count), Math.Clamp(_width.WholeEnd - first.W, 0, count));
        }

        end = Math.Max(from, end);
        for (long i = 0; i < from; i++) flats[i] = Flat(first.D, first.H, first.W + i * next, offsets[place + i * step]);
        if (from < end)
        {
            long corner = (_depth.Start(first.D) * _rows + _height.Start(first.H)) * _columns + _width.Start(first.W + from * next);
            fixed (long* taps = _taps) Read(flats + from, offsets.Start + place + from * step, step, taps, corner, next * _width.Stride, end - from);
        }

        for (long i = end; i < count; i++) flats[i] = Flat(first.D, first.H, first.W + i * next, offsets[place + i * step]);
    }

    // Bounds: a window's offset is below its number of taps, for only kernels and FromFlat write offsets.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Read(long* flats, byte* offsets, long step, long* taps, long corner, long stride, long count)
    {
        for (long i = 0; i < count; i++, corner += stride) flats[i] = corner + taps[offsets[i * step]];
    }

    /// <summary>The position of the tap that an output chose, or <see cref="None"/>, or <see cref="NoRoom"/>.</summary>
    public long Flat(long d, long h, long w, long offset)
    {
        if (offset < _taps.Length && _depth.IsWhole(d) && _height.IsWhole(h) && _width.IsWhole(w))
            return (_depth.Start(d) * _rows + _height.Start(h)) * _columns + _width.Start(w) + _taps[offset];
        if (!Locate(d, h, w, offset, out long depth, out long height, out long width)) return None;
        return depth < _depths && height < _rows && width < _columns ? (depth * _rows + height) * _columns + width : NoRoom;
    }

    /// <summary>The offset of the tap at a position of the input, or of one outside the input for <see cref="None"/>; false where the window has no such tap.</summary>
    public bool TryOffset(long d, long h, long w, long flat, out long offset)
    {
        if (flat == None)
        {
            // Uneven windows never leave the input.
            if (!_depth.Slides || !_height.Slides || !_width.Slides)
            {
                offset = 0;
                return false;
            }

            // A window that leaves the input does so with its first tap or its last.
            offset = 0;
            if (!Locate(d, h, w, offset, out _, out _, out _)) return true;
            offset = _depth.Kernel * _height.Kernel * _width.Kernel - 1;
            return !Locate(d, h, w, offset, out _, out _, out _);
        }

        var (row, width) = Math.DivRem(flat, _width.InputLength);
        var (depth, height) = Math.DivRem(row, _height.InputLength);
        bool isTap = TryTap(_depth, d, depth, out long i) & TryTap(_height, h, height, out long j) & TryTap(_width, w, width, out long k);
        offset = (i * _height.Kernel + j) * _width.Kernel + k;
        return isTap;
    }

    /// <summary>Where a tap lies along each axis; false where that is outside the input.</summary>
    private bool Locate(long d, long h, long w, long offset, out long depth, out long height, out long width)
    {
        var (row, k) = Math.DivRem(offset, _width.Kernel);
        var (i, j) = Math.DivRem(row, _height.Kernel);
        depth = _depth.Start(d) + i * _depth.Dilation;
        height = _height.Start(h) + j * _height.Dilation;
        width = _width.Start(w) + k * _width.Dilation;
        return (ulong)depth < (ulong)_depth.InputLength && (ulong)height < (ulong)_height.InputLength && (ulong)width < (ulong)_width.InputLength;
    }

    private static bool TryTap(AxisPlan axis, long output, long position, out long tap)
    {
        (tap, long rest) = Math.DivRem(position - axis.Start(output), axis.Dilation);
        return rest == 0 && tap >= 0 && tap < (axis.Slides ? axis.Kernel : axis[output].Count) && (ulong)position < (ulong)axis.InputLength;
    }
}
