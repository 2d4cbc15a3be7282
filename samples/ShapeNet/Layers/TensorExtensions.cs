using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ShapeNet.Layers;

internal static class TensorExtensions
{
    /// <summary>The elements of a row-major tensor, one after the other. (<c>Tensor.GetSpan</c> gives no more than a row.)</summary>
    public static Span<float> Flat(this Tensor<float> tensor) => MemoryMarshal.CreateSpan(ref tensor.GetPinnableReference(), (int)tensor.FlattenedLength);

    /// <summary>The elements of one picture of a batch.</summary>
    public static Span<float> Flat(this Tensor<float> tensor, int picture)
    {
        int length = (int)(tensor.FlattenedLength / tensor.Lengths[0]);
        return tensor.Flat().Slice(picture * length, length);
    }
}
