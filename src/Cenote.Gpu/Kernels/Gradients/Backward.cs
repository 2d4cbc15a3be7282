using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of gradients; calls are those of the transposed plan.</summary>
internal static class Backward
{
    public static void Mean(PoolCall call, ElementType type)
    {
        if (GlobalGradients.Accepts(call, 0)) GlobalGradients.Mean(call, type);
        else if (GradientTiles.AcceptsMean(call, type)) GradientTiles.Mean(call, type);
        else if (GradientBoxes.Accepts(call)) GradientBoxes.Mean(call, type);
        else Sum<byte, MeanShare, MeanShare>(call, type, call.NoNumbers);
    }

    public static void Chosen(PoolCall call, ElementType type, NumberMemory numbers)
    {
        if (GlobalGradients.Accepts(call, numbers.Size))
        {
            GlobalGradients.Chosen(call, type, numbers);
            return;
        }

        switch (numbers.Size)
        {
            case 1 when GradientTiles.Accepts(call, type): GradientTiles.Chosen(call, type, numbers.Memory); break;
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
        Sum<TNumber, ChosenShare<TNumber, TNumbers>, ChosenShare<TNumber, TNumbers>>(call, type, memory.View<TNumber>());
    }

    private static void Sum<TNumber, TShare, TDoubleShare>(PoolCall call, ElementType type, ArrayView<TNumber> numbers)
        where TNumber : unmanaged
        where TShare : unmanaged, IShare<float, TNumber>
        where TDoubleShare : unmanaged, IShare<double, TNumber>
    {
        switch (type)
        {
            case ElementType.Single: Of<float, Quad<float>, float, Quad<float>, PlainSum, QuadReducer<float, float, PlainSum>, QuadLanes<float, float, OneLane<float>>, TShare>(); break;
            case ElementType.Double: Of<double, Twin<double>, double, Twin<double>, PlainSum, TwinReducer<double, double, PlainSum>, TwinLanes<double, double, OneLane<double>>, TDoubleShare>(); break;
            case ElementType.Half when call.Device.HasHalf: Words<WordSum<DeviceHalf>>(); break;
            case ElementType.Half: Words<WordSum<HalfWord>>(); break;
            default: Words<WordSum<BFloat16Word>>(); break;
        }

        void Words<TReducer>()
            where TReducer : unmanaged, IPoolReducer<ushort, float> =>
            Of<ushort, Quad<uint>, float, Quad<Twin<float>>, TReducer, QuadReducer<uint, Twin<float>, WordsReducer<float, TReducer>>, QuadLanes<float, Twin<float>, TwinLanes<float, float, OneLane<float>>>, TShare>();

        void Of<T, TPack, TSum, TSums, TReducer, TPacked, TLanes, TOwn>()
            where T : unmanaged
            where TPack : unmanaged
            where TSum : unmanaged
            where TSums : unmanaged
            where TReducer : unmanaged, IPoolReducer<T, TSum>
            where TPacked : unmanaged, IPoolReducer<TPack, TSums>
            where TLanes : unmanaged, ILanes<TSum, TSums>
            where TOwn : unmanaged, IShare<TSum, TNumber>
        {
            // Windows that read neighbouring inputs are neighbours, unless there are gaps between their taps.
            bool inRows = !call.ChannelsLast && call.Plan.Transposed.Width.Dilation == 1 && call.Plan.Width.OutputLength % (1 << TLanes.Bits) == 0;
            if (inRows && call.IsAligned) Sum<T, TPack, TSum, TSums, TNumber, TReducer, TPacked, TLanes, TOwn>(call, numbers);
            else Sum<T, T, TSum, TSum, TNumber, TReducer, TReducer, OneLane<TSum>, TOwn>(call, numbers);
        }
    }

    private static void Sum<T, TPack, TSum, TSums, TNumber, TReducer, TPacked, TLanes, TShare>(PoolCall call, ArrayView<TNumber> numbers)
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
        KernelCache kernels = call.Device.Kernels;
        PlanWindows pooling = call.Device.Plans[call.Plan.Transposed];
        var launch = kernels.Get(typeof(GradientKernel<T, TPack, TSum, TSums, TNumber, TReducer, TPacked, TLanes, TShare>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, TReducer, TPacked, TShare>(GradientKernel<T, TPack, TSum, TSums, TNumber, TReducer, TPacked, TLanes, TShare>.Run));
        foreach (Walk walk in call.Walks(itemColumns: 1 << TLanes.Bits))
            call.Device.Guard(call.Plan.Transposed.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, pooling.List, walk, pooling.Axes, default, default, default));
    }
}
