using ILGPU;

namespace Cenote.Gpu;

/// <summary>What a window gives to its taps of one input row.</summary>
internal interface IShare<TSum, TNumber>
    where TSum : unmanaged
    where TNumber : unmanaged
{
    /// <param name="gradient">The window's gradient.</param>
    /// <param name="divisor">What an average divides by.</param>
    TSum Of(TSum gradient, long divisor);

    /// <summary>Which positions of the row get it.</summary>
    /// <param name="wide">The window along the width.</param>
    /// <param name="axis">All windows along the width.</param>
    /// <param name="numbers">The chosen taps' numbers, where windows choose.</param>
    /// <param name="window">Where the window's number lies.</param>
    /// <param name="tapRow">The number of the window's first tap in the row.</param>
    Reach Reach(ListedWindow wide, AxisWindows axis, ArrayView<TNumber> numbers, long window, long tapRow);
}

/// <summary>Neighbouring positions of a row.</summary>
internal struct Reach
{
    public int First, Count;
}

/// <summary>Of an average: the gradient over the divisor, to every tap.</summary>
internal readonly struct MeanShare : IShare<float, byte>, IShare<double, byte>
{
    public float Of(float gradient, long divisor) => gradient / divisor;

    public double Of(double gradient, long divisor) => gradient / divisor;

    public Reach Reach(ListedWindow wide, AxisWindows axis, ArrayView<byte> numbers, long window, long tapRow) => new() { First = wide.Start, Count = (wide.Before + wide.Count - 1) * axis.Step + 1 };
}

/// <summary>Of a maximum: the whole gradient, to the chosen tap.</summary>
internal readonly struct ChosenShare<TNumber, TNumbers> : IShare<float, TNumber>, IShare<double, TNumber>
    where TNumber : unmanaged
    where TNumbers : unmanaged, INumberFormat<TNumber>
{
    public float Of(float gradient, long divisor) => gradient;

    public double Of(double gradient, long divisor) => gradient;

    public Reach Reach(ListedWindow wide, AxisWindows axis, ArrayView<TNumber> numbers, long window, long tapRow)
    {
        long tap = TNumbers.Read(numbers[window]) - tapRow;
        return new() { First = wide.Start + (int)tap * axis.Step, Count = (ulong)tap < (ulong)axis.Kernel ? 1 : 0 };
    }
}

/// <summary>
/// A thread makes a pack of neighbouring inputs of a row. It looks once at each window that reads any of them, in row-major order, and adds what it gives to those that get it: the transposed
/// plan as a gather. Nothing is added by two threads, so that the bits are the same every run, and the CPU's.
/// </summary>
internal static class GradientKernel<T, TPack, TSum, TSums, TNumber, TReducer, TPacked, TLanes, TShare>
    where T : unmanaged
    where TPack : unmanaged
    where TSum : unmanaged
    where TSums : unmanaged
    where TNumber : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TPacked : unmanaged, IPoolReducer<TPack, TSums>
    where TLanes : unmanaged, ILanes<TSum, TSums>
    where TShare : unmanaged, IShare<TSum, TNumber>
{
    // Bounds: the transposed plan's windows are outputs of the pooling.
    public static void Run(ArrayView<T> gradient, ArrayView<T> result, ArrayView<TNumber> numbers, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, TReducer reducer, TPacked packed, TShare share)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        if (TLanes.Bits != 0)
        {
            // Windows of neighbours are neighbours (Backward): from the first one's first to the last one's last.
            ListedWindow final = walk.Width.At(place.W + (1 << TLanes.Bits) - 1, list);
            width.Count = IntrinsicMath.Min(walk.InColumns, final.Start + final.Before + final.Count) - width.Start - width.Before;
        }

        TSums sums = packed.Identity;
        for (int i = 0; i < depth.Count; i++)
        {
            int od = depth.Start + (depth.Before + i) * walk.Depth.Step;
            ListedWindow deep = pooling.Depth.At(od, poolingList);
            long tapPlane = (long)pooling.Depth.Tap(place.D, deep) * pooling.Height.Kernel;
            for (int j = 0; j < height.Count; j++)
            {
                int oh = height.Start + (height.Before + j) * walk.Height.Step;
                ListedWindow high = pooling.Height.At(oh, poolingList);
                long tapRow = (tapPlane + pooling.Height.Tap(place.H, high)) * pooling.Width.Kernel;
                long extent = (long)deep.Extent * high.Extent, row = place.Input + od * walk.InDepth + oh * walk.InHeight;
                for (int k = 0; k < width.Count; k++)
                {
                    int ow = width.Start + (width.Before + k) * walk.Width.Step;
                    ListedWindow wide = pooling.Width.At(ow, poolingList);
                    long at = row + ow * walk.InWidth;
                    TSum given = share.Of(reducer.Lift(gradient[at]), walk.DivisorOverride != 0 ? walk.DivisorOverride : extent * wide.Extent);
                    Reach reach = share.Reach(wide, pooling.Width, numbers, at, tapRow);
                    // Sums begin with +0, and never are −0: adding +0 changes nothing.
                    sums = packed.Combine(sums, TLanes.Spread(given, reducer.Identity, reach.First - place.W, reach.Count));
                }
            }
        }

        result.Cast<TPack>()[place.Output >> TLanes.Bits] = packed.Finish(sums, 1, 1);
    }
}

/// <summary>The windows of a pooling, for a walk over its transposed plan.</summary>
internal struct PoolingAxes
{
    public AxisWindows Depth, Height, Width;
}

/// <summary>The sum itself.</summary>
internal readonly struct PlainSum : IPoolReducer<float, float>, IPoolReducer<double, double>
{
    float IPoolReducer<float, float>.Identity => 0;

    double IPoolReducer<double, double>.Identity => 0;

    public float Lift(float tap) => tap;

    public double Lift(double tap) => tap;

    public float Combine(float earlier, float later) => earlier + later;

    public double Combine(double earlier, double later) => earlier + later;

    // Sums begin with +0, and so never are −0; the addition of 0 does not survive the compiler.
    public float Finish(float state, long count, long divisor) => MeanZero.Positive(state);

    public double Finish(double state, long count, long divisor) => MeanZero.Positive(state);
}

/// <summary>The sum of 16-bit floats, added in single precision.</summary>
internal readonly struct WordSum<TFormat> : IPoolReducer<ushort, float>
    where TFormat : unmanaged, IWordFormat
{
    public float Identity => 0;

    public float Lift(ushort tap) => TFormat.ToSingle(tap);

    public float Combine(float earlier, float later) => earlier + later;

    public ushort Finish(float state, long count, long divisor)
    {
        ushort word = TFormat.FromSingle(state);
        return word == 0x8000 ? (ushort)0 : word;
    }
}
