using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>An array bound to a layer: which axes are batch, channels and space, as lengths and strides, without a copy.</summary>
internal sealed unsafe class ArrayPooling
{
    private readonly PoolLayer _layer;
    private readonly ArrayData _input;
    private readonly View _from, _to;

    /// <summary>Plans, and makes room for an output of the same element type, rank, byte order and memory order.</summary>
    /// <exception cref="UserError">The array's axes do not suit the layer, or the output does not fit in memory.</exception>
    public ArrayPooling(string name, ArrayData input, PoolLayer layer, bool channelsLast)
    {
        (_layer, _input) = (layer, input);
        int dims = layer.SpatialRank, axes = dims + (channelsLast ? 1 : 0), rank = input.Shape.Length;
        if (rank < axes)
            throw new UserError($"{name}: an array of {rank} axes ({ArrayData.Text(input.Shape)}); pooling {dims} of them{(channelsLast ? " before a channel axis" : "")} needs at least {axes} (see --dims and --layout).");
        int first = rank - axes;
        _from = Bind(input, first, dims, channelsLast);
        Plan = layer.Plan(_from.Lengths);
        nint[] shape = [.. input.Shape];
        for (int axis = 0; axis < dims; axis++) shape[first + axis] = Plan.OutputShape[2 + axis];
        Output = new ArrayData(name, input.Format, shape, input.IsFortran, input.IsBigEndian) { Profile = input.Profile };
        _to = Bind(Output, first, dims, channelsLast);
    }

    public PoolPlan Plan { get; }

    /// <summary>The pooled array, filled by <see cref="Run"/>; the caller disposes of it.</summary>
    public ArrayData Output { get; }

    public void Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        if (Output.Elements == 0) return;
        switch (_input.Format.Code)
        {
            case "f2": Forward<Half>(progress, cancellation); break;
            case "f4": Forward<float>(progress, cancellation); break;
            case "f8": Forward<double>(progress, cancellation); break;
            case "i1": Forward<sbyte>(progress, cancellation); break;
            case "i2": Forward<short>(progress, cancellation); break;
            case "i4": Forward<int>(progress, cancellation); break;
            case "i8": Forward<long>(progress, cancellation); break;
            case "u1": Forward<byte>(progress, cancellation); break;
            case "u2": Forward<ushort>(progress, cancellation); break;
            case "u4": Forward<uint>(progress, cancellation); break;
            case "u8": Forward<ulong>(progress, cancellation); break;
            default: throw new InvalidOperationException($"no element type {_input.Format.Code}");
        }
    }

    private void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged =>
        _layer.Forward(
            new ReadOnlyTensorSpan<T>((T*)_input.Pointer, (nint)_input.Elements, _from.Lengths, _from.Strides),
            new TensorSpan<T>((T*)Output.Pointer, (nint)Output.Elements, _to.Lengths, _to.Strides),
            progress,
            cancellation);

    /// <summary>The array as N×C×spatial: every axis before channels and space is one batch axis.</summary>
    private static View Bind(ArrayData array, int first, int dims, bool channelsLast)
    {
        nint[] strides = array.Strides();
        nint[] lengths = new nint[dims + 2], steps = new nint[dims + 2];
        lengths[0] = 1;
        for (int axis = 0; axis < first; axis++) lengths[0] *= array.Shape[axis];
        if (first > 0) steps[0] = strides[array.IsFortran ? 0 : first - 1];
        (lengths[1], steps[1]) = channelsLast ? (array.Shape[^1], strides[^1]) : (1, 0);
        for (int axis = 0; axis < dims; axis++) (lengths[2 + axis], steps[2 + axis]) = (array.Shape[first + axis], strides[first + axis]);
        // A tensor wants stride 0 on axes of a single element.
        for (int axis = 0; axis < lengths.Length; axis++) if (lengths[axis] == 1) steps[axis] = 0;
        return new(lengths, steps);
    }

    /// <summary>An array seen as N×C×spatial.</summary>
    private readonly record struct View(nint[] Lengths, nint[] Strides);
}
