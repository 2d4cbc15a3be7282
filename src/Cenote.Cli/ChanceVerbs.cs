using System.CommandLine;
using System.Globalization;

namespace Cenote.Cli;

/// <summary>What is drawn from, where chance decides.</summary>
internal sealed class SeedOption
{
    public Option<string> Option { get; } = new("--seed") { Description = "What chance is drawn from, a whole number: the same seed gives the same output.", HelpName = "N", DefaultValueFactory = _ => "0" };

    public ulong Read(ParseResult parse)
    {
        string text = parse.GetValue(Option)!;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : throw new UserError($"--seed is '{text}'; it must be a whole number from 0 to {ulong.MaxValue}.");
    }
}

internal sealed class FractionalMaxVerb() : IndexedVerb("fractional-max", "Fractional max pooling: as many outputs as asked, each the greatest value of a window whose place chance shifts.")
{
    private readonly Option<string> _kernel = new("-k", "--kernel") { Description = "Taps per window: one number, or one per axis (rows x columns) such as 2x3.", HelpName = "K", Required = true };
    private readonly Option<string> _size = new("--size") { Description = "The output's lengths: one number, or one per axis (rows x columns) such as 7x7.", HelpName = "SIZE", Required = true };
    private readonly SeedOption _seed = new();

    public override IEnumerable<Option> Options => [_kernel, _size, _seed.Option];

    public override int? Dims(ParseResult parse)
    {
        int kernel = Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1).Rank, size = Numbers.Spatial("--size", parse.GetValue(_size)!, 1).Rank;
        if (kernel > 1 && size > 1 && kernel != size) throw new UserError($"-k has {kernel} numbers, and --size {size}; they must agree.");
        return Math.Max(kernel, size) is var rank && rank > 1 ? rank : null;
    }

    public override string DimsOption => "-k or --size";

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        Spatial kernel = Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1), size = Numbers.Spatial("--size", parse.GetValue(_size)!, 1);
        ulong seed = _seed.Read(parse);
        return dims switch
        {
            1 => new FractionalMaxPool1d(kernel, size) { MaxDegreeOfParallelism = threads, Seed = seed },
            2 => new FractionalMaxPool2d(kernel, size) { MaxDegreeOfParallelism = threads, Seed = seed },
            _ => new FractionalMaxPool3d(kernel, size) { MaxDegreeOfParallelism = threads, Seed = seed },
        };
    }
}

internal sealed class StochasticVerb() : IndexedVerb("stochastic", "Stochastic pooling: each output is a value of its window, the likelier the greater it is.", window: new())
{
    private readonly SeedOption _seed = new();
    private readonly Option<bool> _mean = new("--mean") { Description = "Give what a draw comes to on average, as networks do at inference. [default: draw]" };

    public override IEnumerable<Option> Options => [.. Window.Options, _seed.Option, _mean];

    public override bool TakesIntegers => false;

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        base.Check(parse, settings, inputs);
        if (parse.GetValue(_mean) && IndicesOutput(parse) is not null) throw new UserError("--mean and --indices are both given; a mean is no element of the input.");
        if (parse.GetValue(_mean) && parse.GetResult(_seed.Option) is { Implicit: false }) throw new UserError("--mean and --seed are both given; a mean draws nothing.");
    }

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        ulong seed = _seed.Read(parse);
        return (dims, parse.GetValue(_mean)) switch
        {
            (1, false) => new StochasticPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, Seed = seed },
            (2, false) => new StochasticPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, Seed = seed },
            (_, false) => new StochasticPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, Seed = seed },
            (1, true) => new StochasticMeanPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            (2, true) => new StochasticMeanPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            (_, true) => new StochasticMeanPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}
