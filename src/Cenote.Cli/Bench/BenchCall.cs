using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cenote.Cli;

/// <summary>A row bound to memory, its input filled.</summary>
internal sealed unsafe class BenchCall
{
    /// <summary>Random elements are drawn once for so many, and then repeated: a large image would take longer to draw than to pool.</summary>
    private const int Drawn = 1 << 16;

    private readonly BenchRow _row;
    private readonly PoolLayer _layer;
    private readonly PoolPlan _plan;
    private readonly void* _input, _output;

    public BenchCall(BenchRow row, int threads, BenchMemory memory)
    {
        (_row, _layer) = (row, row.Layer(threads));
        _plan = _layer.Plan(row.Shape);
        Span<byte> input = memory.Take(row.InputBytes);
        Fill(input, row.Format);
        _input = Unsafe.AsPointer(ref MemoryMarshal.GetReference(input));
        _output = Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory.Take(row.OutputBytes)));
    }

    public void Run(int times, CancellationToken cancellation)
    {
        if (_row.Format == ElementFormat.Byte) Run<byte>(times, cancellation);
        else Run<float>(times, cancellation);
    }

    private static void Fill(Span<byte> input, ElementFormat format)
    {
        // The same in every run.
        var random = new Random(1);
        Span<byte> drawn = input[..Math.Min(Drawn * format.Size, input.Length)];
        if (format == ElementFormat.Byte) random.NextBytes(drawn);
        else foreach (ref float value in MemoryMarshal.Cast<byte, float>(drawn)) value = (2 * random.NextSingle()) - 1;
        for (int start = drawn.Length; start < input.Length; start += drawn.Length)
        {
            Span<byte> part = input.Slice(start, Math.Min(drawn.Length, input.Length - start));
            drawn[..part.Length].CopyTo(part);
        }
    }

    private void Run<T>(int times, CancellationToken cancellation)
        where T : unmanaged
    {
        var input = new ReadOnlyTensorSpan<T>((T*)_input, (nint)(_row.InputBytes / sizeof(T)), _plan.InputShape, Strides(_plan.InputShape));
        var output = new TensorSpan<T>((T*)_output, (nint)(_row.OutputBytes / sizeof(T)), _plan.OutputShape, Strides(_plan.OutputShape));
        for (int time = 0; time < times; time++) _layer.Forward(input, output, cancellationToken: cancellation);
    }

    /// <summary>The strides of N×C×H×W; a tensor wants 0 on axes of a single element.</summary>
    private nint[] Strides(ReadOnlySpan<nint> shape)
    {
        nint channels = shape[1], height = shape[2], width = shape[3], all = channels * height * width;
        nint[] strides = _row.ChannelsLast ? [all, 1, width * channels, channels] : [all, height * width, width, 1];
        for (int axis = 0; axis < strides.Length; axis++) if (shape[axis] == 1) strides[axis] = 0;
        return strides;
    }
}
