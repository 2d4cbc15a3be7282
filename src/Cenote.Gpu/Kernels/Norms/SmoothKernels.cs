using System.Numerics;
using ILGPU;

namespace Cenote.Gpu;

/// <summary>The slope of a sum of powers: of a window it keeps the sum, and then what the root's slope gives to each tap.</summary>
internal readonly struct PowerFormula<TReal, TReals>(LpNorm norm) : ISmoothFormula<TReal, TReal>
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
{
    private readonly PowerSum<TReal, TReals, AnyPower<TReal, TReals>, FirstPower<TReal>> _norm = new(norm, new(norm.P), default);
    private readonly AnyPower<TReal, TReals> _sumSlope = new((1 / norm.P) - 1), _tapSlope = new(norm.P - 1);
    private readonly TReal _taps = TReal.CreateTruncating(norm.Taps), _least = TReal.CreateTruncating(norm.Least);
    private readonly int _isTrue = norm.IsTrue ? 1 : 0;

    public bool ReadsNumbers => false;

    public TReal Take(in TReal window, bool isFirst, TReal tap, long number) => window + _norm.Power(tap);

    /// <summary>The slope times the gradient: 0 where the sum is 0.</summary>
    public TReal Finish(in TReal window, TReal gradient, long divisor)
    {
        TReal whole = _norm.Whole(window, divisor);
        if (whole == TReal.Zero) return TReal.Zero * gradient;
        TReal slope = _sumSlope.Raise(whole);
        return (_isTrue != 0 ? slope : slope * _taps / TReals.Of(divisor)) * gradient;
    }

    public TReal Share(in TReal window, TReal tap, long number) => window;

    public TReal Factor(TReal tap)
    {
        if (tap < _least) return TReal.Zero;
        if (_isTrue == 0) return _tapSlope.Raise(tap);
        TReal magnitude = _tapSlope.Raise(TReals.Abs(tap));
        return tap < TReal.Zero ? -magnitude : tap == TReal.Zero ? TReal.Zero : magnitude;
    }
}

/// <summary>The slope of the greatest magnitude: of a window it keeps that and its tap's number, and then the gradient.</summary>
internal readonly struct MagnitudeFormula<TReal, TReals> : ISmoothFormula<TReal, LpWindow<TReal>>
    where TReal : unmanaged, INumber<TReal>
    where TReals : unmanaged, IReals<TReal>
{
    public bool ReadsNumbers => true;

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public LpWindow<TReal> Take(in LpWindow<TReal> window, bool isFirst, TReal tap, long number)
    {
        TReal size = TReals.Abs(tap);
        return isFirst || size > window.Sum || size != size ? new(size, number) : window;
    }
#pragma warning restore CS1718

    public LpWindow<TReal> Finish(in LpWindow<TReal> window, TReal gradient, long divisor) => new(gradient, window.Number);

    public TReal Share(in LpWindow<TReal> window, TReal tap, long number) => window.Number != number ? TReal.Zero : window.Sum;

    public TReal Factor(TReal tap) => tap < TReal.Zero ? -TReal.One : tap == TReal.Zero ? TReal.Zero : TReal.One;
}

/// <summary>What is to be known of each window of a gradient that needs the input: one thread per window.</summary>
internal static class SmoothWindowsKernel<T, TReal, TWindow, TConvert, TFormula>
    where T : unmanaged
    where TReal : unmanaged
    where TWindow : unmanaged
    where TConvert : unmanaged, IPoolReducer<T, TReal>
    where TFormula : unmanaged, ISmoothFormula<TReal, TWindow>
{
    // Bounds: as in GatherKernel.
    public static void Run(ArrayView<T> input, ArrayView<T> gradient, ArrayView<TWindow> windows, ArrayView<ListedWindow> list, Walk walk, TConvert convert, TFormula formula)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        long corner = walk.Corner(place, depth, height, width);
        long nextDepth = walk.Depth.Step * walk.InDepth, nextHeight = walk.Height.Step * walk.InHeight, nextWidth = walk.Width.Step * walk.InWidth;
        TWindow window = default;
        bool isFirst = true;
        for (int i = 0; i < depth.Count; i++)
        {
            for (int j = 0; j < height.Count; j++)
            {
                long number = ((long)(depth.Before + i) * walk.Height.Kernel + height.Before + j) * walk.Width.Kernel + width.Before, at = corner + i * nextDepth + j * nextHeight;
                for (int k = 0; k < width.Count; k++, at += nextWidth)
                {
                    window = formula.Take(window, isFirst, convert.Lift(input[at]), number + k);
                    isFirst = false;
                }
            }
        }

        windows[place.Output] = formula.Finish(window, convert.Lift(gradient[place.Output]), (long)depth.Extent * height.Extent * width.Extent);
    }
}

/// <summary>For each input the sum of its shares in the windows that read it, times its factor: a gather, as the other gradients.</summary>
internal static class SmoothGatherKernel<T, TReal, TWindow, TConvert, TFormula>
    where T : unmanaged
    where TReal : unmanaged, INumber<TReal>
    where TWindow : unmanaged
    where TConvert : unmanaged, IPoolReducer<T, TReal>
    where TFormula : unmanaged, ISmoothFormula<TReal, TWindow>
{
    // Bounds: as in GradientKernel.
    public static void Run(ArrayView<TWindow> windows, ArrayView<T> input, ArrayView<T> result, ArrayView<ListedWindow> list, ArrayView<ListedWindow> poolingList, Walk walk, PoolingAxes pooling, TConvert convert, TFormula formula)
    {
        int item = Grid.IdxX * Group.DimX + Group.IdxX;
        if (item >= walk.Items) return;
        Place place = walk.At(item);
        ListedWindow depth = walk.Depth.At(place.D, list), height = walk.Height.At(place.H, list), width = walk.Width.At(place.W, list);
        TReal tap = convert.Lift(input[place.Output]), sum = TReal.Zero;
        for (int i = 0; i < depth.Count; i++)
        {
            int od = depth.Start + (depth.Before + i) * walk.Depth.Step;
            long tapDepth = pooling.Depth.Tap(place.D, od, poolingList);
            for (int j = 0; j < height.Count; j++)
            {
                int oh = height.Start + (height.Before + j) * walk.Height.Step;
                long tapRow = (tapDepth * pooling.Height.Kernel + pooling.Height.Tap(place.H, oh, poolingList)) * pooling.Width.Kernel;
                for (int k = 0; k < width.Count; k++)
                {
                    int ow = width.Start + (width.Before + k) * walk.Width.Step;
                    TWindow window = windows[place.Input + od * walk.InDepth + oh * walk.InHeight + ow * walk.InWidth];
                    sum += formula.Share(window, tap, formula.ReadsNumbers ? tapRow + pooling.Width.Tap(place.W, ow, poolingList) : 0);
                }
            }
        }

        result[place.Output] = convert.Finish(sum * formula.Factor(tap), 1, 1);
    }
}
