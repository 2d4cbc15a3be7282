using System.Numerics.Tensors;

namespace Cenote.Tests.Golden;

/// <summary>Puts elements given in row-major order of their axes into tensors of either memory order, and reads them back.</summary>
internal static class Layouts
{
    /// <summary>Strides of dense memory; with <paramref name="channelsLast"/> the channel is the innermost axis.</summary>
    public static long[] Strides(ReadOnlySpan<long> shape, int spatialRank, bool channelsLast)
    {
        var strides = new long[shape.Length];
        int channel = shape.Length - spatialRank - 1;
        long step = 1;
        if (channelsLast) Take(channel, shape);
        for (int axis = shape.Length - 1; axis >= 0; axis--)
            if (axis != channel || !channelsLast)
                Take(axis, shape);
        return strides;

        void Take(int axis, ReadOnlySpan<long> lengths)
        {
            strides[axis] = step;
            step *= Math.Max(1, lengths[axis]);
        }
    }

    /// <summary>The memory position of every element, in row-major order of the axes.</summary>
    public static IEnumerable<long> Offsets(long[] shape, long[] strides)
    {
        long count = shape.Aggregate(1L, (product, length) => product * length);
        for (long index = 0; index < count; index++)
        {
            long offset = 0, rest = index;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                offset += rest % shape[axis] * strides[axis];
                rest /= shape[axis];
            }

            yield return offset;
        }
    }

    public static T[] Scatter<T>(T[] rowMajor, long[] shape, long[] strides)
    {
        var memory = new T[rowMajor.Length];
        int next = 0;
        foreach (long offset in Offsets(shape, strides)) memory[offset] = rowMajor[next++];
        return memory;
    }

    public static T[] Gather<T>(ReadOnlySpan<T> memory, long[] shape, long[] strides)
    {
        var rowMajor = new List<T>();
        foreach (long offset in Offsets(shape, strides)) rowMajor.Add(memory[(int)offset]);
        return [.. rowMajor];
    }

    public static Tensor<T> Tensor<T>(T[] memory, long[] shape, long[] strides)
        where T : unmanaged
    {
        nint[] lengths = [.. shape.Select(length => (nint)length)];
        if (memory.Length == 0) return System.Numerics.Tensors.Tensor.Create(memory, lengths);
        // A length-1 axis takes no step; the tensor type wants it said.
        return System.Numerics.Tensors.Tensor.Create(memory, lengths, [.. strides.Select((stride, axis) => shape[axis] == 1 ? 0 : (nint)stride)]);
    }
}
