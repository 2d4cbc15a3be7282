using System.CommandLine;
using System.Globalization;

namespace Cenote.Cli;

/// <summary>How blocks are reduced: what becomes of them, of their rests, and which elements are data.</summary>
internal sealed class ReductionSettings
{
    private readonly Option<string> _method = new("--method") { Description = "What a block becomes: mean, max, min, sum, rms (root mean square), median or mode (of labels).", HelpName = "METHOD", DefaultValueFactory = _ => "mean" };
    private readonly Option<string> _edge = new("--edge") { Description = "What becomes of a rest at the end of an axis: partial (a smaller block), drop, or pad (zeros fill the block up).", HelpName = "partial|drop|pad", DefaultValueFactory = _ => "partial" };
    private readonly Option<bool> _ignoreNaN = new("--ignore-nan") { Description = "NaN is no data, and takes no part. [default: it propagates]" };
    private readonly Option<string?> _noData = new("--nodata") { Description = "The number that is no data (nan, inf and -inf too): it takes no part, and stands where too little data is. [default: none]", HelpName = "V" };
    private readonly Option<string> _minCount = new("--min-count") { Description = "The fewest elements of data that make an output; with fewer it is V, or NaN.", HelpName = "N", DefaultValueFactory = _ => "1" };
    private readonly RoundOption _round = new();

    public IEnumerable<Option> Options => [_method, _edge, _ignoreNaN, _noData, _minCount, _round.Option];

    public BlockReduce Layer(ParseResult parse, Spatial block, int dims, bool isPicture, int threads)
    {
        Reduction method = parse.GetValue(_method) switch
        {
            "mean" => Reduction.Mean,
            "max" => Reduction.Max,
            "min" => Reduction.Min,
            "sum" => Reduction.Sum,
            "rms" => Reduction.RootMeanSquare,
            "median" => Reduction.Median,
            "mode" => Reduction.Mode,
            var other => throw new UserError($"--method is '{other}'; it must be mean, max, min, sum, rms, median or mode."),
        };
        BlockEdge edge = parse.GetValue(_edge) switch
        {
            "partial" => BlockEdge.Partial,
            "drop" => BlockEdge.Drop,
            "pad" => BlockEdge.Pad,
            var other => throw new UserError($"--edge is '{other}'; it must be partial, drop or pad."),
        };
        bool ignoreNaN = parse.GetValue(_ignoreNaN);
        double? noData = NoData(parse);
        long least = Numbers.Integer("--min-count", parse.GetValue(_minCount)!, "a whole number from 1", n => n >= 1);
        IntegerRounding rounding = _round.Read(parse, isPicture);
        return dims switch
        {
            1 => new BlockReduce1d(block, method) { Edge = edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
            2 => new BlockReduce2d(block, method) { Edge = edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
            _ => new BlockReduce3d(block, method) { Edge = edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
        };
    }

    private double? NoData(ParseResult parse)
    {
        if (parse.GetValue(_noData) is not { } text) return null;
        return text switch
        {
            "nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => Numbers.Real("--nodata", text, "a number, nan, inf or -inf", _ => true),
        };
    }
}

internal sealed class ReduceVerb() : PoolVerb("reduce", "Reduces blocks that lie side by side: mean, maximum, minimum, sum, root mean square, median or mode of the elements that are data.")
{
    private readonly Option<string> _block = new("-k", "--block") { Description = "Elements per block: one number, or one per axis (rows x columns) such as 2x3.", HelpName = "K", Required = true };
    private readonly ReductionSettings _reduction = new();
    private readonly ArrayOption _weights = new("--weights", "WEIGHTS", "How much each element counts in a mean or a sum: an .npy of numbers of INPUT's shape, or of its spatial lengths (H x W) for all planes; 0 leaves an element out. [default: all count alike]", "weights are an npy array of numbers", _ => true);

    public override IEnumerable<Option> Options => [_block, .. _reduction.Options];

    public override IEnumerable<Option> FileOptions => [_weights.Option];

    public override int? Dims(ParseResult parse) => Block(parse).Rank is > 1 and var rank ? rank : null;

    public override BlockReduce Layer(ParseResult parse, int dims, bool isPicture, int threads) => _reduction.Layer(parse, Block(parse), dims, isPicture, threads);

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        base.Check(parse, settings, inputs);
        _weights.Check(parse, inputs);
        if (_weights.IsGiven(parse) && Layer(parse, settings.Dims, isPicture: false, threads: 1).Method is not (Reduction.Mean or Reduction.Sum)) throw new UserError("--weights are given, and --method is neither mean nor sum; no other method has weights.");
    }

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation)
    {
        if (!_weights.IsGiven(parse)) return base.Bind(parse, settings, input, file, cancellation);
        BlockReduce layer = Layer(parse, file.IsPicture ? 2 : settings.Dims, file.IsPicture, settings.Threads);
        ArrayAxes axes = ArrayAxes.Of(input, file.Array, layer.SpatialRank, settings.ChannelsLast || file.IsPicture);
        using ArrayData weights = _weights.Read(parse, cancellation);
        nint[] spatial = file.Array.Shape[axes.First..(axes.First + axes.Dims)];
        bool isWhole = weights.Shape.AsSpan().SequenceEqual(file.Shape);
        if (!isWhole && !weights.Shape.AsSpan().SequenceEqual(spatial)) throw _weights.ShapeError(parse, weights, input, file.Shape, $"they must have the same shape, or weights be {ArrayData.Text(spatial)}");
        ArrayView view = ArrayView.Of(weights);
        return new ArrayWeighting(input, file.Array, layer, axes, isWhole && file.IsPicture ? view.Permute(1, 2, 0) : view, settings.Device);
    }

    private Spatial Block(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_block)!, 1);
}

internal sealed class PyramidVerb() : Verb("pyramid", "Several reductions from one read: blocks of K, of K squared, and so on; each level is made of the input, not of the level before.")
{
    private readonly Option<string> _levels = new("--levels") { Description = "How many levels.", HelpName = "N", Required = true };
    private readonly Option<string> _factor = new("-k", "--factor") { Description = "By how much a level is smaller than the one before: one number, or one per axis such as 1x2x2.", HelpName = "K", DefaultValueFactory = _ => "2" };
    private readonly ReductionSettings _reduction = new();

    public override IEnumerable<Option> Options => [_levels, _factor, .. _reduction.Options];

    public override bool HasOneOutput => false;

    public override int? Dims(ParseResult parse) => Factor(parse).Rank is > 1 and var rank ? rank : null;

    public override BlockReduce Layer(ParseResult parse, int dims, bool isPicture, int threads) => _reduction.Layer(parse, Factor(parse), dims, isPicture, threads);

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs) => Layer(parse, settings.Dims, isPicture: false, settings.Threads).AtLevel(Levels(parse));

    public override IEnumerable<string> Suffixes(ParseResult parse) => Enumerable.Range(1, Levels(parse)).Select(level => level.ToString(CultureInfo.InvariantCulture));

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation) =>
        new ArrayPyramid(input, file.Array, Layer(parse, file.IsPicture ? 2 : settings.Dims, file.IsPicture, settings.Threads), settings.ChannelsLast || file.IsPicture, Levels(parse));

    // Factors of 1 could go on for ever.
    private int Levels(ParseResult parse) => (int)Numbers.Integer("--levels", parse.GetValue(_levels)!, "a whole number from 1 to 62", n => n is >= 1 and <= 62);

    private Spatial Factor(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_factor)!, 1);
}
