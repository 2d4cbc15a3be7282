namespace Cenote;

/// <summary>Positions of a plane that lie at equal steps.</summary>
/// <param name="Position">The first one's number in the plane.</param>
/// <param name="Offset">Where it lies, in elements from the plane's first.</param>
/// <param name="Length">How many.</param>
/// <param name="Step">The distance between two.</param>
internal readonly record struct Stretch(long Position, long Offset, long Length, long Step);

/// <summary>A plane's rows; one stretch where they follow each other without a gap.</summary>
internal struct Stretches
{
    private readonly long _rows, _length, _heightStep, _depthStep, _step;
    private readonly long _depths;
    private long _depth, _row;

    public Stretches(long depths, long rows, long width, in TensorLayout layout)
    {
        (_depths, _rows, _length, _heightStep, _depthStep, _step) = (depths, rows, width, layout.Height, layout.Depth, width == 1 ? 1 : layout.Width);
        if (_step == 1 && (_rows == 1 || _heightStep == _length)) (_length, _rows) = (_length * _rows, 1);
        if (_rows == 1 && _step == 1 && (_depths == 1 || _depthStep == _length)) (_length, _depths) = (_length * _depths, 1);
        _row = -1;
    }

    public readonly Stretch Current => new((_depth * _rows + _row) * _length, _depth * _depthStep + _row * _heightStep, _length, _step);

    public readonly Stretches GetEnumerator() => this;

    public bool MoveNext()
    {
        if (++_row < _rows) return true;
        _row = 0;
        return ++_depth < _depths;
    }
}
