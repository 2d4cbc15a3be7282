using Cenote.Benchmarks.Rows;
using OpenCvSharp;

namespace Cenote.Benchmarks.Peers;

/// <summary>OpenCV, for one plane: <c>dilate</c>, <c>erode</c>, <c>medianBlur</c> and <c>blur</c> are odd windows at stride 1, <c>resize</c> by area is an average without overlap.</summary>
internal sealed class OpenCvPeer : IPeer
{
    /// <summary>Larger medians OpenCV has of bytes only.</summary>
    private const int MostTapsOfFloats = 5;

    private readonly Lazy<string?> _version = new(FindVersion);

    public string Name => "OpenCV";

    public string? Version => _version.Value;

    public PeerCall? Bind(Job job)
    {
        Row row = job.Row;
        if (Version is null || row.IsGlobal || row.IsAdaptive || row.SpatialRank != 2 || row.Shape[0] * row.Shape[1] != 1 || ElementType(job.Element) is not { } type) return null;
        bool centred = row.Stride == 1 && row.Dilation == 1 && row.Kernel % 2 == 1 && row.Padding == row.Kernel / 2;
        bool tiles = row.Stride == row.Kernel && row.Padding == 0 && row.Dilation == 1 && row.Shape[2] % row.Kernel == 0 && row.Shape[3] % row.Kernel == 0;
        // Means of integers round otherwise there.
        bool exact = job.Element.Epsilon > 0;
        return (row.Operator, centred, tiles) switch
        {
            (Operator.Max, true, _) => new OpenCvMorphology(job, type, MorphTypes.Dilate),
            (Operator.Min, true, _) => new OpenCvMorphology(job, type, MorphTypes.Erode),
            (Operator.Median, true, _) when row.Kernel <= MostTapsOfFloats || job.Element.Name == "uint8" => new OpenCvMedian(job, type),
            (Operator.Average, true, _) when exact => new OpenCvBlur(job, type),
            (Operator.Average, _, true) when exact => new OpenCvResize(job, type),
            _ => null,
        };
    }

    /// <summary><c>resize</c> by area, whose means of integers may round otherwise than ours: for times only.</summary>
    public PeerCall? BindArea(Job job) => Version is not null && ElementType(job.Element) is { } type ? new OpenCvResize(job, type) : null;

    private static MatType? ElementType(Element element) => element.Name switch
    {
        "float32" => MatType.CV_32FC1,
        "float64" => MatType.CV_64FC1,
        "uint8" => MatType.CV_8UC1,
        "uint16" => MatType.CV_16UC1,
        "int16" => MatType.CV_16SC1,
        _ => null,
    };

    private static string? FindVersion()
    {
        try
        {
            return Cv2.GetVersionString();
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or OpenCvSharpException)
        {
            return null;
        }
    }
}

internal abstract unsafe class OpenCvCall : OwnOutputCall
{
    protected OpenCvCall(Job job, MatType type)
        : base(job)
    {
        Cv2.SetNumThreads(job.Threads);
        From = Mat.FromPixelData((int)job.Row.Shape[2], (int)job.Row.Shape[3], type, (nint)job.Input);
        To = Mat.FromPixelData((int)job.OutputShape[2], (int)job.OutputShape[3], type, (nint)Output);
    }

    protected Mat From { get; }

    protected Mat To { get; }

    protected Size Window => new(Job.Row.Kernel, Job.Row.Kernel);

    public override void Run(long times)
    {
        for (long time = 0; time < times; time++) Pool();
    }

    public override void Dispose()
    {
        From.Dispose();
        To.Dispose();
        base.Dispose();
    }

    protected abstract void Pool();
}

/// <summary>The maximum (<c>dilate</c>) or the minimum (<c>erode</c>) of a square.</summary>
internal sealed class OpenCvMorphology(Job job, MatType type, MorphTypes operation) : OpenCvCall(job, type)
{
    private readonly Mat _square = Cv2.GetStructuringElement(MorphShapes.Rect, new Size(job.Row.Kernel, job.Row.Kernel));

    public override void Dispose()
    {
        _square.Dispose();
        base.Dispose();
    }

    protected override void Pool() => Cv2.MorphologyEx(From, To, operation, _square);
}

internal sealed class OpenCvMedian(Job job, MatType type) : OpenCvCall(job, type)
{
    protected override void Pool() => Cv2.MedianBlur(From, To, Job.Row.Kernel);
}

internal sealed class OpenCvBlur(Job job, MatType type) : OpenCvCall(job, type)
{
    // Zeros outside, all of them counted.
    protected override void Pool() => Cv2.Blur(From, To, Window, borderType: BorderTypes.Constant);
}

internal sealed class OpenCvResize(Job job, MatType type) : OpenCvCall(job, type)
{
    protected override void Pool() => Cv2.Resize(From, To, To.Size(), interpolation: InterpolationFlags.Area);
}
