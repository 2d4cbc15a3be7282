using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>A tensor whose axes lie in memory in any order, with gaps between them, up to a page that nobody may touch.</summary>
internal sealed unsafe class GuardedTensor<T> : IDisposable
    where T : unmanaged
{
    private const byte GapByte = 0x5A;

    private readonly GuardedMemory _memory;
    private readonly nint[] _shape, _strides;
    private readonly long _extent;

    /// <param name="random">Chooses order and gaps.</param>
    /// <param name="shape">The lengths, none of them 0.</param>
    /// <param name="elements">The elements in row-major order of the axes; without them the tensor is to be filled.</param>
    public GuardedTensor(Random random, nint[] shape, T[]? elements = null)
    {
        int[] order = [.. Enumerable.Range(0, shape.Length)];
        random.Shuffle(order);
        (_shape, _strides) = (shape, new nint[shape.Length]);
        nint step = random.Next(4) == 0 ? 2 : 1;
        foreach (int axis in order)
        {
            if (shape[axis] == 1) continue;
            _strides[axis] = step;
            step = step * shape[axis] + (random.Next(4) == 0 ? random.Next(1, 4) : 0);
        }

        _extent = 1 + shape.Zip(_strides, (length, stride) => (long)(length - 1) * stride).Sum();
        _memory = new((nuint)(_extent * sizeof(T)));
        new Span<byte>(_memory.Pointer, checked((int)(_extent * sizeof(T)))).Fill(GapByte);
        if (elements is null) return;
        int next = 0;
        foreach (long offset in Offsets()) ((T*)_memory.Pointer)[offset] = elements[next++];
    }

    public TensorSpan<T> Span => new((T*)_memory.Pointer, (nint)_extent, _shape, _strides);

    public ReadOnlyTensorSpan<T> Source => new((T*)_memory.Pointer, (nint)_extent, _shape, _strides);

    public override string ToString() => $"strides {string.Join(", ", _strides)}";

    /// <summary>Requires these elements, and that the gaps between them are as they were.</summary>
    public void Require(string name, T[] expected)
    {
        var taken = new HashSet<long>();
        int next = 0;
        foreach (long offset in Offsets())
        {
            T element = ((T*)_memory.Pointer)[offset];
            if (!Elements.Same(expected[next], element)) Assert.Fail($"{name}, {this}\nelement {next}: expected {expected[next]}, got {element}");
            taken.Add(offset);
            next++;
        }

        var bytes = new ReadOnlySpan<byte>(_memory.Pointer, checked((int)(_extent * sizeof(T))));
        for (long offset = 0; offset < _extent; offset++)
            if (!taken.Contains(offset) && bytes.Slice((int)(offset * sizeof(T)), sizeof(T)).IndexOfAnyExcept(GapByte) >= 0) Assert.Fail($"{name}, {this}\nthe gap at {offset} was written to");
    }

    public void Dispose() => _memory.Dispose();

    private IEnumerable<long> Offsets() => Layouts.Offsets([.. _shape.Select(length => (long)length)], [.. _strides.Select(stride => (long)stride)]);
}
