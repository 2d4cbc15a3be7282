namespace Cenote;

/// <summary>What a fractional pooling asks: windows of one size, at places that a sample per plane and axis decides.</summary>
/// <param name="SpatialRank">The number of spatial axes.</param>
/// <param name="Kernel">Taps per window.</param>
/// <param name="Samples">N×C×axes samples of the caller; null to draw them.</param>
/// <param name="Seed">What they are drawn from.</param>
internal sealed record FractionalWindows(int SpatialRank, Spatial Kernel, double[]? Samples, ulong Seed)
{
    /// <summary>The bits of a sample: as many as a number of the element type has. Integers are pooled with the samples of double.</summary>
    public static int Precision(ElementType type) => type switch { ElementType.Single => 24, ElementType.Half => 11, ElementType.BFloat16 => 8, _ => 53 };

    /// <summary>How many taps a window has along one of the three axes.</summary>
    public long Taps(int axis) => axis < 3 - SpatialRank ? 1 : Kernel[axis - (3 - SpatialRank)];

    /// <summary>Where the windows of one axis begin in one plane.</summary>
    /// <param name="starts">Written: as many as there are outputs.</param>
    /// <param name="count">The number of outputs.</param>
    /// <param name="axis">0 for the depth, 1 for the height, 2 for the width.</param>
    /// <param name="plane">The plane's number, n·channels + c.</param>
    /// <param name="length">The input's length.</param>
    /// <param name="type">The element type, in whose precision PyTorch calculates.</param>
    public unsafe void Write(long* starts, long count, int axis, long plane, long length, ElementType type)
    {
        if (axis < 3 - SpatialRank)
        {
            starts[0] = 0;
            return;
        }

        long last = length - Taps(axis);
        double u = Round(Sample(axis, plane, type), type);
        starts[count - 1] = last;
        if (count == 1) return;
        double alpha = Round(Round(last, type) / Round(count - 1, type), type);
        long origin = (long)Round(u * alpha, type);
        // Narrow types round so far that a window would leave the input.
        for (long i = 0; i < count - 1; i++)
            starts[i] = Math.Clamp((long)Round(Round(Round(i, type) + u, type) * alpha, type) - origin, 0, last);
    }

    // PyTorch: in two dimensions the first sample is the width's; in three each axis has its own.
    private double Sample(int axis, long plane, ElementType type)
    {
        int own = axis - (3 - SpatialRank), place = SpatialRank == 2 ? 1 - own : own;
        long number = plane * SpatialRank + place;
        return Samples is null ? Draws.Uniform(Seed, (ulong)number, Precision(type)) : Samples[number];
    }

    private static double Round(double value, ElementType type) => type switch
    {
        ElementType.Single => (float)value,
        ElementType.Half => (double)(Half)(float)value,
        ElementType.BFloat16 => (double)(BFloat16)(float)value,
        _ => value,
    };
}
