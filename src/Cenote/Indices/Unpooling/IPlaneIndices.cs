using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>For each output of a pooling, the flat, row-major position in a plane that it belongs to.</summary>
internal unsafe interface IPlaneIndices
{
    /// <summary>Whether no position can lie outside the plane.</summary>
    bool AreInside { get; }

    /// <summary>Reads the positions of a line: neighbours along the width, or along the channels.</summary>
    /// <param name="flats">Written: positions; −1 for nowhere; any other number outside the plane is a fault.</param>
    /// <param name="first">The line's first output.</param>
    /// <param name="count">How many.</param>
    /// <param name="alongChannels">Along which axis.</param>
    void Read(long* flats, in OutputPlace first, long count, bool alongChannels);
}

/// <summary>PyTorch's indices.</summary>
internal readonly unsafe struct FlatIndices(long* indices, TensorLayout layout) : IPlaneIndices
{
    public bool AreInside => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Read(long* flats, in OutputPlace first, long count, bool alongChannels)
    {
        long* from = indices + first.In(layout);
        long step = alongChannels ? layout.Channel : layout.Width;
        for (long i = 0; i < count; i++) flats[i] = from[i * step];
    }
}

/// <summary>The taps that a pooling chose.</summary>
internal readonly unsafe struct CompactIndices(OffsetMemory offsets, TapDecoder decoder) : IPlaneIndices
{
    public bool AreInside => decoder.HasRoom;

    public void Read(long* flats, in OutputPlace first, long count, bool alongChannels) => decoder.Read(flats, offsets, first, count, alongChannels);
}
