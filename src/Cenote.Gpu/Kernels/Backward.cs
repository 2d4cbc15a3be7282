using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of gradients and of unpooling; calls are those of the transposed plan.</summary>
internal static class Backward
{
    public static void Mean(PoolCall call, ElementType type)
    {
        // Averages have no numbers: any memory stands for them.
        ArrayView<byte> none = call.Input;
        Sum<byte, MeanShare, MeanShare>(call, type, none);
    }

    public static void Chosen(PoolCall call, ElementType type, GpuIndices indices)
    {
        switch (indices.BytesPerIndex)
        {
            case 1: Chosen<byte, NumberFormat>(call, type, indices); break;
            case 2: Chosen<ushort, NumberFormat>(call, type, indices); break;
            case 4: Chosen<uint, NumberFormat>(call, type, indices); break;
            default: Chosen<ulong, NumberFormat>(call, type, indices); break;
        }
    }

    /// <summary>Values to where they were chosen, in planes of other lengths than the pooling's input.</summary>
    public static void Unpool(PoolCall call, int elementBytes, GpuIndices indices, UnpoolShape shape)
    {
        switch (indices.BytesPerIndex)
        {
            case 1: Of<byte, NumberFormat>(); break;
            case 2: Of<ushort, NumberFormat>(); break;
            case 4: Of<uint, NumberFormat>(); break;
            default: Of<ulong, NumberFormat>(); break;
        }

        // Elements are only moved: the bits of one size are alike.
        void Of<TNumber, TNumbers>()
            where TNumber : unmanaged
            where TNumbers : unmanaged, INumberFormat<TNumber>
        {
            switch (elementBytes)
            {
                case 1: Unpool<byte, TNumber, TNumbers>(call, indices, shape); break;
                case 2: Unpool<ushort, TNumber, TNumbers>(call, indices, shape); break;
                case 4: Unpool<uint, TNumber, TNumbers>(call, indices, shape); break;
                default: Unpool<ulong, TNumber, TNumbers>(call, indices, shape); break;
            }
        }
    }

    private static void Chosen<TNumber, TNumbers>(PoolCall call, ElementType type, GpuIndices indices)
        where TNumber : unmanaged
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        Sum<TNumber, ChosenShare<TNumber, TNumbers>, ChosenShare<TNumber, TNumbers>>(call, type, indices.View<TNumber>());
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
            call.Device.Guard(call.Plan.Transposed.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, pooling.List, walk, Axes(pooling), default, default, default));
    }

    private static void Unpool<T, TNumber, TNumbers>(PoolCall call, GpuIndices indices, UnpoolShape shape)
        where T : unmanaged
        where TNumber : unmanaged
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        KernelCache kernels = call.Device.Kernels;
        PlanWindows pooling = call.Device.Plans[indices.Plan];
        var lengths = new UnpoolLengths { Depth = (int)indices.Plan.Depth.InputLength, Height = (int)indices.Plan.Height.InputLength, Width = (int)indices.Plan.Width.InputLength };
        var launch = kernels.Get(typeof(UnpoolKernel<T, TNumber, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, UnpoolLengths, T>(UnpoolKernel<T, TNumber, TNumbers>.Run));
        foreach (Walk walk in call.Walks(1, 1, 1, shape.OutDepths, shape.OutRows, shape.OutColumns))
            call.Device.Guard("unpooling", () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), indices.View<TNumber>(), call.Windows.List, pooling.List, walk, Axes(pooling), lengths, default));
    }

    private static PoolingAxes Axes(PlanWindows windows) => new() { Depth = windows.Depth, Height = windows.Height, Width = windows.Width };
}
