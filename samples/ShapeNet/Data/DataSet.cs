using System.Numerics.Tensors;
using ShapeNet.Layers;

namespace ShapeNet.Data;

/// <summary>Grey pictures, N×1×H×W, and the class of each.</summary>
internal sealed record DataSet(Tensor<float> Pictures, int[] Labels)
{
    /// <summary>Pixels along each side of a picture.</summary>
    public const int Side = 28;

    /// <summary>How many classes there are.</summary>
    public static readonly int Classes = Enum.GetValues<Shape>().Length;

    private const float MiddleSpread = 2, LeastRadius = 4.5f, MostRadius = 6, TrainingDegrees = 10;

    /// <summary>Draws pictures: the classes in turn, all else by chance. The same seed draws the same scenes, whatever the disturbance.</summary>
    public static DataSet Draw(int count, int seed, Disturbance disturbance)
    {
        Tensor<float> pictures = Tensor.CreateFromShape<float>([count, 1, Side, Side]);
        int[] labels = [.. Enumerable.Range(0, count).Select(index => index % Classes)];
        var random = new Random(seed);
        for (int index = 0; index < count; index++) Draw((Shape)labels[index], pictures.Flat(index), disturbance, random);
        return new(pictures, labels);
    }

    /// <summary>Some of the pictures, in the order of <paramref name="indices"/>.</summary>
    public DataSet Choose(ReadOnlySpan<int> indices)
    {
        var chosen = new DataSet(Tensor.CreateFromShapeUninitialized<float>([indices.Length, 1, Side, Side]), new int[indices.Length]);
        for (int index = 0; index < indices.Length; index++)
        {
            Pictures.Flat(indices[index]).CopyTo(chosen.Pictures.Flat(index));
            chosen.Labels[index] = Labels[indices[index]];
        }

        return chosen;
    }

    // Every picture takes as many random numbers as any other, so that a disturbance changes nothing but itself.
    private static void Draw(Shape shape, Span<float> pixels, Disturbance disturbance, Random random)
    {
        float offsetX = random.Between(-MiddleSpread, MiddleSpread), offsetY = random.Between(-MiddleSpread, MiddleSpread);
        float radius = random.Between(LeastRadius, MostRadius), contrast = random.Between(1, 2), ground = random.Between(-0.5f, 0);
        float turn = random.Between(-1, 1);
        float degrees = disturbance.Degrees is { } fixedDegrees ? MathF.CopySign(fixedDegrees, turn) : turn * TrainingDegrees;
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        bool sideways = random.NextSingle() < 0.5f;
        if (sideways) offsetX += MathF.CopySign(disturbance.Shift, offsetX);
        else offsetY += MathF.CopySign(disturbance.Shift, offsetY);
        float middleX = (Side - 1) / 2f + offsetX, middleY = (Side - 1) / 2f + offsetY;
        for (int index = 0; index < pixels.Length; index++)
        {
            float x = (index % Side - middleX) / radius, y = (index / Side - middleY) / radius;
            float distance = radius * SignedDistance.To(shape, cos * x + sin * y, cos * y - sin * x);
            // Half a pixel on either side of the outline is grey: smooth edges.
            float covered = Math.Clamp(0.5f - distance, 0, 1);
            pixels[index] = ground + contrast * covered + disturbance.Noise * random.Gaussian();
        }
    }
}
