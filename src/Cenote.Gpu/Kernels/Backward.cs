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
        switch (type)
        {
            case ElementType.Single: Sum<float, float, byte, SingleMean, MeanShare>(call, none); break;
            case ElementType.Double: Sum<double, double, byte, DoubleMean, MeanShare>(call, none); break;
            case ElementType.Half: Sum<ushort, float, byte, WordMean<HalfWord>, MeanShare>(call, none); break;
            default: Sum<ushort, float, byte, WordMean<BFloat16Word>, MeanShare>(call, none); break;
        }
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
        ArrayView<TNumber> numbers = indices.View<TNumber>();
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
            call.Device.Guard(call.Plan.Transposed.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers, call.Windows.List, pooling.List, walk, Axes(pooling), default, default));
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
