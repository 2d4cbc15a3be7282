using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of gradients that need the input: first what is to be known of each window, then the gather, some planes at a time.</summary>
internal static class Smooth
{
    /// <param name="call">The pooling; its output is the gradient that arrives.</param>
    /// <param name="type">The element type.</param>
    /// <param name="norm">Which norm.</param>
    /// <param name="result">The gradient with respect to the input.</param>
    public static void Norm(PoolCall call, ElementType type, LpOperator norm, ArrayView<byte> result)
    {
        switch (type)
        {
            case ElementType.Single when norm.WholePlane: Norm<float, double, Reals, DoubleMean>(call, norm.Norm, result); break;
            case ElementType.Single: Norm<float, float, Reals, SingleMean>(call, norm.Norm, result); break;
            case ElementType.Double: Norm<double, double, Reals, DoubleMean>(call, norm.Norm, result); break;
            case ElementType.Half when norm.WholePlane: Norm<ushort, double, Reals, WideWordMean<HalfWord>>(call, norm.Norm, result); break;
            case ElementType.Half: Norm<ushort, float, Reals, WordMean<HalfWord>>(call, norm.Norm, result); break;
            case ElementType.BFloat16 when norm.WholePlane: Norm<ushort, double, Reals, WideWordMean<BFloat16Word>>(call, norm.Norm, result); break;
            default: Norm<ushort, float, Reals, WordMean<BFloat16Word>>(call, norm.Norm, result); break;
        }
    }

    private static void Norm<T, TReal, TReals, TConvert>(PoolCall call, LpNorm norm, ArrayView<byte> result)
        where T : unmanaged
        where TReal : unmanaged, INumber<TReal>
        where TReals : unmanaged, IReals<TReal>
        where TConvert : unmanaged, IPoolReducer<T, TReal>
    {
        if (norm.IsMax) Run<T, TReal, LpWindow<TReal>, TConvert, MagnitudeFormula<TReal, TReals>>(call, default, result);
        else Run<T, TReal, TReal, TConvert, PowerFormula<TReal, TReals>>(call, new(norm), result);
    }

    private static void Run<T, TReal, TWindow, TConvert, TFormula>(PoolCall call, TFormula formula, ArrayView<byte> result)
        where T : unmanaged
        where TReal : unmanaged, INumber<TReal>
        where TWindow : unmanaged
        where TConvert : unmanaged, IPoolReducer<T, TReal>
        where TFormula : unmanaged, ISmoothFormula<TReal, TWindow>
    {
        KernelCache kernels = call.Device.Kernels;
        var fold = kernels.Get(typeof(SmoothWindowsKernel<T, TReal, TWindow, TConvert, TFormula>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TWindow>, ArrayView<ListedWindow>, Walk, TConvert, TFormula>(SmoothWindowsKernel<T, TReal, TWindow, TConvert, TFormula>.Run));
        var gather = kernels.Get(typeof(SmoothGatherKernel<T, TReal, TWindow, TConvert, TFormula>), accelerator => accelerator.LoadKernel<ArrayView<TWindow>, ArrayView<T>, ArrayView<T>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, TConvert, TFormula>(SmoothGatherKernel<T, TReal, TWindow, TConvert, TFormula>.Run));
        // The transposed plan's input is the windows, and its output the result.
        PoolCall back = new(call.Device, call.Stream, call.Plan.Transposed, call.Output, result, call.ChannelsLast);
        PoolingAxes pooling = call.Windows.Axes;
        long bytes = call.Plan.OutputElements / call.Outers * Unsafe.SizeOf<TWindow>(), atOnce = call.AtOnce(bytes);
        call.Device.Guard($"the gradient of {call.Plan}", () =>
        {
            ArrayView<byte> scratch = call.Stream.Scratch(atOnce * bytes);
            for (long outer = 0; outer < call.Outers; outer += atOnce)
            {
                long count = Math.Min(atOnce, call.Outers - outer);
                PoolCall part = call.Part(outer, count), to = back.Part(outer, count);
                ArrayView<TWindow> windows = scratch.SubView(0, count * bytes).Cast<TWindow>();
                foreach (Walk walk in part.Walks()) fold(call.Stream.Stream, kernels.Threads(walk.Items), part.Input.Cast<T>(), part.Output.Cast<T>(), windows, call.Windows.List, walk, default, formula);
                foreach (Walk walk in to.Walks()) gather(call.Stream.Stream, kernels.Threads(walk.Items), windows, part.Input.Cast<T>(), to.Output.Cast<T>(), back.Windows.List, call.Windows.List, walk, pooling, default, formula);
            }
        });
    }
}
