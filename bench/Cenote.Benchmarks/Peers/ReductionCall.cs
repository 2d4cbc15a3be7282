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
    private readonly bool _arePixels;

    /// <param name="layer">The reduction.</param>
    /// <param name="shape">Channels, then space.</param>
    /// <param name="levels">How many.</param>
    /// <param name="arePixels">Whether the channels of a position lie side by side.</param>
    public ReductionCall(BlockReduce layer, nint[] shape, int levels, bool arePixels)
    {
        (_layer, _shape, _arePixels) = (layer, shape, arePixels);
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
        ReadOnlyTensorSpan<T> input = new((T*)_input.Pointer, (nint)(_input.Bytes / sizeof(T)), _shape, Strides(_shape));
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

    private TensorSpan<T> Output(int level) => new((T*)_outputs[level - 1].Pointer, (nint)(_outputs[level - 1].Bytes / sizeof(T)), _shapes[level - 1], Strides(_shapes[level - 1]));

    private nint[] Strides(nint[] shape)
    {
        nint[] strides = new nint[shape.Length];
        nint step = _arePixels ? shape[0] : 1;
        for (int axis = shape.Length - 1; axis > 0; step *= shape[axis--]) strides[axis] = step;
        strides[0] = _arePixels ? 1 : step;
        // An axis of one position has no step.
        for (int axis = 0; axis < shape.Length; axis++) if (shape[axis] == 1) strides[axis] = 0;
        return strides;
    }

    private static long BytesOf(nint[] shape) => shape.Aggregate((long)sizeof(T), (product, length) => product * length);
}
