using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote.Gpu;

/// <summary>Strides of tensors without gaps.</summary>
internal static class DenseStrides
{
    /// <summary>As <see cref="Tensor"/> has them: 0 along axes of length 1.</summary>
    public static nint[] RowMajor(ReadOnlySpan<nint> lengths)
    {
        var strides = new nint[lengths.Length];
        nint next = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = lengths[axis] == 1 ? 0 : next;
            next *= Math.Max(1, lengths[axis]);
        }

        return strides;
    }

    /// <summary>The elements of a tensor of these lengths.</summary>
    /// <exception cref="ArgumentException">A length is negative, or there are more than 2⁶³ − 1 elements.</exception>
    public static long Count(ReadOnlySpan<nint> lengths)
    {
        Int128 count = 1;
        foreach (nint length in lengths)
        {
            if (length < 0) throw new ArgumentException($"lengths {PoolPlan.Text(lengths)} have a negative one.", nameof(lengths));
            count *= length;
            if (count > long.MaxValue) throw new ArgumentException($"lengths {PoolPlan.Text(lengths)} are of more than 2^63 − 1 elements.", nameof(lengths));
        }

        return (long)count;
    }

    /// <summary>Whether each element has a place of its own and there are no gaps.</summary>
    public static bool Are(ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
    {
        if (lengths.Length != strides.Length) return false;
        nint[] of = lengths.ToArray(), by = strides.ToArray();
        long next = 1;
        foreach (int axis in Enumerable.Range(0, of.Length).Where(axis => of[axis] != 1).OrderBy(axis => by[axis]))
        {
            if (by[axis] != next) return false;
            next *= of[axis];
        }

        return true;
    }

    /// <summary>The tensor itself where it has no gaps, else a copy in the same order of axes.</summary>
    public static Tensor<T> Dense<T>(Tensor<T> source)
        where T : unmanaged
    {
        if (source.FlattenedLength == 0 || Are(source.Lengths, source.Strides)) return source;
        nint[] lengths = source.Lengths.ToArray(), by = source.Strides.ToArray(), strides = new nint[lengths.Length];
        nint next = 1;
        foreach (int axis in Enumerable.Range(0, lengths.Length).OrderBy(axis => lengths[axis] == 1 || by[axis] == 0 ? nint.MaxValue : by[axis]).ThenByDescending(axis => axis))
        {
            strides[axis] = lengths[axis] == 1 ? 0 : next;
            next *= lengths[axis];
        }

        Tensor<T> dense = Tensor.CreateFromShapeUninitialized<T>(lengths, strides);
        source.CopyTo(dense);
        return dense;
    }

    /// <summary>The elements of a dense tensor in the order of memory.</summary>
    public static ReadOnlySpan<T> Elements<T>(Tensor<T> dense)
        where T : unmanaged => dense.FlattenedLength == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(in dense.GetPinnableReference(), (int)dense.FlattenedLength);
}
