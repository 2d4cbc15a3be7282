namespace Cenote;

/// <summary>Where one output is.</summary>
internal readonly record struct OutputPlace(long N, long C, long D, long H, long W)
{
    /// <summary>The first output of every row of a plan, in row-major order.</summary>
    public static IEnumerable<OutputPlace> Rows(PoolPlan plan)
    {
        for (long n = 0; n < plan.Batch; n++)
            for (long c = 0; c < plan.Channels; c++)
                for (long d = 0; d < plan.Depth.OutputLength; d++)
                    for (long h = 0; h < plan.Height.OutputLength; h++) yield return new(n, c, d, h, 0);
    }

    /// <summary>How far the output lies from the first one.</summary>
    public long In(in TensorLayout layout) => N * layout.Batch + C * layout.Channel + D * layout.Depth + H * layout.Height + W * layout.Width;

    /// <summary>The place in words, the axes that a layer of so many spatial axes has.</summary>
    public string Text(int spatialRank) => $"({N}, {C}{(spatialRank == 3 ? $", {D}" : "")}{(spatialRank >= 2 ? $", {H}" : "")}, {W})";
}
