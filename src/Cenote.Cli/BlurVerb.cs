using System.CommandLine;

namespace Cenote.Cli;

internal sealed class BlurVerb() : PoolVerb("blur", "Blur pooling: each output is its neighbourhood through a binomial filter, so that nothing finer than the output survives.")
{
    private readonly Option<string> _taps = new("-k", "--taps") { Description = "The taps of the filter along each axis, to 1000.", HelpName = "N", DefaultValueFactory = _ => "3" };
    private readonly Option<string> _stride = new("-s", "--stride") { Description = "Step from output to output: one number, or one per axis (rows x columns) such as 2x3.", HelpName = "S", DefaultValueFactory = _ => "2" };

    public override IEnumerable<Option> Options => [_taps, _stride];

    public override int? Dims(ParseResult parse) => Stride(parse).Rank is var rank && rank == 1 ? null : rank;

    public override string DimsOption => "-s";

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        int taps = (int)Numbers.Integer("-k", parse.GetValue(_taps)!, "a whole number from 1 to 1000", n => n is >= 1 and <= 1000);
        Spatial stride = Stride(parse);
        return dims switch
        {
            1 => new BlurPool1d(taps, stride) { MaxDegreeOfParallelism = threads },
            2 => new BlurPool2d(taps, stride) { MaxDegreeOfParallelism = threads },
            _ => new BlurPool3d(taps, stride) { MaxDegreeOfParallelism = threads },
        };
    }

    private Spatial Stride(ParseResult parse) => Numbers.Spatial("-s", parse.GetValue(_stride)!, 1);
}
