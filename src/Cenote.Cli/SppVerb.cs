using System.CommandLine;

namespace Cenote.Cli;

/// <summary>Spatial pyramid pooling: several output sizes, one behind the other.</summary>
internal sealed class SppVerb() : Verb("spp", "Spatial pyramid pooling: the greatest value, or the mean, of each share for several output sizes, one behind the other along one axis.")
{
    private readonly Option<string> _sizes = new("--sizes") { Description = "The output sizes, joined by commas: each one number, or one per axis (rows x columns) such as 2x3.", HelpName = "SIZES", DefaultValueFactory = _ => "1,2,4" };
    private readonly Option<string> _mode = new("--mode") { Description = "What is made of each share: max or avg.", HelpName = "max|avg", DefaultValueFactory = _ => "max" };

    public override IEnumerable<Option> Options => [_sizes, _mode];

    public override int? Dims(ParseResult parse)
    {
        int[] ranks = [.. Sizes(parse).Select(size => size.Rank).Where(rank => rank > 1).Distinct()];
        if (ranks.Length > 1) throw new UserError($"--sizes is '{parse.GetValue(_sizes)}'; its sizes must have as many numbers as each other, or one.");
        return ranks.Length == 0 ? null : ranks[0];
    }

    public override string DimsOption => "--sizes";

    public override bool MakesPictures => false;

    public override SpatialPyramidPool Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        PyramidMode mode = parse.GetValue(_mode) switch
        {
            "max" => PyramidMode.Max,
            "avg" => PyramidMode.Average,
            var other => throw new UserError($"--mode is '{other}'; it must be max or avg."),
        };
        Spatial[] sizes = Sizes(parse);
        return dims switch
        {
            1 => new SpatialPyramidPool1d(sizes, mode) { MaxDegreeOfParallelism = threads },
            2 => new SpatialPyramidPool2d(sizes, mode) { MaxDegreeOfParallelism = threads },
            _ => new SpatialPyramidPool3d(sizes, mode) { MaxDegreeOfParallelism = threads },
        };
    }

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation) =>
        new ArrayPyramid(input, file.Array, Layer(parse, settings.Dims, isPicture: false, settings.Threads), parse.GetValue(_sizes)!, settings.ChannelsLast);

    private Spatial[] Sizes(ParseResult parse) => [.. parse.GetValue(_sizes)!.Split(',').Select(size => Numbers.Spatial($"--sizes is '{parse.GetValue(_sizes)}'; the size", size, 1))];

    /// <summary>An array bound to a pyramid.</summary>
    private sealed class ArrayPyramid(string name, ArrayData input, SpatialPyramidPool layer, string sizes, bool channelsLast)
        : ArrayCall(name, input, ArrayAxes.Of(name, input, layer.SpatialRank, channelsLast), lengths => layer.OutputShape(lengths))
    {
        public override string Options => $"{sizes}{(layer.Mode == PyramidMode.Average ? " avg" : "")}";

        /// <summary>Each size reads everything.</summary>
        public override double Reads => (double)From.Array.Elements * layer.Sizes.Length;

        protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation) => layer.Forward<T>(From.Span<T>(), To.Span<T>(), progress, cancellation);
    }
}
