namespace Cenote.Cli;

/// <summary>Which axes of an array are batch, channels and space.</summary>
/// <param name="First">How many axes lie before the spatial ones.</param>
/// <param name="Samples">How many of these count samples; those between them and space count channels.</param>
/// <param name="Dims">How many axes are spatial.</param>
/// <param name="ChannelsLast">Whether an axis of channels follows them.</param>
internal sealed record ArrayAxes(int First, int Samples, int Dims, bool ChannelsLast)
{
    /// <summary>The axes of an array whose channels, where they do not lie last, are part of the batch.</summary>
    /// <exception cref="UserError">The array has too few axes.</exception>
    public static ArrayAxes Of(string name, ArrayData array, int dims, bool channelsLast)
    {
        int axes = dims + (channelsLast ? 1 : 0), rank = array.Shape.Length;
        return rank >= axes ? new(rank - axes, rank - axes, dims, channelsLast)
            : throw new UserError($"{name}: an array of {rank} axes ({ArrayData.Text(array.Shape)}); pooling {dims} of them{(channelsLast ? " before a channel axis" : "")} needs at least {axes} (see --dims and --layout).");
    }

    /// <summary>The axes of an array with channels, wherever they lie.</summary>
    /// <exception cref="UserError">The array has too few axes.</exception>
    public static ArrayAxes WithChannels(string name, ArrayData array, int dims, bool channelsLast)
    {
        ArrayAxes axes = Of(name, array, dims, channelsLast);
        if (channelsLast) return axes;
        return axes.First > 0 ? axes with { Samples = axes.First - 1 }
            : throw new UserError($"{name}: an array of {array.Shape.Length} axes ({ArrayData.Text(array.Shape)}); {dims} of them and channels need at least {dims + 1} (see --dims and --layout).");
    }

    /// <summary>The array as N×C×spatial, without a copy.</summary>
    public ArrayView Bind(ArrayData array)
    {
        nint[] strides = array.Strides();
        nint[] lengths = new nint[Dims + 2], steps = new nint[Dims + 2];
        (lengths[0], steps[0]) = Merge(0, Samples);
        (lengths[1], steps[1]) = ChannelsLast ? (array.Shape[^1], strides[^1]) : Merge(Samples, First);
        for (int axis = 0; axis < Dims; axis++) (lengths[2 + axis], steps[2 + axis]) = (array.Shape[First + axis], strides[First + axis]);
        return new(array, lengths, steps);

        (nint Length, nint Step) Merge(int from, int to)
        {
            nint length = 1;
            for (int axis = from; axis < to; axis++) length *= array.Shape[axis];
            return (length, from == to ? 0 : strides[array.IsFortran ? from : to - 1]);
        }
    }

    /// <summary>The shape of the array with the channels and the spatial lengths of another N×C×spatial shape, which may have more axes or fewer.</summary>
    /// <param name="array">The array.</param>
    /// <param name="lengths">N×C×spatial.</param>
    /// <param name="ownBatch">Whether N counts something else than the samples of the array, in one axis.</param>
    public nint[] Reshape(ArrayData array, ReadOnlySpan<nint> lengths, bool ownBatch = false) =>
        [.. ownBatch ? lengths[..1] : array.Shape.AsSpan(0, Samples), .. Samples < First ? lengths[1..2] : [], .. lengths[2..], .. ChannelsLast ? lengths[1..2] : []];
}
