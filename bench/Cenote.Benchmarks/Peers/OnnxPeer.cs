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
        if (Version is null || !job.IsRowMajor || job.Row.IsAdaptive || job.Row.Operator is Operator.Min or Operator.Median or Operator.Mode or Operator.Fractional or Operator.Unpool || ElementType(job.Element) is not { } type) return null;
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
    private OrtValue? _regions, _images;

    public OnnxCall(Job job, TensorElementType type)
        : base(job)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = job.Threads, InterOpNumThreads = 1 };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(job.Row.Operator == Operator.Regions ? RegionModel.Of(job) : job.Element.ToOnnx(job.Row), settings);
        _from = Value(type, job.Row.Shape, job.Input, job.InputBytes);
        _to = Value(type, job.OutputShape, Output, job.OutputBytes);
        _binding = _session.CreateIoBinding();
        _binding.BindInput("x", _from);
        if (job.Row.Operator == Operator.Regions) BindRegions(job);
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
        _regions?.Dispose();
        _images?.Dispose();
        _session.Dispose();
        _options.Dispose();
        base.Dispose();
    }

    private void BindRegions(Job job)
    {
        float[] boxes = job.Row.Boxes();
        _regions = OrtValue.CreateTensorValueFromMemory(boxes, [boxes.Length / 4, 4]);
        _images = OrtValue.CreateTensorValueFromMemory(new long[boxes.Length / 4], [boxes.Length / 4]);
        _binding.BindInput("rois", _regions);
        _binding.BindInput("batch_indices", _images);
    }

    private static OrtValue Value(TensorElementType type, long[] shape, void* data, long bytes) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)data, bytes);
}
