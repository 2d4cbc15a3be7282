namespace Cenote;

/// <summary>Where the flat, row-major positions of a plane lie in memory.</summary>
internal readonly struct PlaneAddress
{
    private readonly long _rows, _columns, _pitch;
    private readonly TensorLayout _layout;
    private readonly bool _even;

    public PlaneAddress(long depths, long rows, long columns, in TensorLayout layout)
    {
        (_rows, _columns, _layout) = (rows, columns, layout);
        _pitch = columns > 1 ? layout.Width : rows > 1 ? layout.Height : depths > 1 ? layout.Depth : 1;
        _even = (rows == 1 || layout.Height == columns * _pitch) && (depths == 1 || layout.Depth == rows * columns * _pitch);
    }

    public long this[long flat]
    {
        get
        {
            if (_even) return flat * _pitch;
            var (row, w) = Math.DivRem(flat, _columns);
            var (d, h) = Math.DivRem(row, _rows);
            return d * _layout.Depth + h * _layout.Height + w * _layout.Width;
        }
    }
}
