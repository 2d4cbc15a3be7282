using System.CommandLine;

namespace Cenote.Cli;

/// <summary>One operator on the command line: its options, and the layer that they make.</summary>
internal abstract class Verb(string name, string description)
{
    public string Name => name;

    public string Description => description;

    /// <summary>The options of this operator, beside those that every verb has.</summary>
    public abstract IEnumerable<Option> Options { get; }

    /// <summary>How many axes the options speak of; null where they hold for any number.</summary>
    public virtual int? Dims(ParseResult parse) => null;

    /// <exception cref="UserError">An option's value is not allowed.</exception>
    public abstract PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads);

    public static IReadOnlyList<Verb> All => [new MaxVerb(), new AvgVerb(), new GlobalAvgVerb(), new GlobalMaxVerb(), new AdaptiveAvgVerb(), new AdaptiveMaxVerb(), new SumVerb(), new GlobalSumVerb()];
}

/// <summary>The options of a sliding window.</summary>
/// <param name="optional">Whether the command can do without a window.</param>
internal sealed class WindowSettings(bool optional = false)
{
    private readonly Option<string> _kernel = new("-k", "--kernel") { Description = "Taps per window: one number, or one per axis (rows x columns) such as 2x3.", HelpName = "K", Required = !optional };
    private readonly Option<string?> _stride = new("-s", "--stride") { Description = "Step from window to window. [default: the kernel]", HelpName = "S" };
    private readonly Option<string> _padding = new("-p", "--padding") { Description = "Taps outside the input on each side; at most (K - 1) x D.", HelpName = "P", DefaultValueFactory = _ => "0" };
    private readonly Option<string> _dilation = new("-d", "--dilation") { Description = "Distance between the taps of one window.", HelpName = "D", DefaultValueFactory = _ => "1" };
    private readonly Option<bool> _ceil = new("--ceil") { Description = "Round the output size up, so that the last window may overhang. [default: down]" };

    public IEnumerable<Option> Options => [_kernel, _stride, _padding, _dilation, _ceil];

    public int? Dims(ParseResult parse)
    {
        int rank = Kernel(parse).Rank;
        return rank == 1 ? null : rank;
    }

    public WindowOptions Read(ParseResult parse) => new()
    {
        Kernel = Kernel(parse),
        Stride = parse.GetValue(_stride) is { } stride ? Numbers.Spatial("-s", stride, 1) : null,
        Padding = Numbers.Spatial("-p", parse.GetValue(_padding)!, 0),
        Dilation = Numbers.Spatial("-d", parse.GetValue(_dilation)!, 1),
        CeilMode = parse.GetValue(_ceil),
    };

    /// <summary>The first of these options that is given; null where none is.</summary>
    public Option? Given(ParseResult parse) => Options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false });

    public bool HasKernel(ParseResult parse) => parse.GetResult(_kernel) is not null;

    private Spatial Kernel(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1);
}

internal sealed class MaxVerb() : Verb("max", "Max pooling: each output is the greatest value in its window.")
{
    private readonly WindowSettings _window = new();
    private readonly Option<bool> _zero = new("--zero-padding") { Description = "Let padded taps count as zeros. [default: padding takes no part in a maximum]" };

    public override IEnumerable<Option> Options => [.. _window.Options, _zero];

    public override int? Dims(ParseResult parse) => _window.Dims(parse);

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads) =>
        Make(_window.Read(parse), dims, threads, parse.GetValue(_zero));

    public static MaxPool Make(WindowOptions o, int dims, int threads = 1, bool zeroPadding = false) => dims switch
    {
        1 => new MaxPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
        2 => new MaxPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
        _ => new MaxPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
    };
}

internal sealed class AvgVerb() : Verb("avg", "Average pooling: each output is the mean of its window.")
{
    private readonly WindowSettings _window = new();
    private readonly RoundOption _round = new();
    private readonly Option<bool> _exclude = new("--exclude-padding") { Description = "Divide by the taps inside the input only. [default: padded taps count]" };
    private readonly Option<string?> _divisor = new("--divisor") { Description = "Divide every sum by N, any whole number but 0. [default: the number of taps]", HelpName = "N" };

    public override IEnumerable<Option> Options => [.. _window.Options, _exclude, _divisor, _round.Option];

    public override int? Dims(ParseResult parse) => _window.Dims(parse);

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = _window.Read(parse);
        bool count = !parse.GetValue(_exclude);
        long? divisor = parse.GetValue(_divisor) is { } text ? Numbers.Integer("--divisor", text, "a whole number of 64 bits other than 0", n => n != 0) : null;
        IntegerRounding rounding = _round.Read(parse, isPicture);
        return dims switch
        {
            1 => new AvgPool1d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            2 => new AvgPool2d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            _ => new AvgPool3d(o.Kernel, o.Stride, o.Padding, o.CeilMode, count, divisor, o.Dilation) { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
        };
    }
}

internal sealed class GlobalAvgVerb() : Verb("global-avg", "Global average pooling: one mean per channel.")
{
    private readonly RoundOption _round = new();

    public override IEnumerable<Option> Options => [_round.Option];

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        IntegerRounding rounding = _round.Read(parse, isPicture);
        return dims switch
        {
            1 => new GlobalAvgPool1d { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            2 => new GlobalAvgPool2d { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
            _ => new GlobalAvgPool3d { MaxDegreeOfParallelism = threads, IntegerRounding = rounding },
        };
    }
}

internal sealed class GlobalMaxVerb() : Verb("global-max", "Global max pooling: the greatest value of each channel.")
{
    public override IEnumerable<Option> Options => [];

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads) => dims switch
    {
        1 => new GlobalMaxPool1d { MaxDegreeOfParallelism = threads },
        2 => new GlobalMaxPool2d { MaxDegreeOfParallelism = threads },
        _ => new GlobalMaxPool3d { MaxDegreeOfParallelism = threads },
    };
}

/// <summary>How averages of integers round.</summary>
internal sealed class RoundOption
{
    public Option<string?> Option { get; } = new("--round") { Description = "How averages of integers round: trunc (toward zero) or nearest (halves to even). [default: nearest for pictures, trunc for arrays]", HelpName = "trunc|nearest" };

    public IntegerRounding Read(ParseResult parse, bool isPicture) => parse.GetValue(Option) switch
    {
        null => isPicture ? IntegerRounding.NearestEven : IntegerRounding.TowardZero,
        "trunc" => IntegerRounding.TowardZero,
        "nearest" => IntegerRounding.NearestEven,
        var other => throw new UserError($"--round is '{other}'; it must be trunc or nearest."),
    };
}
