using System.Numerics;

namespace Cenote;

/// <summary>The greatest element of each bin of a region whose corners are rounded to positions; 0 of an empty bin.</summary>
internal sealed unsafe class RoiMaxKernel<T, TReal, TConvert>(RoiJob<T> call, bool isGradient) : RoiKernel<T>(call, isGradient)
    where T : unmanaged, IComparisonOperators<T, T, bool>
    where TReal : unmanaged, IFloatingPointIeee754<TReal>
    where TConvert : struct, IPoolReducer<T, TReal>
{
    public override string Name => "RoiMaxPool";

    protected override double OutputCost => 20;

    protected override void Region(int region, long channel, long channels)
    {
        RoiBox box = Call.Boxes[region];
        for (long c = channel; c < channel + channels; c++)
        {
            T* plane = Call.Input + box.Image * Call.Inputs.Batch + c * Call.Inputs.Channel, output = Call.Output + region * Call.Outputs.Batch + c * Call.Outputs.Channel;
            for (int h = 0; h < Call.Size.Height; h++)
            {
                for (int w = 0; w < Call.Size.Width; w++)
                {
                    var (row, column) = Greatest(plane, box, h, w);
                    output[h * Call.Outputs.Height + w * Call.Outputs.Width] = row < 0 ? default : plane[row * Call.Inputs.Height + column * Call.Inputs.Width];
                }
            }
        }
    }

    protected override void Plane(long image, long channel, long channels, CancellationToken cancellation)
    {
        var plane = new RoiPlane<T, TReal, TConvert>(Call, image, channel, channels, 0);
        for (int region = 0; region < Call.Boxes.Length; region++)
        {
            if (Call.Boxes[region].Image != image) continue;
            cancellation.ThrowIfCancellationRequested();
            for (long c = 0; c < channels; c++)
            {
                T* input = Call.Input + image * Call.Inputs.Batch + (channel + c) * Call.Inputs.Channel, gradient = Call.Output + region * Call.Outputs.Batch + (channel + c) * Call.Outputs.Channel;
                for (int h = 0; h < Call.Size.Height; h++)
                {
                    for (int w = 0; w < Call.Size.Width; w++)
                    {
                        var (row, column) = Greatest(input, Call.Boxes[region], h, w);
                        if (row >= 0) plane.Row(c, row)[column] += default(TConvert).Lift(gradient[h * Call.Outputs.Height + w * Call.Outputs.Width]);
                    }
                }
            }
        }

        plane.Finish();
    }

    /// <summary>Where the greatest element of a bin is: the first of equals, the last NaN; nowhere (−1) in an empty bin.</summary>
    private (long Row, long Column) Greatest(T* plane, in RoiBox box, int h, int w)
    {
        var (top, bottom) = Bin(box.Y1, box.Y2, h, Call.Size.Height, Call.Rows);
        var (left, right) = Bin(box.X1, box.X2, w, Call.Size.Width, Call.Columns);
        (long, long) place = (-1, -1);
        T greatest = default;
        for (long y = top; y < bottom; y++)
        {
            for (long x = left; x < right; x++)
            {
                T value = plane[y * Call.Inputs.Height + x * Call.Inputs.Width];
#pragma warning disable CS1718 // a comparison with itself is the test for NaN
                if (place.Item1 >= 0 && !(value > greatest) && value == value) continue;
                if (place.Item1 >= 0 && greatest != greatest && value == value) continue;
#pragma warning restore CS1718
                (greatest, place) = (value, (y, x));
            }
        }

        return place;
    }

    /// <summary>The positions of a bin, clipped to the plane.</summary>
    private static (long First, long End) Bin(double start, double end, int bin, int bins, long length)
    {
        long first = (long)Math.Round(start, MidpointRounding.AwayFromZero), size = Math.Max(1, (long)Math.Round(end, MidpointRounding.AwayFromZero) - first + 1);
        double each = (double)size / bins;
        return (Math.Clamp((long)Math.Floor(bin * each) + first, 0, length), Math.Clamp((long)Math.Ceiling((bin + 1) * each) + first, 0, length));
    }
}
