using System.CommandLine;

namespace Cenote.Cli;

/// <summary>One operator on the command line: its options, and the layer that they make.</summary>
internal abstract class Verb(string name, string description)
{
    public string Name => name;

    public string Description => description;

    /// <summary>The options that make the layer.</summary>
    public abstract IEnumerable<Option> Options { get; }

    /// <summary>Those that name files, beside the input and the output.</summary>
    public virtual IEnumerable<Option> FileOptions => [];

    /// <summary>How many axes the options speak of; null where they hold for any number.</summary>
    public virtual int? Dims(ParseResult parse) => null;

    /// <summary>The option that says so.</summary>
    public virtual string DimsOption => "-k";

    /// <summary>Whether integers are pooled as they are; otherwise as floating-point numbers.</summary>
    public virtual bool TakesIntegers => true;

    /// <summary>Whether what a picture is pooled to is one.</summary>
    public virtual bool MakesPictures => true;

    /// <exception cref="UserError">An option's value is not allowed.</exception>
    public abstract Layer Layer(ParseResult parse, int dims, bool isPicture, int threads);

    /// <summary>The file that the indices of the maxima are to be written to; null for none.</summary>
    public virtual string? IndicesOutput(ParseResult parse) => null;

    /// <summary>Whether the user can name a device.</summary>
    public virtual bool TakesDevice => false;

    /// <summary>Whether a name can be given to the output: there is one.</summary>
    public virtual bool HasOneOutput => true;

    /// <summary>What the names of the outputs end in, where none is given.</summary>
    public virtual IEnumerable<string> Suffixes(ParseResult parse) => [name];

    /// <summary>Refuses what no input could satisfy, before any file is opened.</summary>
    /// <exception cref="UserError">An option's value is not allowed.</exception>
    public virtual void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs) => Layer(parse, settings.Dims, isPicture: false, settings.Threads);

    /// <summary>Binds the layer to an input; the caller disposes of the call.</summary>
    /// <exception cref="UserError">The input does not suit it.</exception>
    public abstract ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation);

    public static IReadOnlyList<Verb> All =>
    [
        new MaxVerb(), new AvgVerb(), new GlobalAvgVerb(), new GlobalMaxVerb(), new AdaptiveAvgVerb(), new AdaptiveMaxVerb(), new SumVerb(), new GlobalSumVerb(), new LpVerb(), new GlobalLpVerb(),
        new MinVerb(), new GlobalMinVerb(), new FractionalMaxVerb(), new MedianVerb(), new ModeVerb(), new StochasticVerb(),
        new GeMVerb(), new GlobalGeMVerb(), new SoftVerb(), new BlurVerb(), new SppVerb(), new SppfVerb(), new RoiAlignVerb(), new RoiMaxVerb(),
        new ReduceVerb(), new PyramidVerb(),
        new UnpoolVerb(),
    ];
}

/// <summary>An operator that pools.</summary>
/// <param name="name">Its name on the command line.</param>
/// <param name="description">What it does.</param>
/// <param name="isGlobal">Whether its one window can leave out padded samples.</param>
/// <param name="window">The options of its windows, if they slide.</param>
internal abstract class PoolVerb(string name, string description, bool isGlobal = false, SlidingWindowSettings? window = null) : Verb(name, description)
{
    private readonly MaskOptions? _mask = isGlobal ? new() : null;

    protected SlidingWindowSettings Window => window!;

    public override IEnumerable<Option> Options => window?.Options ?? [];

    public override int? Dims(ParseResult parse) => window?.Dims(parse);

    public override bool TakesDevice => true;

    public override IEnumerable<Option> FileOptions => _mask?.Options ?? [];

    public abstract override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads);

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation)
    {
        PoolLayer layer = Layer(parse, file.IsPicture ? 2 : settings.Dims, file.IsPicture, settings.Threads);
        ArrayAxes axes = ArrayAxes.Of(input, file.Array, layer.SpatialRank, settings.ChannelsLast || file.IsPicture);
        bool withIndices = IndicesOutput(parse) is not null;
        return _mask?.Read(parse, input, file.Array, axes, cancellation) is { } masked
            ? new ArrayMasking(input, file.Array, layer, masked.Axes, masked.Mask, withIndices, settings.Device)
            : new ArrayPooling(input, file.Array, layer, axes, withIndices, settings.Device);
    }

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        base.Check(parse, settings, inputs);
        _mask?.Check(parse, inputs);
    }
}

/// <summary>An operator whose outputs are each one element of the input: it can say which.</summary>
internal abstract class IndexedVerb(string name, string description, bool isGlobal = false, SlidingWindowSettings? window = null) : PoolVerb(name, description, isGlobal, window)
{
    private readonly Option<string?> _indices = new("--indices") { Description = "Also write where each chosen value lay, as PyTorch's return_indices does: an .npy of int64 positions in the plane (row x width + column), of the output's shape (C x H x W for a picture); - is standard output. For one input. [default: none]", HelpName = "INDICES" };

    public override IEnumerable<Option> FileOptions => [.. base.FileOptions, _indices];

    public override string? IndicesOutput(ParseResult parse) => parse.GetValue(_indices);

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        base.Check(parse, settings, inputs);
        // An array that is pooled and then overwritten by its own indices is a slip, whatever --force says.
        if (IndicesOutput(parse) is { } output and not ("-" or "") && inputs.Any(input => input != "-" && Path.GetFullPath(input) == Path.GetFullPath(output)))
            throw new UserError($"--indices is '{output}', which is the input; the indices need a file of their own.");
        if (inputs.Count > 1 && IndicesOutput(parse) is { } path) throw new UserError($"--indices is '{path}', one file, and {inputs.Count} inputs are given; it takes one input.");
    }
}

internal sealed class MaxVerb() : IndexedVerb("max", "Max pooling: each output is the greatest value in its window.", window: new())
{
    private readonly Option<bool> _zero = new("--zero-padding") { Description = "Let padded taps count as zeros. [default: padding takes no part in a maximum]" };

    public override IEnumerable<Option> Options => [.. Window.Options, _zero];

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads) =>
        Make(Window.Read(parse), dims, threads, parse.GetValue(_zero));

    public static MaxPool Make(WindowOptions o, int dims, int threads = 1, bool zeroPadding = false) => dims switch
    {
        1 => new MaxPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
        2 => new MaxPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
        _ => new MaxPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode) { MaxDegreeOfParallelism = threads, ZeroPadding = zeroPadding },
    };
}

internal sealed class AvgVerb() : PoolVerb("avg", "Average pooling: each output is the mean of its window.", window: new())
{
    private readonly RoundOption _round = new();
    private readonly Option<bool> _exclude = new("--exclude-padding") { Description = "Divide by the taps inside the input only. [default: padded taps count]" };
    private readonly Option<string?> _divisor = new("--divisor") { Description = "Divide every sum by N, any whole number but 0. [default: the number of taps]", HelpName = "N" };

    public override IEnumerable<Option> Options => [.. Window.Options, _exclude, _divisor, _round.Option];

    public override PoolLayer Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = Window.Read(parse);
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

internal sealed class GlobalAvgVerb() : PoolVerb("global-avg", "Global average pooling: one mean per channel.", isGlobal: true)
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

internal sealed class GlobalMaxVerb() : IndexedVerb("global-max", "Global max pooling: the greatest value of each channel.", isGlobal: true)
{
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
