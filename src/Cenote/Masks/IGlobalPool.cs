namespace Cenote;

/// <summary>A layer with one window over everything, which <see cref="MaskedPooling"/> can pool without padding.</summary>
public interface IGlobalPool
{
    /// <summary>How many spatial axes the layer works on: 1, 2 or 3.</summary>
    int SpatialRank { get; }
}
