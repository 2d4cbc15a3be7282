using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of what moves elements to chosen taps, or from them. Elements are only moved: the bits of one size are alike.</summary>
internal static class Unpooling
{
    /// <summary>Values to where they were chosen, in planes of other lengths than the pooling's input; the call is the transposed plan's.</summary>
    public static void Unpool(PoolCall call, int elementBytes, NumberMemory numbers, UnpoolShape shape)
    {
        switch (elementBytes)
        {
            case 1: numbers.Use(new UnpoolUse<byte>(call, numbers, shape)); break;
            case 2: numbers.Use(new UnpoolUse<ushort>(call, numbers, shape)); break;
            case 4: numbers.Use(new UnpoolUse<uint>(call, numbers, shape)); break;
            default: numbers.Use(new UnpoolUse<ulong>(call, numbers, shape)); break;
        }
    }

    /// <summary>For each output what lies at its chosen tap: in the pooling's input, or where a shape is given in unpooled planes, and there only for the last window that chose it.</summary>
    public static void Take(PoolCall call, int elementBytes, NumberMemory numbers, UnpoolShape? shape)
    {
        switch (elementBytes)
        {
            case 1: numbers.Use(new TakeUse<byte>(call, numbers, shape)); break;
            case 2: numbers.Use(new TakeUse<ushort>(call, numbers, shape)); break;
            case 4: numbers.Use(new TakeUse<uint>(call, numbers, shape)); break;
            default: numbers.Use(new TakeUse<ulong>(call, numbers, shape)); break;
        }
    }

    private sealed record UnpoolUse<T>(PoolCall Call, NumberMemory Numbers, UnpoolShape Shape) : INumberUse
        where T : unmanaged
    {
        public void Run<TNumber, TNumbers>()
            where TNumber : unmanaged
            where TNumbers : unmanaged, INumberFormat<TNumber>
        {
            KernelCache kernels = Call.Device.Kernels;
            PoolPlan plan = Call.Plan.Transposed;
            PlanWindows pooling = Call.Device.Plans[plan];
            var launch = kernels.Get(typeof(UnpoolKernel<T, TNumber, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, PlaneLengths, T>(UnpoolKernel<T, TNumber, TNumbers>.Run));
            foreach (Walk walk in Call.Walks(1, 1, 1, Shape.OutDepths, Shape.OutRows, Shape.OutColumns))
                Call.Device.Guard("unpooling", () => launch(Call.Stream.Stream, kernels.Threads(walk.Items), Call.Input.Cast<T>(), Call.Output.Cast<T>(), Numbers.View<TNumber>(), Call.Windows.List, pooling.List, walk, pooling.Axes, PlaneLengths.InputOf(plan), default));
        }
    }

    private sealed record TakeUse<T>(PoolCall Call, NumberMemory Numbers, UnpoolShape? Shape) : INumberUse
        where T : unmanaged
    {
        public void Run<TNumber, TNumbers>()
            where TNumber : unmanaged
            where TNumbers : unmanaged, INumberFormat<TNumber>
        {
            KernelCache kernels = Call.Device.Kernels;
            PlanWindows readers = Call.Device.Plans[Call.Plan.Transposed];
            int onlyLast = Shape is null ? 0 : 1;
            var launch = kernels.Get(typeof(TakeKernel<T, TNumber, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, ArrayView<ListedWindow>, Walk, PoolingAxes, PlaneLengths, int, T>(TakeKernel<T, TNumber, TNumbers>.Run));
            foreach (Walk walk in Call.Walks())
                Call.Device.Guard(Call.Plan.ToString(), () => launch(Call.Stream.Stream, kernels.Threads(walk.Items), Call.Input.Cast<T>(), Call.Output.Cast<T>(), Numbers.View<TNumber>(), Call.Windows.List, readers.List, Within(walk), readers.Axes, PlaneLengths.InputOf(Call.Plan), onlyLast, default));
        }

        /// <summary>The walk over sources of the shape's planes.</summary>
        private Walk Within(Walk walk)
        {
            if (Shape is not { } planes) return walk;
            walk.InWidth = walk.Channels.Divisor;
            walk.InHeight = walk.InWidth * planes.OutColumns;
            walk.InDepth = walk.InHeight * planes.OutRows;
            walk.Outer = walk.InDepth * planes.OutDepths;
            return walk;
        }
    }
}
