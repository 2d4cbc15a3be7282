using System.Numerics.Tensors;

namespace Cenote;

/// <summary>The distances, in elements, between neighbours along N, C, D, H and W.</summary>
internal readonly record struct TensorLayout(long Batch, long Channel, long Depth, long Height, long Width)
{
    /// <summary>The layout of a tensor of N×C×spatial or C×spatial axes.</summary>
    /// <param name="strides">The tensor's strides; those of axes of length 1 do not matter.</param>
    /// <param name="spatialRank">How many of the axes are spatial.</param>
    public static TensorLayout Of(ReadOnlySpan<nint> strides, int spatialRank)
    {
        int first = strides.Length - spatialRank;
        return new(
            first == 2 ? strides[0] : 0,
            strides[first - 1],
            spatialRank == 3 ? strides[^3] : 0,
            spatialRank >= 2 ? strides[^2] : 0,
            strides[^1]);
    }

    // By hand: that of a record compiles a comparer of numbers.
    public bool Equals(TensorLayout other) => Batch == other.Batch && Channel == other.Channel && Depth == other.Depth && Height == other.Height && Width == other.Width;

    public override int GetHashCode() => HashCode.Combine(Batch, Channel, Depth, Height, Width);

    /// <summary>Row-major: each axis directly behind the next one.</summary>
    public static TensorLayout RowMajor(long channels, long depth, long height, long width) =>
        new(channels * depth * height * width, depth * height * width, height * width, width, 1);

    /// <summary>The same for a tensor of these lengths, whatever its strides say along axes of length 1: kernels then see one layout where there is one.</summary>
    // A row of one element lies side by side with itself.
    public TensorLayout Along(long batch, long channels, long depth, long height, long width) =>
        new(batch == 1 ? 0 : Batch, channels == 1 ? 0 : Channel, depth == 1 ? 0 : Depth, height == 1 ? 0 : Height, width == 1 ? 1 : Width);

    /// <summary>
    /// Strides of a dense tensor of <paramref name="shape"/> whose axes lie in memory in the order of <paramref name="like"/>:
    /// channels-last in, channels-last out.
    /// </summary>
    /// <param name="shape">The lengths of the new tensor, N×C×spatial or C×spatial.</param>
    /// <param name="likeLengths">The lengths of the tensor whose order is taken.</param>
    /// <param name="like">Its strides.</param>
    /// <param name="spatialRank">How many of the axes are spatial.</param>
    public static nint[] DenseLike(ReadOnlySpan<nint> shape, ReadOnlySpan<nint> likeLengths, ReadOnlySpan<nint> like, int spatialRank)
    {
        int[] order = Order(likeLengths, like, spatialRank);
        var strides = new nint[shape.Length];
        nint next = 1;
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int axis = order[i];
            // Tensor demands 0 for axes that have a single element.
            strides[axis] = shape[axis] == 1 ? 0 : next;
            next *= shape[axis];
        }

        return strides;
    }

    /// <summary>A new tensor of such strides.</summary>
    /// <exception cref="ArgumentException">It would be larger than one array.</exception>
    public static Tensor<T> Allocate<T>(string name, ReadOnlySpan<nint> shape, ReadOnlySpan<nint> likeLengths, ReadOnlySpan<nint> like, int spatialRank)
    {
        Int128 elements = 1;
        foreach (nint length in shape) elements *= length;
        if (elements > Array.MaxLength)
            throw new ArgumentException($"{name} {PoolPlan.Text(shape)} has {elements} elements, and a new tensor at most {Array.MaxLength}; pass an {name} of your own.", "input");
        // An empty tensor has no elements to order, and accepts no strides but its own. Row-major needs none, which a first call would have to compile the sorting of.
        return elements == 0 || Descends([], likeLengths, like) ? Tensor.CreateFromShapeUninitialized<T>(shape) : Tensor.CreateFromShapeUninitialized<T>(shape, DenseLike(shape, likeLengths, like, spatialRank));
    }

    /// <summary>The axes from outermost to innermost; where axes of length 1 leave a choice, N×C×spatial, then N×spatial×C.</summary>
    private static int[] Order(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides, int spatialRank)
    {
        int rank = lengths.Length, channel = rank - spatialRank - 1;
        int[] rowMajor = new int[rank], channelsLast = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            rowMajor[axis] = axis;
            channelsLast[axis] = axis < channel ? axis : axis + 1;
        }

        channelsLast[^1] = channel;
        if (Descends([], lengths, strides)) return rowMajor;
        if (Descends(channelsLast, lengths, strides)) return channelsLast;
        nint[] keys = lengths.ToArray();
        for (int axis = 0; axis < rank; axis++) keys[axis] = lengths[axis] == 1 ? nint.MaxValue : strides[axis];
        return [.. rowMajor.OrderByDescending(axis => keys[axis])];
    }

    /// <summary>Whether axes in this order, or, of none, in their own, lie from outermost to innermost.</summary>
    private static bool Descends(ReadOnlySpan<int> order, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
    {
        nint previous = nint.MaxValue;
        for (int i = 0; i < lengths.Length; i++)
        {
            int axis = order.IsEmpty ? i : order[i];
            if (lengths[axis] == 1) continue;
            if (strides[axis] > previous) return false;
            previous = strides[axis];
        }

        return true;
    }
}
