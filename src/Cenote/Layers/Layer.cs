using System.Numerics.Tensors;

namespace Cenote;

/// <summary>What every layer has: its number of spatial axes, and how many threads it may use. Immutable and safe to use from several threads at once.</summary>
public abstract class Layer
{
    private protected Layer(int spatialRank) => SpatialRank = spatialRank;

    /// <summary>How many spatial axes the layer works on: 1, 2 or 3.</summary>
    public int SpatialRank { get; }

    /// <summary>The most threads a call may use: −1 for all cores (the default, or what the environment variable CENOTE_NUM_THREADS says), or at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is 0 or below −1.</exception>
    /// <exception cref="InvalidOperationException">It was not set, and CENOTE_NUM_THREADS holds no such number.</exception>
    public int MaxDegreeOfParallelism
    {
        // 0 is none that can be set: the environment is looked at when the default is first needed.
        get => field != 0 ? field : field = PlaneParallel.DefaultDegree;
        init => field = PlaneParallel.IsDegree(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxDegreeOfParallelism), $"MaxDegreeOfParallelism is {value}; it must be at least 1, or -1 for all cores.");
    }

    /// <summary>A new tensor, its axes in memory in the order of the one it is made from.</summary>
    /// <exception cref="ArgumentException">It would be larger than one array.</exception>
    private protected Tensor<T> Allocate<T>(string name, ReadOnlySpan<nint> shape, ReadOnlySpan<nint> likeLengths, ReadOnlySpan<nint> likeStrides)
        where T : unmanaged => TensorLayout.Allocate<T>(name, shape, likeLengths, likeStrides, SpatialRank);
}
