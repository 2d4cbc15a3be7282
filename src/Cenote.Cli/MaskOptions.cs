using System.CommandLine;
using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>Which positions of padded samples are real.</summary>
internal sealed class MaskOptions
{
    private readonly ArrayOption _mask = new("--mask", "MASK", "Which positions are real, the others being padding: an .npy of booleans or integers, 0 for padding, of INPUT's shape without its channels (N x H x W), or with them. [default: all are real]", "a mask is an npy array of integers or booleans", format => format.IsInteger);
    private readonly ArrayOption _lengths = new("--lengths", "LENGTHS", "How many positions of each sample are real, the first ones: an .npy of integers, one per sample, or one per sample and spatial axis (N x 2). [default: all are real]", "lengths are an npy array of integers", format => format.IsInteger);

    public IEnumerable<Option> Options => [_mask.Option, _lengths.Option];

    public void Check(ParseResult parse, IReadOnlyList<string> inputs)
    {
        if (_mask.IsGiven(parse) && _lengths.IsGiven(parse)) throw new UserError("--mask and --lengths are both given; one of them says what is real.");
        _mask.Check(parse, inputs);
        _lengths.Check(parse, inputs);
    }

    /// <summary>The mask for an array, and the array's axes with as many samples as the mask has; null where none is given.</summary>
    /// <exception cref="UserError">The mask does not suit the array.</exception>
    public (PoolMask Mask, ArrayAxes Axes)? Read(ParseResult parse, string input, ArrayData array, ArrayAxes axes, CancellationToken cancellation)
    {
        bool isMask = _mask.IsGiven(parse);
        if (!isMask && !_lengths.IsGiven(parse)) return null;
        ArrayOption option = isMask ? _mask : _lengths;
        using ArrayData read = option.Read(parse, cancellation);
        nint[] spatial = array.Shape[axes.First..(axes.First + axes.Dims)];
        // Channels share what is real; where they are part of the batch, the last axis before space is likely theirs.
        nint[][] tails = isMask ? [spatial] : [[], [axes.Dims]];
        foreach (int samples in axes.ChannelsLast || axes.First == 0 ? (int[])[axes.First] : [axes.First - 1, axes.First])
            foreach (nint[] tail in tails)
            {
                nint[] shape = [.. array.Shape[..samples], .. tail];
                if (!read.Shape.AsSpan().SequenceEqual(shape)) continue;
                // Samples count in the array's memory order.
                using ArrayData numbers = ArrayView.Of(read).Convert<long>(option.Option.Name, ElementFormat.Int64, array.IsFortran);
                ArrayView view = new ArrayAxes(samples, samples, tail.Length, ChannelsLast: false).Bind(numbers);
                Tensor<long> copy = Tensor.CreateFromShapeUninitialized<long>([view.Lengths[0], .. view.Lengths[2..]]);
                view.Permute([0, .. Enumerable.Range(2, tail.Length)]).Span<long>().CopyTo(copy.AsTensorSpan());
                return (isMask ? PoolMask.From(copy) : Lengths(copy, spatial, input), axes with { Samples = samples });
            }

        nint[] some = [.. array.Shape[..(axes.ChannelsLast ? axes.First : Math.Max(0, axes.First - 1))], .. tails[0]];
        throw option.ShapeError(parse, read, input, array.Shape, $"it must be {ArrayData.Text(some)}{(isMask || axes.Dims == 1 ? "" : $", or {ArrayData.Text([.. some, axes.Dims])}")}");
    }

    private static PoolMask Lengths(Tensor<long> numbers, nint[] spatial, string input)
    {
        long[] flat = [.. numbers];
        int each = numbers.Rank == 1 ? 1 : spatial.Length;
        var lengths = new Spatial[flat.Length / each];
        for (int sample = 0; sample < lengths.Length; sample++)
        {
            long[] own = flat[(sample * each)..((sample + 1) * each)];
            for (int axis = 0; axis < spatial.Length; axis++)
                if (own[Math.Min(axis, each - 1)] is var length && (length < 0 || length > spatial[axis]))
                    throw new UserError($"--lengths has {length} for sample {sample}; {input} allows 0 to {spatial[axis]} there.");
            lengths[sample] = Spatial.Create([.. own.Select(length => (int)Math.Min(length, int.MaxValue))]);
        }

        return PoolMask.FromLengths(lengths);
    }
}
