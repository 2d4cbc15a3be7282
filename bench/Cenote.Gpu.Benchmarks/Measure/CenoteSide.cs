using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cenote.Benchmarks.Rows;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>Cenote on a device, and the device's copy, in memory that all jobs of one element type use one after the other.</summary>
internal abstract class CenoteSide : IDisposable
{
    /// <param name="device">Where.</param>
    /// <param name="type"><c>float32</c> or <c>float16</c>.</param>
    /// <param name="jobs">Those of the type that will come.</param>
    public static CenoteSide Create(GpuDevice device, string type, IReadOnlyCollection<Job> jobs)
    {
        // An input is read; everything else is written beside it, and so is a copy.
        long bytes = jobs.Max(job => Math.Max(Math.Max(job.InputElements, job.OutputElements) * job.ElementSize, (job.Bytes / 2) + 1));
        return type == "float32" ? new CenoteSide<float>(device, bytes) : new CenoteSide<Half>(device, bytes);
    }

    public abstract DeviceCall Bind(Job job);

    /// <summary>Makes the job's call once, and waits for it.</summary>
    public abstract void CallOnce(Job job);

    /// <summary>A copy of half of the bytes that the job moves: each is read once and written once.</summary>
    public abstract DeviceCall BindCopy(Job job);

    /// <summary>What the job makes: the values, and PyTorch's indices where there are any, in the order N×C×spatial.</summary>
    public abstract (double[] Values, long[]? Indices) Outputs(Job job);

    /// <summary>Whether two runs of the job give the same bits, as far as they are looked at.</summary>
    public abstract bool IsRepeatable(Job job);

    /// <summary>Numbers of the job's type, from the bytes of its memory.</summary>
    public abstract double[] Read(byte[] bytes);

    public abstract void Dispose();
}

/// <inheritdoc/>
internal sealed class CenoteSide<T> : CenoteSide
    where T : unmanaged
{
    /// <summary>So many elements of a result are compared with those of another run: to fetch all takes longer than the benchmark.</summary>
    private const int Compared = 1 << 26;

    private readonly GpuDevice _device;
    private readonly GpuTensor<T> _input, _output;

    public CenoteSide(GpuDevice device, long bytes)
    {
        _device = device;
        long count = (bytes / Unsafe.SizeOf<T>()) + 1;
        _input = InputPattern.Upload<T>(device, count);
        _output = device.Allocate<T>((nint)count);
    }

    public override DeviceCall Bind(Job job)
    {
        var (call, memory) = Call(job);
        return new(_device, call, memory);
    }

    public override void CallOnce(Job job)
    {
        var (call, memory) = Call(job);
        call();
        _device.Synchronize();
        foreach (IDisposable part in memory) part.Dispose();
    }

    public override DeviceCall BindCopy(Job job)
    {
        nint half = (nint)(job.Bytes / 2);
        GpuTensor<byte> from = _device.Wrap<byte>(_input.Pointer, [half]), to = _device.Wrap<byte>(_output.Pointer, [half]);
        return new(_device, () => from.CopyTo(to), from, to);
    }

    public override (double[] Values, long[]? Indices) Outputs(Job job)
    {
        PoolLayer layer = job.Row.Layer(1);
        using GpuTensor<T> input = Wrap(_input, job, job.Row.Shape);
        if (job.Pass == Pass.Forward)
        {
            using GpuTensor<T> output = layer.Forward(input);
            return (Flat(output.Download()), null);
        }

        if (job.Pass == Pass.Indices)
        {
            var (values, indices) = ((IndexedPool)layer).ForwardWithIndices(input);
            using (values)
            using (indices) return (Flat(values.Download()), [.. indices.Download().ToFlat()]);
        }

        var (call, memory) = Call(job);
        call();
        using GpuTensor<T> gradient = Wrap(_output, job, job.Row.Shape);
        double[] result = Flat(gradient.Download());
        foreach (IDisposable part in memory) part.Dispose();
        return (result, null);
    }

    public override bool IsRepeatable(Job job)
    {
        var (call, memory) = Call(job);
        long count = job.Pass == Pass.Backward ? job.InputElements : job.OutputElements;
        using GpuTensor<T> made = _device.Wrap<T>(_output.Pointer, [(nint)Math.Min(Compared, count)]), other = _device.Wrap<T>(_input.Pointer, made.Lengths);
        T[] first = Run(), second = Run();
        foreach (IDisposable part in memory) part.Dispose();
        return MemoryMarshal.AsBytes(first.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(second.AsSpan()));

        T[] Run()
        {
            // What the run before left must not pass for this one's.
            other.CopyTo(made);
            call();
            var values = new T[made.ElementCount];
            made.CopyTo(values);
            return values;
        }
    }

    public override double[] Read(byte[] bytes) => Numbers(MemoryMarshal.Cast<byte, T>(bytes));

    public override void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }

    private (Action Call, IDisposable[] Memory) Call(Job job)
    {
        PoolLayer layer = job.Row.Layer(1);
        if (job.Pass != Pass.Backward)
        {
            GpuTensor<T> input = Wrap(_input, job, job.Row.Shape), output = Wrap(_output, job, job.Row.OutputShape);
            if (job.Pass == Pass.Forward) return (() => layer.Forward(input, output), [input, output]);
            GpuIndices indices = Indices(layer, input);
            return (() => ((IndexedPool)layer).ForwardWithIndices(input, output, indices), [input, output, indices]);
        }

        GpuTensor<T> gradient = Wrap(_input, job, job.Row.OutputShape), made = Wrap(_output, job, job.Row.Shape);
        if (layer is not IndexedPool indexed) return (() => ((LinearPool)layer).Backward(gradient, made), [gradient, made]);
        using GpuTensor<T> values = Wrap(_input, job, job.Row.Shape);
        GpuIndices chosen = Indices(layer, values);
        return (() => indexed.Backward(gradient, chosen, made), [gradient, made, chosen]);
    }

    private static GpuIndices Indices(PoolLayer layer, GpuTensor<T> input)
    {
        var (values, indices) = ((IndexedPool)layer).ForwardWithIndices(input);
        values.Dispose();
        return indices;
    }

    private GpuTensor<T> Wrap(GpuTensor<T> memory, Job job, long[] shape) =>
        _device.Wrap<T>(memory.Pointer, [.. shape.Select(length => (nint)length)], [.. job.Layout.Strides(shape).Select(stride => (nint)stride)]);

    private static double[] Flat(Tensor<T> tensor)
    {
        var values = new T[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return Numbers(values);
    }

    private static double[] Numbers(ReadOnlySpan<T> values)
    {
        double[] numbers = new double[values.Length];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = typeof(T) == typeof(float) ? (float)(object)values[i] : (double)(Half)(object)values[i];
        return numbers;
    }
}
