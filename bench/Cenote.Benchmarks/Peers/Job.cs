using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Peers;

/// <summary>A row in one layout, element type and number of threads, with the input that all peers read.</summary>
internal sealed unsafe class Job : IDisposable
{
    private readonly NativeBuffer _input;

    public Job(Row row, Layout layout, Element element, int threads)
    {
        (Row, Layout, Element, Threads) = (row, layout, element, threads);
        InputStrides = layout.Strides(row.Shape);
        OutputShape = row.OutputShape;
        OutputStrides = layout.Strides(OutputShape);
        _input = new NativeBuffer(Elements(row.Shape) * element.Size);
        element.Fill(_input.Pointer, Elements(row.Shape));
    }

    public Row Row { get; }

    public Layout Layout { get; }

    public Element Element { get; }

    public int Threads { get; }

    public void* Input => _input.Pointer;

    public long InputBytes => _input.Bytes;

    public long[] InputStrides { get; }

    public long[] OutputShape { get; }

    public long[] OutputStrides { get; }

    public long OutputBytes => Elements(OutputShape) * Element.Size;

    /// <summary>Whether the memory is that of a row-major tensor, for peers that know no other.</summary>
    public bool IsRowMajor => Layout == Layout.Nchw || Row.HasOneChannel;

    public NativeBuffer NewOutput() => new(OutputBytes);

    public void Dispose() => _input.Dispose();

    public override string ToString() => $"{Row} {Layout.Text()} {Element.Name}";

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, length) => product * length);
}
