using System.Numerics;
using System.Numerics.Tensors;

namespace Cenote;

/// <summary>Weighted sums axis by axis: rows are added up with their weights, then the positions of the sum along the width. A row is so many pixels of some channels that lie side by side, or of one.</summary>
/// <param name="layout">Of the tensor that is read, or added to.</param>
/// <param name="channels">The channels of a pixel that are walked together.</param>
internal readonly unsafe struct WeightedRows<T, TReal, TConvert>(TensorLayout layout, long channels)
    where T : unmanaged
    where TReal : unmanaged, INumber<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    /// <summary>More channels than these are walked in blocks, which the cache holds.</summary>
    private const long ManyChannels = 256, Block = 64;

    /// <summary>How many channels are walked together.</summary>
    public static long BlockOf(in TensorLayout layout, long channels) => layout.Channel != 1 ? 1 : channels <= ManyChannels ? channels : Block;

    /// <summary>Adds the pixels of a row to sums that lie densely.</summary>
    // Bounds: the caller's: so many pixels of so many channels. A product and a sum, each rounded, whatever the walk: memory order changes no bit.
    public void Add(T* row, long pixels, TReal weight, TReal* sums)
    {
        if ((channels == 1 || layout.Channel == 1) && (layout.Width == channels || pixels == 1)) Add(row, weight, sums, pixels * channels);
        else if (layout.Channel == 1 && channels > 1) for (long x = 0; x < pixels; x++) Add(row + x * layout.Width, weight, sums + x * channels, channels);
        else
            for (long x = 0; x < pixels; x++)
                for (long c = 0; c < channels; c++) sums[x * channels + c] += weight * default(TConvert).Lift(row[x * layout.Width + c * layout.Channel]);
    }

    /// <summary>Sums over the positions of each output along the width.</summary>
    /// <param name="sums">The row, from the first position of the taps on.</param>
    /// <param name="taps">The outputs.</param>
    /// <param name="divisor">What the sums are divided by.</param>
    /// <param name="room">For one pixel.</param>
    /// <param name="output">The first output.</param>
    /// <param name="to">Its tensor.</param>
    public void Finish(TReal* sums, WeightedTaps<TReal> taps, long divisor, TReal* room, T* output, in TensorLayout to)
    {
        for (int w = 0; w < taps.Outputs; w++, output += to.Width)
        {
            ReadOnlySpan<long> positions = taps.Positions(w);
            ReadOnlySpan<TReal> weights = taps.Weights(w);
            if (channels == 1)
            {
                TReal sum = TReal.Zero;
                for (int k = 0; k < positions.Length; k++) sum += weights[k] * sums[positions[k] - taps.First];
                *output = default(TConvert).Finish(sum, 1, divisor);
                continue;
            }

            new Span<TReal>(room, (int)channels).Clear();
            for (int k = 0; k < positions.Length; k++) AddSame(sums + (positions[k] - taps.First) * channels, weights[k], room, channels);
            for (long c = 0; c < channels; c++) output[c * to.Channel] = default(TConvert).Finish(room[c], 1, divisor);
        }
    }

    private static void Add(T* from, TReal weight, TReal* sums, long length)
    {
        if (typeof(T) == typeof(TReal)) AddSame((TReal*)from, weight, sums, length);
        else for (long i = 0; i < length; i++) sums[i] += weight * default(TConvert).Lift(from[i]);
    }

    public static void AddSame(TReal* from, TReal weight, TReal* sums, long length)
    {
        var to = new Span<TReal>(sums, checked((int)length));
        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<TReal>(from, (int)length), weight, to, to);
    }
}
