using System.CommandLine;

namespace Cenote.Cli;

/// <summary>The options of a window: how large it is and where it stands.</summary>
/// <param name="mostPadding">The most padding of a side, for the help.</param>
/// <param name="optional">Whether the command can do without a window.</param>
internal class WindowSettings(string mostPadding, bool optional = false)
{
    private readonly Option<string> _kernel = new("-k", "--kernel") { Description = $"Taps per window: one number, or one per axis (rows x columns) such as 2x3.{(optional ? " [default: none, as --stack has them]" : "")}", HelpName = "K", Required = !optional };
    private readonly Option<string?> _stride = new("-s", "--stride") { Description = "Step from window to window. [default: the kernel]", HelpName = "S" };
    private readonly Option<string> _padding = new("-p", "--padding") { Description = $"Taps outside the input on each side, at most {mostPadding}; where sides differ before:after, such as 1x0:0x1.", HelpName = "P", DefaultValueFactory = _ => "0" };

    public virtual IEnumerable<Option> Options => [_kernel, _stride, _padding];

    public int? Dims(ParseResult parse)
    {
        int rank = Kernel(parse).Rank;
        return rank == 1 ? null : rank;
    }

    public virtual WindowOptions Read(ParseResult parse) => new()
    {
        Kernel = Kernel(parse),
        Stride = parse.GetValue(_stride) is { } stride ? Numbers.Spatial("-s", stride, 1) : null,
        Padding = Numbers.Padding("-p", parse.GetValue(_padding)!),
    };

    /// <summary>Whether padding is given in numbers.</summary>
    protected bool HasPadding(ParseResult parse) => parse.GetResult(_padding) is { Implicit: false };

    /// <summary>The first of these options that is given; null where none is.</summary>
    public Option? Given(ParseResult parse) => Options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false });

    public bool HasKernel(ParseResult parse) => parse.GetResult(_kernel) is not null;

    private Spatial Kernel(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1);
}

/// <summary>The options of a sliding window.</summary>
internal sealed class SlidingWindowSettings(bool optional = false) : WindowSettings("(K - 1) x D", optional)
{
    private readonly Option<string?> _same = new("--same") { Description = "Padding for ceil(L / S) outputs, computed from the input: an odd one goes after it (upper) or before it (lower). [default: none, as -p says]", HelpName = "upper|lower" };
    private readonly Option<string> _dilation = new("-d", "--dilation") { Description = "Distance between the taps of one window.", HelpName = "D", DefaultValueFactory = _ => "1" };
    private readonly Option<bool> _ceil = new("--ceil") { Description = "Round the output size up, so that the last window may overhang. [default: down]" };

    public override IEnumerable<Option> Options => [.. base.Options, _same, _dilation, _ceil];

    public override WindowOptions Read(ParseResult parse)
    {
        WindowOptions window = base.Read(parse) with { Dilation = Numbers.Spatial("-d", parse.GetValue(_dilation)!, 1), CeilMode = parse.GetValue(_ceil) };
        string? same = parse.GetValue(_same);
        if (same is not null && HasPadding(parse)) throw new UserError("--same and -p are both given; --same computes the padding.");
        return same switch
        {
            null => window,
            "upper" => window with { Padding = Padding.SameUpper },
            "lower" => window with { Padding = Padding.SameLower },
            _ => throw new UserError($"--same is '{same}'; it must be upper or lower."),
        };
    }
}
