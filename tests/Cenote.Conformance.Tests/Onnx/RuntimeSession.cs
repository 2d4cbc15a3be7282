using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Cenote.Conformance.Tests.Onnx;

/// <summary>ONNX Runtime on one model.</summary>
internal static class RuntimeSession
{
    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? Missing { get; } = Find();

    /// <summary>The first output, and the indices where the model has two.</summary>
    /// <exception cref="OnnxRuntimeException">The runtime refuses the model.</exception>
    public static (T[] Values, long[]? Indices) Run<T>(byte[] model, T[] input, ReadOnlySpan<nint> shape, long[]? indices = null, T[]? boxes = null, long[]? images = null)
        where T : unmanaged
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(model, settings);
        using var run = new RunOptions();
        long[] lengths = [.. shape.ToArray().Select(length => (long)length)];
        var inputs = new Dictionary<string, OrtValue> { ["x"] = Value(input, lengths) };
        if (indices is not null) inputs["indices"] = Value(indices, lengths);
        if (boxes is not null) inputs["boxes"] = Value(boxes, [boxes.Length / (images is null ? 5 : 4), images is null ? 5 : 4]);
        if (images is not null) inputs["images"] = Value(images, [images.Length]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, session.OutputNames);
        foreach (OrtValue value in inputs.Values) value.Dispose();
        return (Elements<T>(outputs[0]), outputs.Count > 1 ? Elements<long>(outputs[1]) : null);
    }

    // By bytes: the runtime has 16-bit floats of its own.
    private static OrtValue Value<T>(T[] elements, long[] shape)
        where T : unmanaged
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Type<T>(), shape);
        MemoryMarshal.AsBytes<T>(elements).CopyTo(value.GetTensorMutableRawData());
        return value;
    }

    private static T[] Elements<T>(OrtValue value)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData()).ToArray();

    private static TensorElementType Type<T>()
        where T : unmanaged => default(T) switch
        {
            float => TensorElementType.Float,
            double => TensorElementType.Double,
            Half => TensorElementType.Float16,
            BFloat16 => TensorElementType.BFloat16,
            byte => TensorElementType.UInt8,
            sbyte => TensorElementType.Int8,
            int => TensorElementType.Int32,
            _ => TensorElementType.Int64,
        };

    private static string? Find()
    {
        try
        {
            OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return "ONNX Runtime has no native library for this platform";
        }
    }
}
