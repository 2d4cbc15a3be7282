namespace Cenote;

/// <summary>The weights of a tensor's elements, float or double; without memory, 1 each.</summary>
internal readonly unsafe struct BlockWeights(void* memory, int size, in TensorLayout layout)
{
    public readonly TensorLayout Layout = layout;

    public bool Exist => memory != null;

    public double this[long offset] => memory == null ? 1 : size == sizeof(float) ? ((float*)memory)[offset] : ((double*)memory)[offset];

    public double At(in OutputPlace place) => this[place.In(Layout)];
}
