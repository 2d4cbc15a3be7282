using Cenote.Benchmarks.Rows;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Cenote.Benchmarks.Peers;

/// <summary>ONNX Runtime: a session of one node over the caller's memory. Its workers do not spin, for the sake of those whose turn is next.</summary>
internal sealed class OnnxPeer : IPeer
{
    private readonly Lazy<string?> _version = new(FindVersion);

    public string Name => "ONNX Runtime";

    public string? Version => _version.Value;

    public PeerCall? Bind(Job job)
    {
        if (Version is null || !job.IsRowMajor || job.Row.IsAdaptive || ElementType(job.Element) is not { } type) return null;
        // ONNX Runtime dilates averages from a later opset on.
        if (!job.Row.IsMax && job.Row.Dilation > 1) return null;
        try
        {
            return new OnnxCall(job, type);
        }
        catch (Exception refusal) when (refusal is OnnxRuntimeException or NotSupportedException)
        {
            // No such operator or kernel: most types have none.
            return null;
        }
    }

    private static TensorElementType? ElementType(Element element) => element.Name switch
    {
        "float32" => TensorElementType.Float,
        "float64" => TensorElementType.Double,
        "float16" => TensorElementType.Float16,
        "bfloat16" => TensorElementType.BFloat16,
        "uint8" => TensorElementType.UInt8,
        "int8" => TensorElementType.Int8,
        _ => null,
    };

    private static string? FindVersion()
    {
        try
        {
            OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            return OrtEnv.Instance().GetVersionString();
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return null;
        }
    }
}

internal sealed unsafe class OnnxCall : OwnOutputCall
{
    private readonly RunOptions _options = new();
    private readonly InferenceSession _session;
    private readonly OrtValue _from, _to;
    private readonly OrtIoBinding _binding;

    public OnnxCall(Job job, TensorElementType type)
        : base(job)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = job.Threads, InterOpNumThreads = 1 };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(job.Element.ToOnnx(job.Row), settings);
        _from = Value(type, job.Row.Shape, job.Input, job.InputBytes);
        _to = Value(type, job.OutputShape, Output, job.OutputBytes);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("x", _from);
        _binding.BindOutput("y", _to);
    }

    public override void Run(long times)
    {
        for (long time = 0; time < times; time++) _session.RunWithBinding(_options, _binding);
    }

    public override void Dispose()
    {
        _binding.Dispose();
        _from.Dispose();
        _to.Dispose();
        _session.Dispose();
        _options.Dispose();
        base.Dispose();
    }

    private static OrtValue Value(TensorElementType type, long[] shape, void* data, long bytes) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)data, bytes);
}
