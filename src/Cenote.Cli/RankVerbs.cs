using System.CommandLine;

namespace Cenote.Cli;

internal sealed class MedianVerb() : IndexedVerb("median", "Median pooling: each output is the middle value of its window, of an even number the lower.", window: new())
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        return dims switch
        {
            1 => new MedianPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new MedianPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new MedianPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}

internal sealed class ModeVerb() : PoolVerb("mode", "Mode pooling of labels: each output is the most frequent value of its window, of several the smallest; integers only.", window: new())
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        return dims switch
        {
            1 => new ModePool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new ModePool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new ModePool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}
