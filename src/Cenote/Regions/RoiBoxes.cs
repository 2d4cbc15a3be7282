using System.Numerics.Tensors;

namespace Cenote;

/// <summary>A region of an image, from one corner to the other, in the coordinates of the feature map.</summary>
internal readonly record struct RoiBox(long Image, double X1, double Y1, double X2, double Y2);

/// <summary>Reads boxes, and checks them.</summary>
internal static class RoiBoxes
{
    /// <summary>Coordinates beyond this are no places of a tensor.</summary>
    private const double MostCoordinate = 1L << 40;

    /// <summary>Boxes of R×5 numbers: image, x1, y1, x2, y2; or of R×4, where the images are given.</summary>
    /// <exception cref="ArgumentException">The shape is another, a coordinate is no number, or an image is none of the input's.</exception>
    public static RoiBox[] Read<T>(in ReadOnlyTensorSpan<T> boxes, ReadOnlySpan<long> images, bool hasImages, nint batch, double scale)
        where T : unmanaged
    {
        int columns = hasImages ? 4 : 5;
        if (boxes.Rank != 2 || boxes.Lengths[1] != columns)
            throw new ArgumentException($"boxes is {PoolPlan.Text(boxes.Lengths)}; it must be R×{columns}: {(hasImages ? "" : "image, ")}x1, y1, x2, y2 of each region.", nameof(boxes));
        if (hasImages && images.Length != boxes.Lengths[0])
            throw new ArgumentException($"images has {images.Length} numbers, and boxes {boxes.Lengths[0]} regions; there must be one for each.", nameof(images));
        var read = new RoiBox[boxes.Lengths[0]];
        Span<double> numbers = stackalloc double[4];
        for (int i = 0; i < read.Length; i++)
        {
            for (int k = 0; k < 4; k++)
            {
                numbers[k] = ToDouble(boxes[i, columns - 4 + k]) * scale;
                if (!(Math.Abs(numbers[k]) <= MostCoordinate))
                    throw new ArgumentException($"boxes has {ToDouble(boxes[i, columns - 4 + k])} as {Name(k)} of region {i}; scaled it must be a number of at most 2^40.", nameof(boxes));
            }

            double image = hasImages ? images[i] : ToDouble(boxes[i, 0]);
            if (image != Math.Floor(image) || image < 0 || image >= batch)
                throw new ArgumentException($"{(hasImages ? nameof(images) : nameof(boxes))} has image {image} for region {i}; {(batch == 0 ? "there are no images" : $"it must be a whole number from 0 to {batch - 1}")}.", hasImages ? nameof(images) : nameof(boxes));
            read[i] = new((long)image, numbers[0], numbers[1], numbers[2], numbers[3]);
        }

        return read;
    }

    private static string Name(int k) => k switch { 0 => "x1", 1 => "y1", 2 => "x2", _ => "y2" };

    private static double ToDouble<T>(T value)
        where T : unmanaged => value switch
        {
            float number => number,
            double number => number,
            Half number => (double)number,
            _ => (double)(BFloat16)(object)value,
        };
}
