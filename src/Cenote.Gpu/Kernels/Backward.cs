using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of gradients; calls are those of the transposed plan.</summary>
internal static class Backward
{
    public static void Mean(PoolCall call, ElementType type)
    {
        // Averages have no numbers: any memory stands for them.
        ArrayView<byte> none = call.Input;
        switch (type)
        {
            case ElementType.Single: Sum<float, float, byte, SingleMean, MeanShare>(call, none); break;
            case ElementType.Double: Sum<double, double, byte, DoubleMean, MeanShare>(call, none); break;
            case ElementType.Half: Sum<ushort, float, byte, WordMean<HalfWord>, MeanShare>(call, none); break;
            default: Sum<ushort, float, byte, WordMean<BFloat16Word>, MeanShare>(call, none); break;
        }
    }

    public static void Chosen(PoolCall call, ElementType type, NumberMemory numbers)
    {
        switch (numbers.Size)
        {
            case 1: Chosen<byte, NumberFormat>(call, type, numbers); break;
            case 2: Chosen<ushort, NumberFormat>(call, type, numbers); break;
            case 4: Chosen<uint, NumberFormat>(call, type, numbers); break;
            default: Chosen<ulong, NumberFormat>(call, type, numbers); break;
        }
    }

    /// <summary>The gradient of a pooling without kept indices: it is done again, some planes at a time.</summary>
    /// <param name="call">The pooling; its output is the gradient that arrives.</param>
    /// <param name="operator">The operator with indices.</param>
    /// <param name="type">The element type.</param>
    /// <param name="result">The gradient with respect to the input.</param>
    public static void FromInput(PoolCall call, PoolOperator @operator, ElementType type, ArrayView<byte> result)
    {
        PoolCall back = new(call.Device, call.Stream, call.Plan.Transposed, call.Output, result, call.ChannelsLast);
        int size = OffsetMemory.SizeFor(call.Plan.Taps);
        // Values that nobody asked for, and the numbers of their taps.
        long outputs = call.Plan.OutputElements / call.Outers, values = call.Output.Length / call.Outers, atOnce = call.AtOnce(values + outputs * size);
        long start = (atOnce * values + 15) / 16 * 16;
        call.Device.Guard($"the gradient of {call.Plan}", () =>
        {
            ArrayView<byte> scratch = call.Stream.Scratch(start + atOnce * outputs * size);
            for (long outer = 0; outer < call.Outers; outer += atOnce)
            {
                long count = Math.Min(atOnce, call.Outers - outer);
                var numbers = new NumberMemory(scratch.SubView(start, count * outputs * size), size);
                Indexed.Choose(call.Part(outer, count) with { Output = scratch.SubView(0, count * values) }, @operator, type, numbers);
                Chosen(back.Part(outer, count), type, numbers);
            }
        });
    }

    private static void Chosen<TNumber, TNumbers>(PoolCall call, ElementType type, NumberMemory memory)
        where TNumber : unmanaged
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        ArrayView<TNumber> numbers = memory.View<TNumber>();
        switch (type)
        {
            case ElementType.Single: Sum<float, float, TNumber, SingleMean, ChosenShare<TNumber, TNumbers>>(call, numbers); break;
            case ElementType.Double: Sum<double, double, TNumber, DoubleMean, ChosenShare<TNumber, TNumbers>>(call, numbers); break;
            case ElementType.Half: Sum<ushort, float, TNumber, WordMean<HalfWord>, ChosenShare<TNumber, TNumbers>>(call, numbers); break;
            default: Sum<ushort, float, TNumber, WordMean<BFloat16Word>, ChosenShare<TNumber, TNumbers>>(call, numbers); break;
        }
    }

    private static void Sum<T, TSum, TNumber, TReducer, TShare>(PoolCall call, ArrayView<TNumber> numbers)
        where T : unmanaged
        where TSum : unmanaged
        where TNumber : unmanaged
        where TReducer : unmanaged, IPoolReducer<T, TSum>
        where TShare : unmanaged, IShare<TSum, TNumber>
    {
        KernelCache kernels = call.Device.Kernels;
        PlanWindows pooling = call.Device.Plans[call.Plan.Transposed];
        var launch = kernels.Get(typeof(GradientKernel<T, TSum, TNumber, TReducer, TShare>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, TReducer, TShare>(GradientKernel<T, TSum, TNumber, TReducer, TShare>.Run));
        foreach (Walk walk in call.Walks())
            call.Device.Guard(call.Plan.Transposed.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, pooling.List, walk, pooling.Axes, default, default));
    }
}
