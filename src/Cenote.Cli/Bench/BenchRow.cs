namespace Cenote.Cli;

/// <summary>A pooling that <c>cenote bench</c> times.</summary>
/// <param name="Name">Where it comes from.</param>
/// <param name="Verb">The operator's name on the command line.</param>
/// <param name="Layer">The layer, for a number of threads.</param>
/// <param name="Shape">N×C×H×W.</param>
/// <param name="ChannelsLast">Whether C is the innermost axis in memory.</param>
/// <param name="Format">The element type: f4 or u1.</param>
internal sealed record BenchRow(string Name, string Verb, Func<int, PoolLayer> Layer, nint[] Shape, bool ChannelsLast, ElementFormat Format)
{
    private static readonly ElementFormat Float = new("f4", 4);

    /// <summary>The poolings of well-known networks and of large images; both memory orders, where there is more than one channel.</summary>
    public static IReadOnlyList<BenchRow> All { get; } =
    [
        .. Both("ResNet stem", 8, 64, 112, 3, 2, 1),
        .. Both("VGG", 4, 64, 224, 2, 2),
        .. Both("DenseNet", "avg", threads => new AvgPool2d(2, 2) { MaxDegreeOfParallelism = threads }, [16, 256, 56, 56]),
        .. Both("Inception", "avg", threads => new AvgPool2d(3, 1, 1) { MaxDegreeOfParallelism = threads }, [16, 192, 35, 35]),
        .. Both("SPPF", 8, 256, 20, 5, 1, 2),
        .. Both("ResNet head", "global-avg", threads => new GlobalAvgPool2d { MaxDegreeOfParallelism = threads }, [32, 2048, 7, 7]),
        new("large image", "max", Max(2, 2, 0), [1, 1, 4096, 4096], false, Float),
        new("large image, bytes", "max", Max(2, 2, 0), [1, 1, 4096, 4096], false, ElementFormat.Byte),
        new("large window", "max", Max(31, 1, 15), [1, 1, 1024, 1024], false, Float),
    ];

    /// <summary>The word of <c>--layout</c>.</summary>
    public string Layout => ChannelsLast ? "nhwc" : "nchw";

    public PoolPlan Plan => Layer(1).Plan(Shape);

    public long BytesPerImage => Bytes / Shape[0];

    public long InputBytes => Size(Plan.InputShape);

    public long OutputBytes => Size(Plan.OutputShape);

    /// <summary>Bytes read and written.</summary>
    public long Bytes => InputBytes + OutputBytes;

    /// <summary>The row with as many images as move so many bytes; where not even one does, with fewer channels.</summary>
    public BenchRow Scaled(long bytes) => BytesPerImage <= bytes
        ? this with { Shape = [(nint)(bytes / BytesPerImage), .. Shape[1..]] }
        : this with { Shape = [1, (nint)Math.Max(1, Shape[1] * bytes / BytesPerImage), .. Shape[2..]] };

    /// <summary>The strides of N×C×H×W in the row's memory order; a tensor wants 0 on axes of a single element.</summary>
    public nint[] Strides(ReadOnlySpan<nint> shape)
    {
        nint channels = shape[1], height = shape[2], width = shape[3], all = channels * height * width;
        nint[] strides = ChannelsLast ? [all, 1, width * channels, channels] : [all, height * width, width, 1];
        for (int axis = 0; axis < strides.Length; axis++) if (shape[axis] == 1) strides[axis] = 0;
        return strides;
    }

    /// <returns>For example <c>ResNet stem: max k3 s2 p1, 8×64×112×112</c>.</returns>
    public override string ToString() => $"{Name}: {$"{Verb} {Plan.OptionsText}".TrimEnd()}, {ArrayData.Text(Shape)}";

    private static Func<int, PoolLayer> Max(int kernel, int stride, int padding) =>
        threads => new MaxPool2d(kernel, stride, padding) { MaxDegreeOfParallelism = threads };

    private static BenchRow[] Both(string name, nint batch, nint channels, nint side, int kernel, int stride, int padding = 0) =>
        Both(name, "max", Max(kernel, stride, padding), [batch, channels, side, side]);

    private static BenchRow[] Both(string name, string verb, Func<int, PoolLayer> layer, nint[] shape) =>
        [new(name, verb, layer, shape, false, Float), new(name, verb, layer, shape, true, Float)];

    private long Size(ReadOnlySpan<nint> shape)
    {
        long bytes = Format.Size;
        foreach (nint length in shape) bytes *= length;
        return bytes;
    }
}
