namespace ShapeNet.Data;

internal static class RandomNumbers
{
    public static float Between(this Random random, float low, float high) => low + (high - low) * random.NextSingle();

    /// <summary>A number of the normal distribution with mean 0 and standard deviation 1, by Box and Muller.</summary>
    public static float Gaussian(this Random random)
    {
        // 1 − [0, 1) is never 0, whose logarithm there is none.
        float length = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
        return length * MathF.Cos(MathF.Tau * random.NextSingle());
    }
}
