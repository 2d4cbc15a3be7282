using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The bins of a region on registers, as many channels at a time as four hold.</summary>
internal abstract unsafe class RoiLanes<TReal>
    where TReal : unmanaged, INumber<TReal>
{
    /// <summary>With the widest registers of this machine; null where it has none.</summary>
    public static RoiLanes<TReal>? Widest { get; } =
        Registers.Exist(64) ? new On<Lanes512<TReal>>() : Registers.Exist(32) ? new On<Lanes256<TReal>>() : Registers.Exist(16) ? new On<Lanes128<TReal>>() : null;

    public abstract int Channels { get; }

    /// <summary>Sums of the rows of each column, then of the columns, over a divisor.</summary>
    /// <param name="pixels">The first position of the plane, the channels side by side.</param>
    /// <param name="rowStep">From row to row.</param>
    /// <param name="step">From pixel to pixel.</param>
    /// <param name="rows">The taps of the bins along the height.</param>
    /// <param name="columns">Those along the width.</param>
    /// <param name="divisor">What the sums are divided by.</param>
    /// <param name="means">Written: bin after bin, the channels side by side.</param>
    public abstract void Means(TReal* pixels, long rowStep, long step, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, TReal divisor, TReal* means);

    private sealed class On<TTap> : RoiLanes<TReal>
        where TTap : unmanaged, ILanes<TTap, TReal>
    {
        public override int Channels => 4 * TTap.Count;

        // Bounds: the taps' positions lie in the plane, and all channels in its pixels. A product and a sum, each rounded, in the order of WeightedRows: memory order changes no bit.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public override void Means(TReal* pixels, long rowStep, long step, WeightedTaps<TReal> rows, WeightedTaps<TReal> columns, TReal divisor, TReal* means)
        {
            long lanes = TTap.Count;
            TTap over = TTap.Fill(divisor), zero = TTap.Fill(TReal.Zero);
            for (int h = 0; h < rows.Outputs; h++)
            {
                ReadOnlySpan<long> ys = rows.Positions(h);
                ReadOnlySpan<TReal> down = rows.Weights(h);
                for (int w = 0; w < columns.Outputs; w++, means += 4 * lanes)
                {
                    ReadOnlySpan<long> xs = columns.Positions(w);
                    ReadOnlySpan<TReal> across = columns.Weights(w);
                    TTap sum1 = zero, sum2 = zero, sum3 = zero, sum4 = zero;
                    for (int j = 0; j < xs.Length; j++)
                    {
                        TReal* column = pixels + xs[j] * step;
                        TTap column1 = zero, column2 = zero, column3 = zero, column4 = zero;
                        for (int i = 0; i < ys.Length; i++)
                        {
                            TReal* pixel = column + ys[i] * rowStep;
                            TTap weight = TTap.Fill(down[i]);
                            column1 += weight * TTap.Load(pixel);
                            column2 += weight * TTap.Load(pixel + lanes);
                            column3 += weight * TTap.Load(pixel + 2 * lanes);
                            column4 += weight * TTap.Load(pixel + 3 * lanes);
                        }

                        TTap part = TTap.Fill(across[j]);
                        sum1 += part * column1;
                        sum2 += part * column2;
                        sum3 += part * column3;
                        sum4 += part * column4;
                    }

                    // No mean is −0.
                    TTap.Store(sum1 / over + zero, means);
                    TTap.Store(sum2 / over + zero, means + lanes);
                    TTap.Store(sum3 / over + zero, means + 2 * lanes);
                    TTap.Store(sum4 / over + zero, means + 3 * lanes);
                }
            }
        }
    }
}
