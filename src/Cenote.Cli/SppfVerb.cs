using System.CommandLine;

namespace Cenote.Cli;

/// <summary>SPPF: the input, and a chain of equal maxima, side by side as channels.</summary>
internal sealed class SppfVerb() : Verb("sppf", "SPPF, YOLO's fast spatial pyramid: the input and a chain of equal max poolings of stride 1, each over the one before, side by side as channels.")
{
    private readonly Option<string> _kernel = new("-k", "--kernel") { Description = "Taps per window, odd: one number, or one per axis (rows x columns) such as 3x5.", HelpName = "K", DefaultValueFactory = _ => "5" };
    private readonly Option<string> _count = new("--count") { Description = "How many poolings follow each other, to 1000.", HelpName = "N", DefaultValueFactory = _ => "3" };

    public override IEnumerable<Option> Options => [_kernel, _count];

    public override int? Dims(ParseResult parse) => Kernel(parse).Rank is > 1 and var rank ? rank : null;

    public override bool MakesPictures => false;

    public override SppfPool Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        Spatial kernel = Kernel(parse);
        int count = (int)Numbers.Integer("--count", parse.GetValue(_count)!, "a whole number from 1 to 1000", n => n is >= 1 and <= 1000);
        return dims switch
        {
            1 => new SppfPool1d(kernel, count) { MaxDegreeOfParallelism = threads },
            2 => new SppfPool2d(kernel, count) { MaxDegreeOfParallelism = threads },
            _ => new SppfPool3d(kernel, count) { MaxDegreeOfParallelism = threads },
        };
    }

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation) =>
        new ArrayChain(input, file.Array, Layer(parse, settings.Dims, isPicture: false, settings.Threads), ArrayAxes.WithChannels(input, file.Array, settings.Dims, settings.ChannelsLast), $"k{Kernel(parse)} count {parse.GetValue(_count)}");

    private Spatial Kernel(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1);

    /// <summary>An array bound to a chain.</summary>
    private sealed class ArrayChain(string name, ArrayData input, SppfPool layer, ArrayAxes axes, string options) : ArrayCall(name, input, axes, lengths => layer.OutputShape(lengths))
    {
        public override string Options => options;

        public override double Reads => Output.Elements;

        protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation) => layer.Forward<T>(From.Span<T>(), To.Span<T>(), progress, cancellation);
    }
}
