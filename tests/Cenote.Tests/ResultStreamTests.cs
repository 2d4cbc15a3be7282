using System.Numerics.Tensors;

namespace Cenote.Tests;

/// <summary>Results that go past the caches, as those of large calls do: the bits are those of the same planes in calls too small for that, wherever the output begins, and nothing around it is touched.</summary>
public unsafe class ResultStreamTests
{
    private const byte GapByte = 0x5A;

    public static MatrixTheoryData<string, int> Rows => new(["rows on end", "odd rows", "long rows", "volumes", "pixels", "long pixels", "columns of pixels", "bytes", "small floats"], [1, 2, 7]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Bits_are_those_of_small_calls(string row, int threads)
    {
        switch (row)
        {
            case "rows on end": Run<float>(new MaxPool2d(2) { MaxDegreeOfParallelism = threads }, [3, 224, 96, 96], false, i => Element(i)); break;
            case "odd rows": Run<float>(new AvgPool2d(2) { MaxDegreeOfParallelism = threads }, [2, 3, 1003, 1003], false, i => Element(i)); break;
            case "long rows": Run<float>(new MaxPool1d(4) { MaxDegreeOfParallelism = threads }, [2, 64, 48004], false, i => Element(i)); break;
            case "volumes": Run<float>(new AvgPool3d(2) { MaxDegreeOfParallelism = threads }, [3, 9, 24, 96, 96], false, i => Element(i)); break;
            case "pixels": Run<float>(new MaxPool2d(2) { MaxDegreeOfParallelism = threads }, [3, 48, 200, 200], true, i => Element(i)); break;
            case "long pixels": Run<float>(new AvgPool1d(4) { MaxDegreeOfParallelism = threads }, [3, 64, 30001], true, i => Element(i)); break;
            case "columns of pixels": Run<float>(new MaxPool2d(new Spatial(2, 1), new Spatial(2, 1)) { MaxDegreeOfParallelism = threads }, [3, 32, 200, 250], true, i => Element(i)); break;
            case "bytes": Run<byte>(new MaxPool2d(2) { MaxDegreeOfParallelism = threads }, [3, 1, 3000, 2800], false, i => (byte)(i * 151)); break;
            default: Run<Half>(new MaxPool2d(2) { MaxDegreeOfParallelism = threads }, [3, 1, 2400, 2100], false, i => (Half)Element(i)); break;
        }
    }

    /// <summary>A few taps ask for the order of taps, too.</summary>
    private static float Element(long i) => i % 99991 == 0 ? float.NaN : i % 4099 == 0 ? -0.0f : i * 151 % 251 - 120;

    private static void Run<T>(PoolLayer layer, nint[] shape, bool pixels, Func<long, T> element)
        where T : unmanaged
    {
        nint[] outputShape = layer.Plan(shape).OutputShape.ToArray(), one = [1, .. shape[1..]], oneOutput = [1, .. outputShape[1..]];
        nint[] strides = Strides(shape, pixels), outputStrides = Strides(outputShape, pixels);
        nint length = TensorPrimitives.Product<nint>(shape), outputs = TensorPrimitives.Product<nint>(outputShape), image = length / shape[0], outputImage = outputs / shape[0];
        Assert.True(ResultStream.Pays(layer.Plan(shape), sizeof(T)) && !ResultStream.Pays(layer.Plan(one), sizeof(T)));
        using var input = new GuardedMemory((nuint)(length * sizeof(T)));
        T* from = (T*)input.Pointer;
        for (nint i = 0; i < length; i++) from[i] = element(i);
        var expected = new T[outputs];
        for (nint n = 0; n < shape[0]; n++)
        {
            fixed (T* to = expected) layer.Forward(new ReadOnlyTensorSpan<T>(from + n * image, image, one, Strides(one, pixels)), new TensorSpan<T>(to + n * outputImage, outputImage, oneOutput, Strides(oneOutput, pixels)));
        }

        // From the end of memory back, so that the output begins everywhere in a line.
        int line = 64 / sizeof(T);
        foreach (int gap in (int[])[0, 1, 2, 3, line / 4 + 1, line / 2, line - 1])
        {
            using var output = new GuardedMemory((nuint)((outputs + line + gap) * sizeof(T)));
            var memory = new Span<byte>(output.Pointer, checked((int)((outputs + line + gap) * sizeof(T))));
            memory.Fill(GapByte);
            T* to = (T*)output.Pointer + line;
            layer.Forward(new ReadOnlyTensorSpan<T>(from, length, shape, strides), new TensorSpan<T>(to, outputs, outputShape, outputStrides));
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(memory.Slice(line * sizeof(T), (int)outputs * sizeof(T))), $"gap {gap}");
            Assert.True(memory[..(line * sizeof(T))].IndexOfAnyExcept(GapByte) < 0 && memory[((line + (int)outputs) * sizeof(T))..].IndexOfAnyExcept(GapByte) < 0, $"gap {gap}");
        }
    }

    private static nint[] Strides(nint[] shape, bool pixels)
    {
        var strides = new nint[shape.Length];
        nint step = 1;
        if (pixels) (strides[1], step) = (1, shape[1]);
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            if (pixels && axis == 1) continue;
            strides[axis] = step;
            step *= shape[axis];
        }

        for (int axis = 0; axis < shape.Length; axis++) strides[axis] = shape[axis] == 1 ? 0 : strides[axis];
        return strides;
    }
}
