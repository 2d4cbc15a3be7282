using System.CommandLine;

namespace Cenote.Cli;

/// <summary>The output size of an adaptive pooling.</summary>
internal sealed class SizeOption
{
    public Option<string> Option { get; } = new("--size") { Description = "The output's lengths: one number, or one per axis (rows x columns) such as 7x7; keep for the input's.", HelpName = "SIZE", Required = true };

    public int? Dims(ParseResult parse)
    {
        int rank = Read(parse).Rank;
        return rank == 1 ? null : rank;
    }

    public Spatial Read(ParseResult parse) => Numbers.Spatial("--size", parse.GetValue(Option)!, 1, keeps: true);
}

internal sealed class AdaptiveAvgVerb() : PoolVerb("adaptive-avg", "Adaptive average pooling: as many outputs as asked, each the mean of its share.")
{
    private readonly SizeOption _size = new();
    private readonly RoundOption _round = new();

    public override IEnumerable<Option> Options => [_size.Option, _round.Option];

    public override int? Dims(ParseResult parse) => _size.Dims(parse);

    public override string DimsOption => "--size";

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        Spatial size = _size.Read(parse);
        IntegerRounding rounding = _round.Read(parse, isPicture);
        return dims switch
        {
            1 => new AdaptiveAvgPool1d(size) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            2 => new AdaptiveAvgPool2d(size) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            _ => new AdaptiveAvgPool3d(size) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
        };
    }
}

internal sealed class AdaptiveMaxVerb() : IndexedVerb("adaptive-max", "Adaptive max pooling: as many outputs as asked, each the greatest value of its share.")
{
    private readonly SizeOption _size = new();

    public override IEnumerable<Option> Options => [_size.Option];

    public override int? Dims(ParseResult parse) => _size.Dims(parse);

    public override string DimsOption => "--size";

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        Spatial size = _size.Read(parse);
        return dims switch
        {
            1 => new AdaptiveMaxPool1d(size) { MaxDegreeOfParallelism = threads },
            2 => new AdaptiveMaxPool2d(size) { MaxDegreeOfParallelism = threads },
            _ => new AdaptiveMaxPool3d(size) { MaxDegreeOfParallelism = threads },
        };
    }
}
