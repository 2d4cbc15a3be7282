using System.Globalization;

namespace Cenote.Tests.Golden;

/// <summary>One pooling problem, as PyTorch can state it: padding is the same on both sides, and averages have no dilation.</summary>
internal sealed record PoolCase
{
    public required bool IsMax { get; init; }

    /// <summary>Whether <see cref="Shape"/> begins with the batch.</summary>
    public required bool Batched { get; init; }

    public required long[] Shape { get; init; }

    public required int[] Kernel { get; init; }

    public required int[] Stride { get; init; }

    public required int[] Padding { get; init; }

    public required int[] Dilation { get; init; }

    public bool CeilMode { get; init; }

    public bool CountPadding { get; init; } = true;

    public long? Divisor { get; init; }

    public int SpatialRank => Kernel.Length;

    public long Taps => Kernel.Aggregate(1L, (product, k) => product * k);

    /// <summary>The written form, which <see cref="Parse"/> reads: what a failing test prints and what golden files hold.</summary>
    public override string ToString()
    {
        string text = $"{(IsMax ? "max" : "avg")} {(Batched ? "batched" : "unbatched")} {Join(Shape)} k{Join(Kernel)} s{Join(Stride)} p{Join(Padding)} d{Join(Dilation)}";
        if (CeilMode) text += " ceil";
        if (!CountPadding) text += " exclude-padding";
        return Divisor is { } divisor ? $"{text} divisor{divisor.ToString(CultureInfo.InvariantCulture)}" : text;
    }

    public static PoolCase Parse(string text)
    {
        string[] words = text.Split(' ');
        string? divisor = words.FirstOrDefault(word => word.StartsWith("divisor", StringComparison.Ordinal));
        return new PoolCase
        {
            IsMax = words[0] == "max",
            Batched = words[1] == "batched",
            Shape = [.. words[2].Split('x').Select(long.Parse)],
            Kernel = Numbers(words[3]),
            Stride = Numbers(words[4]),
            Padding = Numbers(words[5]),
            Dilation = Numbers(words[6]),
            CeilMode = words.Contains("ceil"),
            CountPadding = !words.Contains("exclude-padding"),
            Divisor = divisor is null ? null : long.Parse(divisor["divisor".Length..], CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The layer that this case describes; throws what its constructor throws.</summary>
    public PoolLayer CreateLayer(int threads = 1)
    {
        Spatial kernel = Spatial.Create(Kernel), stride = Spatial.Create(Stride), padding = Spatial.Create(Padding), dilation = Spatial.Create(Dilation);
        return (IsMax, SpatialRank) switch
        {
            (true, 1) => new MaxPool1d(kernel, stride, padding, dilation, CeilMode) { MaxDegreeOfParallelism = threads },
            (true, 2) => new MaxPool2d(kernel, stride, padding, dilation, CeilMode) { MaxDegreeOfParallelism = threads },
            (true, _) => new MaxPool3d(kernel, stride, padding, dilation, CeilMode) { MaxDegreeOfParallelism = threads },
            (false, 1) => new AvgPool1d(kernel, stride, padding, CeilMode, CountPadding, Divisor) { MaxDegreeOfParallelism = threads },
            (false, 2) => new AvgPool2d(kernel, stride, padding, CeilMode, CountPadding, Divisor) { MaxDegreeOfParallelism = threads },
            (false, _) => new AvgPool3d(kernel, stride, padding, CeilMode, CountPadding, Divisor) { MaxDegreeOfParallelism = threads },
        };
    }

    private static int[] Numbers(string word) => [.. word[1..].Split('x').Select(int.Parse)];

    private static string Join<T>(T[] numbers) => string.Join('x', numbers);
}
