using System.Buffers;
using System.CommandLine;
using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>Pooling of regions: of each box, as many numbers per channel.</summary>
internal abstract class RoiVerb(string name, string description) : Verb(name, description)
{
    private readonly ArrayOption _boxes = new("--rois", "ROIS", "The regions: an .npy of numbers, R x 5 (image, x1, y1, x2, y2; x counts columns, y rows), or R x 4 without the image where INPUT is one; - is an array from standard input.", "regions are an npy array of numbers", _ => true, isRequired: true);
    private readonly Option<string> _size = new("--size") { Description = "The numbers of a region: one number, or rows x columns such as 7x7.", HelpName = "SIZE", Required = true };
    private readonly Option<string> _scale = new("--scale") { Description = "What coordinates are multiplied by: the size of INPUT over that of the image that the regions speak of.", HelpName = "S", DefaultValueFactory = _ => "1" };

    public override IEnumerable<Option> Options => [_boxes.Option, _size, _scale];

    public override bool TakesIntegers => false;

    public override bool MakesPictures => false;

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        if (settings.Dims != 2) throw new UserError($"--dims is {settings.Dims}; regions are pooled along 2 axes.");
        base.Check(parse, settings, inputs);
        _boxes.Check(parse, inputs);
    }

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation)
    {
        ArrayAxes axes = ArrayAxes.WithChannels(input, file.Array, 2, settings.ChannelsLast);
        if (axes.Samples > 1) throw new UserError($"{input}: an array of {file.Array.Shape.Length} axes ({ArrayData.Text(file.Array.Shape)}); regions are pooled of channels and 2 spatial axes, with or without N before them.");
        using ArrayData boxes = _boxes.Read(parse, cancellation);
        bool isOneImage = axes.Samples == 0 || file.Array.Shape[0] == 1;
        if (boxes.Shape is not [_, 5] && !(boxes.Shape is [_, 4] && isOneImage)) throw _boxes.ShapeError(parse, boxes, input, file.Array.Shape, $"they must be R×5{(isOneImage ? " or R×4" : "")}");
        return new ArrayRegions(input, file.Array, (RoiPool)Layer(parse, 2, isPicture: false, settings.Threads), axes, ArrayView.Of(boxes), OptionsText(parse));
    }

    protected (Spatial Size, double Scale) Read(ParseResult parse) =>
        (Numbers.Spatial("--size", parse.GetValue(_size)!, 1), Numbers.Real("--scale", parse.GetValue(_scale)!, "a number greater than 0", n => n > 0));

    protected virtual string OptionsText(ParseResult parse) => $"{Read(parse).Size} scale {parse.GetValue(_scale)}";

    /// <summary>An array bound to a layer of regions.</summary>
    private sealed class ArrayRegions : ArrayCall
    {
        private readonly RoiPool _layer;
        private readonly ArrayData _boxes;

        public ArrayRegions(string name, ArrayData input, RoiPool layer, ArrayAxes axes, ArrayView boxes, string options)
            : base(name, input, axes, lengths => [boxes.Lengths[0], lengths[1], layer.OutputSize[0], layer.OutputSize[1]], ownBatch: true)
        {
            (_layer, Options) = (layer, options);
            using ArrayData complete = WithImages(boxes);
            ArrayView numbers = ArrayView.Of(complete);
            _boxes = input.Format.Code switch
            {
                "f2" => numbers.Convert<Half>("--rois", input.Format, isFortran: false),
                "f4" => numbers.Convert<float>("--rois", input.Format, isFortran: false),
                _ => numbers.Convert<double>("--rois", input.Format, isFortran: false),
            };
        }

        public override string Options { get; }

        public override double Reads => Output.Elements;

        public override void Dispose()
        {
            base.Dispose();
            _boxes.Dispose();
        }

        protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation) => _layer.Forward<T>(From.Span<T>(), ArrayView.Of(_boxes).Span<T>(), To.Span<T>(), progress, cancellation);

        /// <summary>Boxes of R×5; those of R×4 are all of image 0.</summary>
        private static ArrayData WithImages(ArrayView boxes)
        {
            ArrayData numbers = boxes.Convert<double>("--rois", ElementFormat.Float64, isFortran: false);
            if (numbers.Shape[1] == 5) return numbers;
            using ArrayData coordinates = numbers;
            var complete = new ArrayData("--rois", ElementFormat.Float64, [numbers.Shape[0], 5]);
            TensorSpan<double> to = ArrayView.Of(complete).Span<double>();
            if (complete.Elements == 0) return complete;
            to.Slice(NRange.All, ..1).Clear();
            ArrayView.Of(coordinates).Span<double>().CopyTo(to.Slice(NRange.All, 1..));
            return complete;
        }
    }
}

internal sealed class RoiAlignVerb() : RoiVerb("roi-align", "RoiAlign: of each region as many numbers per channel, each the mean of bilinear samples that lie evenly in its bin.")
{
    private readonly Option<string> _ratio = new("--sampling-ratio") { Description = "Samples per bin along each axis, to 1000; 0 for one per position, rounded up.", HelpName = "N", DefaultValueFactory = _ => "0" };
    private readonly Option<bool> _aligned = new("--aligned") { Description = "Coordinates half a position less, and regions of any size: torchvision's aligned, ONNX's half_pixel. [default: as they are, and regions at least 1 x 1]" };
    private readonly Option<string> _mode = new("--mode") { Description = "What is made of the samples: avg, or max, ONNX's, the greatest of their weighted corners.", HelpName = "avg|max", DefaultValueFactory = _ => "avg" };

    public override IEnumerable<Option> Options => [.. base.Options, _ratio, _aligned, _mode];

    public override RoiAlign Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        var (size, scale) = Read(parse);
        int ratio = (int)Numbers.Integer("--sampling-ratio", parse.GetValue(_ratio)!, "a whole number from 0 to 1000", n => n is >= 0 and <= 1000);
        RoiMode mode = parse.GetValue(_mode) switch
        {
            "avg" => RoiMode.Average,
            "max" => RoiMode.Max,
            var other => throw new UserError($"--mode is '{other}'; it must be avg or max."),
        };
        return new(size, scale, ratio, parse.GetValue(_aligned), mode) { MaxDegreeOfParallelism = threads };
    }

    protected override string OptionsText(ParseResult parse) =>
        $"{base.OptionsText(parse)}{(parse.GetValue(_ratio) is "0" ? "" : $" sampling-ratio {parse.GetValue(_ratio)}")}{(parse.GetValue(_aligned) ? " aligned" : "")}{(parse.GetValue(_mode) is "max" ? " max" : "")}";
}

internal sealed class RoiMaxVerb() : RoiVerb("roi-max", "RoI max pooling: of each region, its corners rounded to positions, as many numbers per channel, each the greatest value of its bin.")
{
    public override RoiMaxPool Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        var (size, scale) = Read(parse);
        return new(size, scale) { MaxDegreeOfParallelism = threads };
    }
}
