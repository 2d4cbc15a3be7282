using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Part of a pinned tensor, not an empty one: its lengths, and where they lie.</summary>
internal readonly unsafe struct TensorView<T>(T* start, nint[] lengths, nint[] strides)
    where T : unmanaged
{
    public ReadOnlyTensorSpan<T> Reading => Writing;

    public TensorSpan<T> Writing
    {
        get
        {
            // A tensor wants stride 0 on axes of a single element.
            nint[] steps = [.. strides];
            nint last = 0;
            for (int axis = 0; axis < steps.Length; axis++)
            {
                if (lengths[axis] == 1) steps[axis] = 0;
                last += (lengths[axis] - 1) * steps[axis];
            }

            return new(start, last + 1, lengths, steps);
        }
    }
}
