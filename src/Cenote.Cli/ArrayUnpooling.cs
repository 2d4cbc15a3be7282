using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>An array of maxima bound to an unpooling layer and to the indices of the maxima.</summary>
internal sealed class ArrayUnpooling : ArrayCall
{
    private readonly MaxUnpool _layer;
    private readonly PoolingDevice? _device;
    private string? _unpooledOn;

    /// <param name="size">The spatial lengths of the output; null for those that the layer works out.</param>
    /// <param name="indices">Integers with the input's axes.</param>
    /// <param name="device">Where to unpool; null where the user named no place. Stays the caller's.</param>
    /// <inheritdoc/>
    public ArrayUnpooling(string name, ArrayData input, MaxUnpool layer, bool channelsLast, Spatial? size, ArrayView indices, PoolingDevice? device)
        : base(name, input, layer.SpatialRank, channelsLast, lengths => layer.OutputShape(lengths, size))
    {
        (_layer, _device) = (layer, device);
        Indices = ToInt64(indices, input);
    }

    public override string Options
    {
        get
        {
            WindowOptions o = _layer.Options;
            return $"k{o.Kernel} s{o.Stride ?? o.Kernel}" + (o.Padding.Before.Any(taps => taps != 0) ? $" p{o.Padding}" : "");
        }
    }

    public override double Reads => From.Array.Elements + Output.Elements;

    public override string? Device => _unpooledOn;

    protected override void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
    {
        ArrayView indices = Axes.Bind(Indices!);
        _unpooledOn = _device?.Unpool<T>(_layer, From, indices, To);
        if (_unpooledOn is null or PoolingDevice.Cpu) _layer.Forward<T>(From.Span<T>(), indices.Span<long>(), To.Span<T>(), progress, cancellation);
    }

    /// <summary>The integers in the memory order of the values: the axes of a batch become one only in the order in which they lie.</summary>
    private static ArrayData ToInt64(ArrayView indices, ArrayData values)
    {
        var result = new ArrayData("--indices", ElementFormat.Int64, values.Shape, values.IsFortran);
        if (result.Elements == 0) return result;
        ArrayView to = ArrayView.Of(result);
        switch (indices.Array.Format.Code)
        {
            case "i1": Convert<sbyte>(indices, to); break;
            case "i2": Convert<short>(indices, to); break;
            case "i4": Convert<int>(indices, to); break;
            case "i8": Convert<long>(indices, to); break;
            case "u1": Convert<byte>(indices, to); break;
            case "u2": Convert<ushort>(indices, to); break;
            case "u4": Convert<uint>(indices, to); break;
            case "u8": Convert<ulong>(indices, to); break;
            default: throw new InvalidOperationException($"no integers of {indices.Array.Format.Code}");
        }

        return result;
    }

    // A number too large for 64 bits with a sign becomes the largest, which is no index either.
    private static void Convert<T>(ArrayView from, ArrayView to)
        where T : unmanaged, INumberBase<T> => Tensor.ConvertSaturating<T, long>(from.Span<T>(), to.Span<long>());
}
