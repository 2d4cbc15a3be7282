using System.Runtime.InteropServices;

namespace Cenote.Cli.Tests;

/// <summary>An array of any element type.</summary>
/// <param name="Code">Kind and size of an element as npy names them: <c>f4</c>.</param>
/// <param name="Shape">The lengths of its axes.</param>
/// <param name="Elements">The elements in row-major order, little-endian.</param>
internal sealed record NpyArray(string Code, long[] Shape, byte[] Elements)
{
    public static readonly string[] Codes = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];

    public int Size => Code[1] - '0';

    public static NpyArray Bytes(long[] shape, params byte[] values) => new("u1", shape, values);

    public static NpyArray Floats(long[] shape, params float[] values) => Of("f4", shape, values);

    public static NpyArray Of<T>(string code, long[] shape, T[] values)
        where T : unmanaged => new(code, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>Integers of any bits; numbers from −100 to 100.</summary>
    public static NpyArray Random(string code, long[] shape, int seed)
    {
        var random = new Random(seed);
        int count = (int)shape.Aggregate(1L, (product, length) => product * length);
        var bytes = new byte[count * (code[1] - '0')];
        random.NextBytes(bytes);
        double[] numbers = [.. Enumerable.Range(0, count).Select(_ => random.Next(-10_000, 10_001) / 100.0)];
        return code switch
        {
            "f2" => Of(code, shape, Array.ConvertAll(numbers, number => (Half)number)),
            "f4" => Of(code, shape, Array.ConvertAll(numbers, number => (float)number)),
            "f8" => Of(code, shape, numbers),
            _ => new(code, shape, bytes),
        };
    }

    public T[] Values<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Elements).ToArray();

    /// <summary>The same elements with the axes in another order.</summary>
    public NpyArray Permute(int[] axes)
    {
        var strides = new int[Shape.Length];
        for (int axis = Shape.Length - 1, next = 1; axis >= 0; next *= (int)Shape[axis--]) strides[axis] = next;
        long[] shape = [.. axes.Select(axis => Shape[axis])];
        var elements = new byte[Elements.Length];
        var index = new int[axes.Length];
        for (int at = 0; at < elements.Length; at += Size)
        {
            int from = 0;
            for (int i = 0; i < axes.Length; i++) from += index[i] * strides[axes[i]];
            Elements.AsSpan(from * Size, Size).CopyTo(elements.AsSpan(at));
            for (int i = axes.Length - 1; i >= 0 && ++index[i] == shape[i]; i--) index[i] = 0;
        }

        return new(Code, shape, elements);
    }

    /// <summary>The channels, if they are last, moved before the spatial axes.</summary>
    public NpyArray ChannelsFirst(int dims, bool channelsLast) => channelsLast ? Permute([.. Axes[..^(dims + 1)], Axes[^1], .. Axes[^(dims + 1)..^1]]) : this;

    /// <summary>The way back from <see cref="ChannelsFirst"/>.</summary>
    public NpyArray ChannelsBack(int dims, bool channelsLast) => channelsLast ? Permute([.. Axes[..^(dims + 1)], .. Axes[^dims..], Axes[^(dims + 1)]]) : this;

    private int[] Axes => [.. Enumerable.Range(0, Shape.Length)];
}
