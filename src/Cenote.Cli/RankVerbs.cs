using System.CommandLine;

namespace Cenote.Cli;

internal sealed class MedianVerb() : IndexedVerb("median", "Median pooling: each output is the middle value of its window, of an even number the lower.")
{
    private readonly SlidingWindowSettings _window = new();

    public override IEnumerable<Option> Options => _window.Options;

    public override int? Dims(ParseResult parse) => _window.Dims(parse);

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = _window.Read(parse);
        return dims switch
        {
            1 => new MedianPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new MedianPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new MedianPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}

internal sealed class ModeVerb() : PoolVerb("mode", "Mode pooling of labels: each output is the most frequent value of its window, of several the smallest; integers only.")
{
    private readonly SlidingWindowSettings _window = new();

    public override IEnumerable<Option> Options => _window.Options;

    public override int? Dims(ParseResult parse) => _window.Dims(parse);

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = _window.Read(parse);
        return dims switch
        {
            1 => new ModePool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new ModePool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new ModePool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}
