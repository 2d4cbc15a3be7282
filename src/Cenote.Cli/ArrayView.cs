using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>An array as the library takes it: lengths and strides over its memory.</summary>
internal sealed record ArrayView(ArrayData Array, nint[] Lengths, nint[] Strides)
{
    /// <summary>All axes as they are.</summary>
    public static ArrayView Of(ArrayData array) => new(array, array.Shape, array.Strides());

    /// <summary>The axes in another order.</summary>
    public ArrayView Permute(params int[] axes) => new(Array, [.. axes.Select(axis => Lengths[axis])], [.. axes.Select(axis => Strides[axis])]);

    /// <summary>The last axes of longer lengths, the same along all axes before.</summary>
    public ArrayView Spread(nint[] lengths) => new(Array, lengths, [.. Enumerable.Repeat((nint)0, lengths.Length - Lengths.Length), .. Strides]);

    public unsafe TensorSpan<T> Span<T>()
        where T : unmanaged
    {
        // A tensor wants stride 0 on axes of a single element, and on all where it has none.
        nint[] steps = [.. Strides.Select((stride, axis) => Lengths[axis] == 1 || Array.Elements == 0 ? 0 : stride)];
        return new((T*)Array.Pointer, (nint)Array.Elements, Lengths, steps);
    }

    /// <summary>The numbers in another type, the nearest it has, and in memory of their own.</summary>
    /// <param name="name">The array's name, for messages.</param>
    /// <param name="format">The other type.</param>
    /// <param name="isFortran">The memory order.</param>
    public ArrayData Convert<T>(string name, ElementFormat format, bool isFortran)
        where T : unmanaged, INumberBase<T>
    {
        var result = new ArrayData(name, format, Lengths, isFortran, Array.IsBigEndian) { Profile = Array.Profile, HoldsBytes = Array.HoldsBytes };
        if (result.Elements == 0) return result;
        ArrayView to = Of(result);
        switch (Array.Format.Code)
        {
            case "f2": Copy<Half>(); break;
            case "f4": Copy<float>(); break;
            case "f8": Copy<double>(); break;
            case "i1": Copy<sbyte>(); break;
            case "i2": Copy<short>(); break;
            case "i4": Copy<int>(); break;
            case "i8": Copy<long>(); break;
            case "u1": Copy<byte>(); break;
            case "u2": Copy<ushort>(); break;
            case "u4": Copy<uint>(); break;
            case "u8": Copy<ulong>(); break;
            default: throw new InvalidOperationException($"no numbers of {Array.Format.Code}");
        }

        return result;

        void Copy<TFrom>()
            where TFrom : unmanaged, INumberBase<TFrom> => Tensor.ConvertSaturating<TFrom, T>(Span<TFrom>(), to.Span<T>());
    }
}
