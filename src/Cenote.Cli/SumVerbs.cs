using System.CommandLine;

namespace Cenote.Cli;

internal sealed class SumVerb() : PoolVerb("sum", "Sum pooling: each output is the sum of its window; of integers at most their type's largest.", window: new())
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        return dims switch
        {
            1 => new SumPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new SumPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new SumPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}

internal sealed class GlobalSumVerb() : PoolVerb("global-sum", "Global sum pooling: one sum per channel; of integers at most their type's largest.", isGlobal: true)
{
    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads) => dims switch
    {
        1 => new GlobalSumPool1d { MaxDegreeOfParallelism = threads },
        2 => new GlobalSumPool2d { MaxDegreeOfParallelism = threads },
        _ => new GlobalSumPool3d { MaxDegreeOfParallelism = threads },
    };
}
