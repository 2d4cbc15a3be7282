using System.Numerics.Tensors;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Peers;

namespace Cenote.Benchmarks.Training;

/// <summary>What is done with a row in training.</summary>
internal enum Pass
{
    Forward,
    WithIndices,
    Backward,
    FromInput,
}

/// <summary>One of this project's passes, in the form that takes a destination.</summary>
internal sealed unsafe class CenotePass(Job job, Pass pass, void* gradient, PoolIndices? indices) : IRepeatable, IDisposable
{
    private readonly PoolLayer _layer = job.Row.Layer(job.Threads);
    private readonly NativeBuffer _result = new(pass is Pass.Forward or Pass.WithIndices ? job.OutputBytes : job.InputBytes);

    public bool IsManaged => true;

    public void* Output => _result.Pointer;

    public void Run(long times)
    {
        ReadOnlyTensorSpan<float> input = Span(job.Input, job.Row.Shape, job.InputStrides), gradients = Span(gradient, job.OutputShape, job.OutputStrides);
        bool forward = pass is Pass.Forward or Pass.WithIndices;
        TensorSpan<float> result = forward ? Span(Output, job.OutputShape, job.OutputStrides) : Span(Output, job.Row.Shape, job.InputStrides);
        for (long time = 0; time < times; time++)
        {
            switch (pass)
            {
                case Pass.Forward: _layer.Forward(input, result); break;
                case Pass.WithIndices: ((IndexedPool)_layer).ForwardWithIndices(input, result, indices!); break;
                case Pass.FromInput: ((IndexedPool)_layer).BackwardFromInput(gradients, input, result); break;
                default:
                    if (_layer is IndexedPool indexed) indexed.Backward(gradients, indices!, result);
                    else ((LinearPool)_layer).Backward(gradients, result);
                    break;
            }
        }
    }

    public void Dispose() => _result.Dispose();

    // A tensor wants stride 0 on axes of a single element.
    private static TensorSpan<float> Span(void* data, long[] shape, long[] strides) => new(
        (float*)data,
        (nint)shape.Aggregate(1L, (product, length) => product * length),
        [.. shape.Select(length => (nint)length)],
        [.. shape.Zip(strides, (length, stride) => length == 1 ? 0 : (nint)stride)]);
}
