namespace Cenote.Cli;

/// <summary>Which axes of an array are batch, channels and space.</summary>
/// <param name="First">How many axes lie before channels and space: together they are the batch.</param>
/// <param name="Dims">How many axes are spatial.</param>
/// <param name="ChannelsLast">Whether an axis of channels follows them; else the channels are part of the batch.</param>
internal sealed record ArrayAxes(int First, int Dims, bool ChannelsLast)
{
    /// <exception cref="UserError">The array has too few axes.</exception>
    public static ArrayAxes Of(string name, ArrayData array, int dims, bool channelsLast)
    {
        int axes = dims + (channelsLast ? 1 : 0), rank = array.Shape.Length;
        return rank >= axes ? new(rank - axes, dims, channelsLast)
            : throw new UserError($"{name}: an array of {rank} axes ({ArrayData.Text(array.Shape)}); pooling {dims} of them{(channelsLast ? " before a channel axis" : "")} needs at least {axes} (see --dims and --layout).");
    }

    /// <summary>The array as N×C×spatial, without a copy.</summary>
    public ArrayView Bind(ArrayData array)
    {
        nint[] strides = array.Strides();
        nint[] lengths = new nint[Dims + 2], steps = new nint[Dims + 2];
        lengths[0] = 1;
        for (int axis = 0; axis < First; axis++) lengths[0] *= array.Shape[axis];
        if (First > 0) steps[0] = strides[array.IsFortran ? 0 : First - 1];
        (lengths[1], steps[1]) = ChannelsLast ? (array.Shape[^1], strides[^1]) : (1, 0);
        for (int axis = 0; axis < Dims; axis++) (lengths[2 + axis], steps[2 + axis]) = (array.Shape[First + axis], strides[First + axis]);
        return new(array, lengths, steps);
    }

    /// <summary>The shape of the array with the spatial lengths of another N×C×spatial shape, which may have more axes or fewer.</summary>
    public nint[] Reshape(ArrayData array, ReadOnlySpan<nint> lengths) => [.. array.Shape[..First], .. lengths[2..], .. array.Shape[(First + Dims)..]];
}
