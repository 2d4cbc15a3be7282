namespace Cenote;

/// <summary>Where the rows, or the columns, of a square lie.</summary>
internal unsafe interface ISquareRows<TSelf, T>
    where TSelf : struct, ISquareRows<TSelf, T>
    where T : unmanaged
{
    T* At(long row);

    /// <summary>The rows from one on, and of these the elements from one on.</summary>
    TSelf From(long row, long element);
}

/// <summary>Rows at equal steps.</summary>
internal readonly unsafe struct EvenRows<T>(T* first, long step) : ISquareRows<EvenRows<T>, T>
    where T : unmanaged
{
    public T* At(long row) => first + row * step;

    public EvenRows<T> From(long row, long element) => new(At(row) + element, step);
}

/// <summary>Rows of which each has a place of its own; several may have the same.</summary>
internal readonly unsafe struct RowsApart<T>(T** starts, long offset) : ISquareRows<RowsApart<T>, T>
    where T : unmanaged
{
    public T* At(long row) => starts[row] + offset;

    public RowsApart<T> From(long row, long element) => new(starts + row, offset + element);
}
