namespace Cenote;

/// <summary>Lengths and strides of a call's tensors that were found to suit a layer, with what follows from them. Of a small call asking anew is up to a third.</summary>
internal sealed unsafe class CheckedShapes
{
    private readonly nint[] _inputLengths, _inputStrides, _outputLengths, _outputStrides;
    private readonly nuint _inputLength, _outputLength;
    private readonly PoolJob _job;

    /// <exception cref="ArgumentException">The output has another shape than the plan's, or elements that share memory.</exception>
    public CheckedShapes(PoolPlan plan, ReadOnlySpan<nint> inputLengths, ReadOnlySpan<nint> inputStrides, ReadOnlySpan<nint> outputLengths, ReadOnlySpan<nint> outputStrides)
    {
        Require.Shape("output", outputLengths, plan.OutputShape, plan);
        var output = new MemoryRegion(0, 1, outputLengths, outputStrides);
        Require.Own("output", output);
        (_inputLength, _outputLength) = (new MemoryRegion(0, 1, inputLengths, inputStrides).Length, output.Length);
        _job = PoolJob.Of(plan, null, TensorLayout.Of(inputStrides, plan.SpatialRank), null, TensorLayout.Of(outputStrides, plan.SpatialRank), default);
        (_inputLengths, _inputStrides, _outputLengths, _outputStrides) = ([.. inputLengths], [.. inputStrides], [.. outputLengths], [.. outputStrides]);
    }

    public bool Are(ReadOnlySpan<nint> inputLengths, ReadOnlySpan<nint> inputStrides, ReadOnlySpan<nint> outputLengths, ReadOnlySpan<nint> outputStrides) =>
        inputLengths.SequenceEqual(_inputLengths) && inputStrides.SequenceEqual(_inputStrides) && outputLengths.SequenceEqual(_outputLengths) && outputStrides.SequenceEqual(_outputStrides);

    /// <summary>The job over tensors that begin here.</summary>
    /// <exception cref="ArgumentException">They share memory.</exception>
    public PoolJob At<T>(T* input, T* output, CancellationToken cancellation)
        where T : unmanaged
    {
        nuint from = (nuint)input, to = (nuint)output, size = (nuint)sizeof(T);
        if (from < to + _outputLength * size && to < from + _inputLength * size)
            Require.Apart("output", new(to, sizeof(T), _outputLengths, _outputStrides), "input", new(from, sizeof(T), _inputLengths, _inputStrides));
        return new(_job.Plan, input, _job.InputLayout, output, _job.OutputLayout, cancellation);
    }
}
