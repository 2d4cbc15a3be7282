namespace Cenote.Cli;

/// <summary>A picture, what each pooling makes of it, and how much a disturbance of it changes that.</summary>
internal sealed class Comparison : IDisposable
{
    private Comparison(PictureRow[] rows, Disturbance[] disturbances) => (Rows, Disturbances) = (rows, disturbances);

    /// <summary>The picture itself, then one row per operator.</summary>
    public IReadOnlyList<PictureRow> Rows { get; }

    public IReadOnlyList<Disturbance> Disturbances { get; }

    /// <summary>The poolings that are set side by side; all have the same windows.</summary>
    public static IReadOnlyList<(string Name, Func<WindowOptions, PoolLayer> Layer)> Operators =>
    [
        ("max", o => new MaxPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode)),
        ("min", o => new MinPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode)),
        ("avg", o => new AvgPool2d(o.Kernel, o.Stride, o.Padding, o.CeilMode, countIncludePad: false, dilation: o.Dilation) { IntegerRounding = IntegerRounding.NearestEven }),
    ];

    /// <param name="name">The picture's name, for messages.</param>
    /// <param name="picture">Height × width × channels; becomes the comparison's own.</param>
    /// <param name="window">The windows of every operator.</param>
    /// <param name="disturbances">What happens to it.</param>
    /// <param name="cancellation">Ends it between two poolings.</param>
    /// <exception cref="ArgumentException">A window does not suit the picture.</exception>
    public static Comparison Of(string name, ArrayData picture, WindowOptions window, IEnumerable<Disturbance> disturbances, CancellationToken cancellation)
    {
        Disturbance[] all = [.. disturbances];
        ArrayData[] disturbed = [.. all.Select(disturbance => disturbance.Apply(picture))];
        List<PictureRow> rows = [new("picture", picture, disturbed)];
        foreach (var (operatorName, layer) in Operators) rows.Add(new(operatorName, Pool(layer(window), picture), [.. disturbed.Select(each => Pool(layer(window), each))]));
        return new([.. rows], all);

        ArrayData Pool(PoolLayer layer, ArrayData from)
        {
            var pooling = new ArrayPooling(name, from, layer, ArrayAxes.Of(name, from, layer.SpatialRank, channelsLast: true), withIndices: false, device: null);
            pooling.Run(progress: null, cancellation);
            return pooling.Output;
        }
    }

    /// <summary>The mean absolute change of a row under a disturbance, over that of the unpooled picture; 1 where neither changes.</summary>
    public double RelativeChange(PictureRow row, int disturbance)
    {
        double change = row.Changes[disturbance], unpooled = Rows[0].Changes[disturbance];
        return change == unpooled ? 1 : change / unpooled;
    }

    public void Dispose()
    {
        foreach (PictureRow row in Rows)
            foreach (ArrayData array in row.Disturbed.Append(row.Picture)) array.Dispose();
    }
}

/// <summary>A picture as it is, and after each disturbance.</summary>
internal sealed record PictureRow(string Name, ArrayData Picture, IReadOnlyList<ArrayData> Disturbed)
{
    /// <summary>For each disturbance the mean over all pixels and colours of the absolute difference, in levels from 0 to 255.</summary>
    public IReadOnlyList<double> Changes { get; } = [.. Disturbed.Select(disturbed => MeanChange(Picture, disturbed))];

    /// <summary>How much every pixel changes: the mean over its colours, as a picture that is white where nothing does.</summary>
    /// <param name="disturbance">Which disturbance.</param>
    /// <param name="darkest">The change from which on a pixel is darkest.</param>
    public unsafe ArrayData ChangeMap(int disturbance, double darkest)
    {
        ArrayData disturbed = Disturbed[disturbance];
        var map = new ArrayData("figure", ElementFormat.Byte, [Picture.Shape[0], Picture.Shape[1], 3]);
        int channels = (int)Picture.Shape[2], colours = Colours(Picture);
        SkiaSharp.SKColor dark = SkiaSharp.SKColor.Parse(Palette.Change);
        byte* one = (byte*)Picture.Pointer, other = (byte*)disturbed.Pointer, to = (byte*)map.Pointer;
        for (long pixel = map.Elements / 3; pixel > 0; pixel--, one += channels, other += channels, to += 3)
        {
            double sum = 0;
            for (int colour = 0; colour < colours; colour++) sum += Math.Abs(one[colour] - other[colour]);
            double part = darkest > 0 ? Math.Min(1, sum / colours / darkest) : 0;
            (to[0], to[1], to[2]) = (Blend(part, dark.Red), Blend(part, dark.Green), Blend(part, dark.Blue));
        }

        return map;

        static byte Blend(double part, byte dark) => (byte)Math.Round(255 + part * (dark - 255));
    }

    private static unsafe double MeanChange(ArrayData one, ArrayData other)
    {
        int channels = (int)one.Shape[2], colours = Colours(one);
        byte* a = (byte*)one.Pointer, b = (byte*)other.Pointer;
        long sum = 0, pixels = one.Elements / channels;
        for (long pixel = 0; pixel < pixels; pixel++, a += channels, b += channels)
            for (int colour = 0; colour < colours; colour++) sum += Math.Abs(a[colour] - b[colour]);
        return (double)sum / (pixels * colours);
    }

    private static int Colours(ArrayData picture) => picture.Shape[2] == 4 ? 3 : (int)picture.Shape[2];
}
