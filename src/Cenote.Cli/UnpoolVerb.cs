using System.CommandLine;

namespace Cenote.Cli;

/// <summary>Max unpooling: the way back from a maximum and its indices.</summary>
internal sealed class UnpoolVerb() : Verb("unpool", "Max unpooling: puts each maximum back where its index says, with zeros everywhere else.")
{
    private readonly ArrayOption _indices = new("--indices", "INDICES", "Where each value of INPUT lay, as max --indices and PyTorch's return_indices tell it: an .npy of integers of INPUT's shape (C x H x W for a picture), -1 for nowhere; - is an array from standard input.", "indices are an npy array of integers", format => format.IsInteger, isRequired: true);
    private readonly WindowSettings _window = new("K - 1");
    private readonly Option<string?> _size = new("--size") { Description = "The output's spatial lengths: one number, or one per axis such as 8x8. Give those of the array that was pooled where the default differs: indices count in its planes. [default: (L - 1) x S - 2 x P + K]", HelpName = "SIZE" };

    public override IEnumerable<Option> Options => [_indices.Option, .. _window.Options, _size];

    public override bool TakesDevice => true;

    public override int? Dims(ParseResult parse) => _window.Dims(parse);

    public override MaxUnpool Layer(ParseResult parse, int dims, bool isPicture, int threads)
    {
        WindowOptions o = _window.Read(parse);
        return dims switch
        {
            1 => new MaxUnpool1d(o.Kernel, o.Stride, o.Padding) { MaxDegreeOfParallelism = threads },
            2 => new MaxUnpool2d(o.Kernel, o.Stride, o.Padding) { MaxDegreeOfParallelism = threads },
            _ => new MaxUnpool3d(o.Kernel, o.Stride, o.Padding) { MaxDegreeOfParallelism = threads },
        };
    }

    public override void Check(ParseResult parse, Settings settings, IReadOnlyList<string> inputs)
    {
        base.Check(parse, settings, inputs);
        if (Size(parse) is { Rank: > 1 } size && size.Rank != settings.Dims)
            throw new UserError($"--size has {size.Rank} numbers, and {settings.Dims} axes are spatial; they must agree (see --dims).");
        _indices.Check(parse, inputs);
    }

    public override ArrayCall Bind(ParseResult parse, Settings settings, string input, InputFile file, CancellationToken cancellation)
    {
        using ArrayData indices = _indices.Read(parse, cancellation);
        if (!indices.Shape.AsSpan().SequenceEqual(file.Shape)) throw _indices.ShapeError(parse, indices, input, file.Shape, "they must have the same shape");
        MaxUnpool layer = Layer(parse, settings.Dims, file.IsPicture, settings.Threads);
        ArrayView view = ArrayView.Of(indices);
        return new ArrayUnpooling(input, file.Array, layer, settings.ChannelsLast || file.IsPicture, Size(parse), file.IsPicture ? view.Permute(1, 2, 0) : view, settings.Device);
    }

    private Spatial? Size(ParseResult parse) => parse.GetValue(_size) is { } size ? Numbers.Spatial("--size", size, 1) : null;
}
