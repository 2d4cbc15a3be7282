using System.CommandLine;

namespace Cenote.Cli;

/// <summary>The options of a window: how large it is and where it stands.</summary>
/// <param name="mostPadding">The most padding of a side, for the help.</param>
internal class WindowSettings(string mostPadding)
{
    private readonly Option<string> _kernel = new("-k", "--kernel") { Description = "Taps per window: one number, or one per axis (rows x columns) such as 2x3.", HelpName = "K", Required = true };
    private readonly Option<string?> _stride = new("-s", "--stride") { Description = "Step from window to window. [default: the kernel]", HelpName = "S" };
    private readonly Option<string> _padding = new("-p", "--padding") { Description = $"Taps outside the input on each side; at most {mostPadding}.", HelpName = "P", DefaultValueFactory = _ => "0" };

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
        Padding = Numbers.Spatial("-p", parse.GetValue(_padding)!, 0),
    };

    private Spatial Kernel(ParseResult parse) => Numbers.Spatial("-k", parse.GetValue(_kernel)!, 1);
}

/// <summary>The options of a sliding window.</summary>
internal sealed class SlidingWindowSettings() : WindowSettings("(K - 1) x D")
{
    private readonly Option<string> _dilation = new("-d", "--dilation") { Description = "Distance between the taps of one window.", HelpName = "D", DefaultValueFactory = _ => "1" };
    private readonly Option<bool> _ceil = new("--ceil") { Description = "Round the output size up, so that the last window may overhang. [default: down]" };

    public override IEnumerable<Option> Options => [.. base.Options, _dilation, _ceil];

    public override WindowOptions Read(ParseResult parse) => base.Read(parse) with
    {
        Dilation = Numbers.Spatial("-d", parse.GetValue(_dilation)!, 1),
        CeilMode = parse.GetValue(_ceil),
    };
}
