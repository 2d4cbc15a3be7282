using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>An array as the library takes it: lengths and strides over its memory.</summary>
internal sealed record ArrayView(ArrayData Array, nint[] Lengths, nint[] Strides)
{
    /// <summary>All axes as they are.</summary>
    public static ArrayView Of(ArrayData array) => new(array, array.Shape, array.Strides());

    /// <summary>The axes in another order.</summary>
    public ArrayView Permute(params int[] axes) => new(Array, [.. axes.Select(axis => Lengths[axis])], [.. axes.Select(axis => Strides[axis])]);

    public unsafe TensorSpan<T> Span<T>()
        where T : unmanaged
    {
        // A tensor wants stride 0 on axes of a single element.
        nint[] steps = [.. Strides.Select((stride, axis) => Lengths[axis] == 1 ? 0 : stride)];
        return new((T*)Array.Pointer, (nint)Array.Elements, Lengths, steps);
    }
}
