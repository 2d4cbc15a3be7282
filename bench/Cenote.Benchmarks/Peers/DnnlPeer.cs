using System.Runtime.InteropServices;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Peers;

/// <summary>oneDNN 2, where the system has it.</summary>
internal sealed unsafe class DnnlPeer : IPeer
{
    private readonly Lazy<string?> _version = new(FindVersion);

    public string Name => "oneDNN";

    public string? Version => _version.Value;

    public PeerCall? Bind(Job job)
    {
        if (Version is null || job.Row.Operator is not (Operator.Max or Operator.Average or Operator.GlobalMax or Operator.GlobalAverage) || ElementType(job.Element) is not { } type) return null;
        var call = new DnnlCall(job);
        if (call.TryCreate(type)) return call;
        call.Dispose();
        return null;
    }

    // Numbers of dnnl_data_type_t. Means of integers round otherwise there.
    private static int? ElementType(Element element) => element.Name switch
    {
        "bfloat16" => 2,
        "float32" => 3,
        "int32" => 4,
        "int8" => 5,
        "uint8" => 6,
        _ => null,
    };

    private static string? FindVersion()
    {
        if (!NativeLibrary.TryLoad(DnnlNative.Library, out _)) return null;
        int* version = DnnlNative.Version();
        return $"{version[0]}.{version[1]}.{version[2]}";
    }
}

internal sealed unsafe class DnnlCall(Job job) : OwnOutputCall(job)
{
    private static readonly nint Engine = NewEngine();
    private static readonly nint Stream = NewStream();

    private nint _source, _destination, _primitive;

    /// <summary>Makes the primitive.</summary>
    /// <returns>False where oneDNN has no implementation.</returns>
    public bool TryCreate(int elementType)
    {
        Row row = Job.Row;
        if (!row.IsMax && Job.Element.Epsilon == 0) return false;
        // Its implementation is chosen for the threads there are.
        DnnlNative.SetThreads(Job.Threads);
        byte* source = stackalloc byte[DnnlNative.DescriptorBytes], destination = stackalloc byte[DnnlNative.DescriptorBytes], pooling = stackalloc byte[DnnlNative.DescriptorBytes];
        fixed (long* from = row.Shape, to = Job.OutputShape, fromSteps = Job.InputStrides, toSteps = Job.OutputStrides)
        {
            if (DnnlNative.DescribeMemory(source, row.Shape.Length, from, elementType, fromSteps) != 0) return false;
            if (DnnlNative.DescribeMemory(destination, row.Shape.Length, to, elementType, toSteps) != 0) return false;
        }

        // Dilation counts the taps that are left out.
        long[] skips = [.. row.Dilations.Select(dilation => dilation - 1)];
        long[] after = [.. Enumerable.Range(0, row.SpatialRank).Select(axis => Rest(row, axis))];
        fixed (long* stride = row.Strides, kernel = row.Kernels, dilation = skips, left = row.Paddings, right = after)
        {
            int algorithm = row.IsMax ? DnnlNative.PoolingMax : DnnlNative.PoolingAverageWithPadding;
            if (DnnlNative.DescribePooling(pooling, DnnlNative.ForwardInference, algorithm, source, destination, stride, kernel, dilation, left, right) != 0) return false;
        }

        if (DnnlNative.CreatePrimitiveDescriptor(out nint descriptor, pooling, 0, Engine, 0) != 0) return false;
        Require(DnnlNative.CreatePrimitive(out _primitive, descriptor));
        Require(DnnlNative.DestroyPrimitiveDescriptor(descriptor));
        Require(DnnlNative.CreateMemory(out _source, source, Engine, Job.Input));
        Require(DnnlNative.CreateMemory(out _destination, destination, Engine, Output));
        return true;
    }

    public override void Run(long times)
    {
        DnnlNative.Argument* arguments = stackalloc DnnlNative.Argument[] { new(DnnlNative.SourceArgument, _source), new(DnnlNative.DestinationArgument, _destination) };
        for (long time = 0; time < times; time++)
        {
            Require(DnnlNative.Execute(_primitive, Stream, 2, arguments));
            Require(DnnlNative.Wait(Stream));
        }
    }

    public override void Dispose()
    {
        if (_primitive != 0) Require(DnnlNative.DestroyPrimitive(_primitive));
        if (_source != 0) Require(DnnlNative.DestroyMemory(_source));
        if (_destination != 0) Require(DnnlNative.DestroyMemory(_destination));
        base.Dispose();
    }

    /// <summary>The padding after the last window that makes the sum of all parts the length of the axis.</summary>
    private static long Rest(Row row, int axis) =>
        ((row.OutputShape[2 + axis] - 1) * row.Strides[axis]) + (row.Dilations[axis] * (row.Kernels[axis] - 1)) + 1 - row.Shape[2 + axis] - row.Paddings[axis];

    private static nint NewEngine()
    {
        Require(DnnlNative.CreateEngine(out nint engine, DnnlNative.CpuEngine, 0));
        return engine;
    }

    private static nint NewStream()
    {
        Require(DnnlNative.CreateStream(out nint stream, Engine, DnnlNative.DefaultStream));
        return stream;
    }

    private static void Require(int error)
    {
        if (error != 0) throw new InvalidOperationException($"oneDNN failed with {error}.");
    }
}
