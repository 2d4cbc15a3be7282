using System.Numerics.Tensors;
using Cenote.Benchmarks.Measure;

namespace Cenote.Benchmarks.Peers;

/// <summary>A reduction, or a pyramid of several levels, into memory that is at hand.</summary>
internal sealed unsafe class ReductionCall<T> : IRepeatable, IDisposable
    where T : unmanaged
{
    private readonly BlockReduce _layer;
    private readonly nint[] _shape;
    private readonly NativeBuffer _input;
    private readonly NativeBuffer[] _outputs;
    private readonly nint[][] _shapes;

    public ReductionCall(BlockReduce layer, nint[] shape, int levels)
    {
        (_layer, _shape) = (layer, shape);
        _shapes = [.. Enumerable.Range(1, levels).Select(level => layer.AtLevel(level).Plan(shape).OutputShape.ToArray())];
        _input = new(BytesOf(shape));
        _outputs = [.. _shapes.Select(output => new NativeBuffer(BytesOf(output)))];
        var random = new Random(1);
        // Zeros, no data here, are rare.
        foreach (ref T element in new Span<T>(_input.Pointer, (int)(_input.Bytes / sizeof(T)))) element = typeof(T) == typeof(float) ? (T)(object)(float)random.NextDouble() : typeof(T) == typeof(byte) ? (T)(object)(byte)random.Next(256) : (T)(object)(ushort)random.Next(65536);
    }

    public bool IsManaged => true;

    /// <summary>What is read and written.</summary>
    public long Bytes => _input.Bytes + _outputs.Sum(output => output.Bytes);

    public void Run(long times)
    {
        ReadOnlyTensorSpan<T> input = new((T*)_input.Pointer, (nint)(_input.Bytes / sizeof(T)), _shape, default);
        for (long time = 0; time < times; time++)
        {
            if (_outputs.Length == 1) _layer.Forward(input, Output(1));
            else _layer.Pyramid(input, _outputs.Length, Output);
        }
    }

    public void Dispose()
    {
        _input.Dispose();
        foreach (NativeBuffer output in _outputs) output.Dispose();
    }

    private TensorSpan<T> Output(int level) => new((T*)_outputs[level - 1].Pointer, (nint)(_outputs[level - 1].Bytes / sizeof(T)), _shapes[level - 1], default);

    private static long BytesOf(nint[] shape) => shape.Aggregate((long)sizeof(T), (product, length) => product * length);
}
