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
        if (row.Format == ElementFormat.Byte) Fill(input);
        else Fill(MemoryMarshal.Cast<byte, float>(input));
        _input = Unsafe.AsPointer(ref MemoryMarshal.GetReference(input));
        _output = Unsafe.AsPointer(ref MemoryMarshal.GetReference(memory.Take(row.OutputBytes)));
    }

    public void Run(int times, CancellationToken cancellation)
    {
        if (_row.Format == ElementFormat.Byte) Run<byte>(times, cancellation);
        else Run<float>(times, cancellation);
    }

    /// <summary>Numbers from −1 to 1, the same in every run.</summary>
    public static void Fill(Span<float> input)
    {
        var random = new Random(1);
        Span<float> drawn = input[..Math.Min(Drawn, input.Length)];
        foreach (ref float value in drawn) value = (2 * random.NextSingle()) - 1;
        Repeat(input, drawn.Length);
    }

    private static void Fill(Span<byte> input)
    {
        Span<byte> drawn = input[..Math.Min(Drawn, input.Length)];
        new Random(1).NextBytes(drawn);
        Repeat(input, drawn.Length);
    }

    private static void Repeat<T>(Span<T> input, int drawn)
    {
        for (int start = drawn; start < input.Length; start += drawn)
        {
            Span<T> part = input.Slice(start, Math.Min(drawn, input.Length - start));
            input[..part.Length].CopyTo(part);
        }
    }

    private void Run<T>(int times, CancellationToken cancellation)
        where T : unmanaged
    {
        var input = new ReadOnlyTensorSpan<T>((T*)_input, (nint)(_row.InputBytes / sizeof(T)), _plan.InputShape, _row.Strides(_plan.InputShape));
        var output = new TensorSpan<T>((T*)_output, (nint)(_row.OutputBytes / sizeof(T)), _plan.OutputShape, _row.Strides(_plan.OutputShape));
        for (int time = 0; time < times; time++) _layer.Forward(input, output, cancellationToken: cancellation);
    }
}
