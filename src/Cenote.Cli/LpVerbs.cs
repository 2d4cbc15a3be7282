using System.CommandLine;
using System.Globalization;

namespace Cenote.Cli;

/// <summary>The exponent of a norm.</summary>
internal sealed class NormOption
{
    public Option<string> Option { get; } = new("--norm") { Description = "The exponent, any number but 0; inf for the greatest magnitude.", HelpName = "P", Required = true };

    public double Read(ParseResult parse)
    {
        string text = parse.GetValue(Option)!;
        if (text is "inf") return double.PositiveInfinity;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double norm) && norm != 0 && double.IsFinite(norm) ? norm
            : throw new UserError($"--norm is '{text}'; it must be a number other than 0, or inf.");
    }
}

internal sealed class LpVerb() : PoolVerb("lp", "Power-average pooling: each output is the p-norm of its window, by PyTorch's formula.", window: new())
{
    private readonly NormOption _norm = new();
    private readonly Option<bool> _true = new("--true-norm") { Description = "The norm of magnitudes, as in ONNX. [default: PyTorch's formula, which keeps signs under odd exponents]" };

    public override IEnumerable<Option> Options => [_norm.Option, .. Window.Options, _true];

    public override bool TakesIntegers => false;

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        double norm = _norm.Read(parse);
        bool isTrue = parse.GetValue(_true);
        return dims switch
        {
            1 => new LpPool1d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, TrueNorm = isTrue },
            2 => new LpPool2d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, TrueNorm = isTrue },
            _ => new LpPool3d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, TrueNorm = isTrue },
        };
    }
}

internal sealed class GlobalLpVerb() : PoolVerb("global-lp", "Global power-average pooling: one norm per channel.", isGlobal: true)
{
    private readonly NormOption _norm = new();

    public override IEnumerable<Option> Options => [_norm.Option];

    public override bool TakesIntegers => false;

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        double norm = _norm.Read(parse);
        return dims switch
        {
            1 => new GlobalLpPool1d(norm) { MaxDegreeOfParallelism = threads },
            2 => new GlobalLpPool2d(norm) { MaxDegreeOfParallelism = threads },
            _ => new GlobalLpPool3d(norm) { MaxDegreeOfParallelism = threads },
        };
    }
}

/// <summary>Generalised means: the exponent is finite, and taps are clamped from below.</summary>
internal sealed class GeMOptions
{
    private readonly Option<string> _norm = new("--norm") { Description = "The exponent, any number but 0; the greater, the nearer to the maximum.", HelpName = "P", DefaultValueFactory = _ => "3" };
    private readonly Option<string> _least = new("--eps") { Description = "What lesser values count as; greater than 0.", HelpName = "E", DefaultValueFactory = _ => "1e-6" };

    public IEnumerable<Option> Options => [_norm, _least];

    public (double Norm, double Epsilon) Read(ParseResult parse) =>
        (Numbers.Real("--norm", parse.GetValue(_norm)!, "a number other than 0", n => n != 0), Numbers.Real("--eps", parse.GetValue(_least)!, "a number greater than 0", n => n > 0));
}

internal sealed class GeMVerb() : PoolVerb("gem", "Generalised-mean pooling: each output is the mean of P-th powers of its window, and its root.", window: new())
{
    private readonly GeMOptions _mean = new();

    public override IEnumerable<Option> Options => [.. _mean.Options, .. Window.Options];

    public override bool TakesIntegers => false;

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        var (norm, epsilon) = _mean.Read(parse);
        return dims switch
        {
            1 => new GeMPool1d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
            2 => new GeMPool2d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
            _ => new GeMPool3d(norm, o.Kernel, o.Stride, o.CeilMode, o.Padding, o.Dilation) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
        };
    }
}

internal sealed class GlobalGeMVerb() : PoolVerb("global-gem", "Global generalised-mean pooling: one number per channel.", isGlobal: true)
{
    private readonly GeMOptions _mean = new();

    public override IEnumerable<Option> Options => _mean.Options;

    public override bool TakesIntegers => false;

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        var (norm, epsilon) = _mean.Read(parse);
        return dims switch
        {
            1 => new GlobalGeMPool1d(norm) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
            2 => new GlobalGeMPool2d(norm) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
            _ => new GlobalGeMPool3d(norm) { MaxDegreeOfParallelism = threads, Epsilon = epsilon },
        };
    }
}

internal sealed class SoftVerb() : PoolVerb("soft", "Soft pooling: each output is the mean of its window, weighted by exponentials.", window: new())
{
    public override bool TakesIntegers => false;

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
        return dims switch
        {
            1 => new SoftPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            2 => new SoftPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
            _ => new SoftPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads },
        };
    }
}
