using System.CommandLine;

namespace Cenote.Cli;

internal sealed class MinVerb() : IndexedVerb("min", "Min pooling: each output is the least value in its window.", window: new())
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        return dims switch
        {
            1 => new MinPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new MinPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new MinPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}

internal sealed class GlobalMinVerb() : IndexedVerb("global-min", "Global min pooling: the least value of each channel.", isGlobal: true)
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads) => dims switch
    {
        1 => new GlobalMinPool1d { MaxDegreeOfParallelism = threads },
        2 => new GlobalMinPool2d { MaxDegreeOfParallelism = threads },
        _ => new GlobalMinPool3d { MaxDegreeOfParallelism = threads },
    };
}
