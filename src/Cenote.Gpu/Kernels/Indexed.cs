using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>The dispatch of what works with chosen taps: pooling with indices, gradients, unpooling.</summary>
internal static class Indexed
{
    /// <summary>Values and the numbers of the taps that they are.</summary>
    public static void Choose(PoolCall call, PoolOperator @operator, ElementType type, NumberMemory numbers)
    {
        if (@operator is ArgExtremeOperator<Greatest> or ExtremeOperator<Greatest>) Choose<Greatest>(call, type, numbers);
        else if (@operator is ArgExtremeOperator<Least> or ExtremeOperator<Least>) Choose<Least>(call, type, numbers);
        else throw new NotSupportedException($"{call.Plan.Layer} has no kernels for devices; pool on the CPU.");
    }

    /// <summary>The same; a global plan needs no numbers.</summary>
    public static void Choose<TOrder>(PoolCall call, ElementType type, NumberMemory numbers)
        where TOrder : unmanaged, IOrder
    {
        if (ChoiceStrips.Accepts(call.Plan, numbers))
        {
            ChoiceStrips.Run<TOrder>(call, type, numbers.View<byte>());
            return;
        }

        switch (type)
        {
            case ElementType.Single: Of<float, ExtremeChoice<float, TOrder>>(new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.Double: Of<double, ExtremeChoice<double, TOrder>>(new(TOrder.Worst(double.NegativeInfinity, double.PositiveInfinity))); break;
            case ElementType.Half when call.Device.HasHalf: Of<ushort, WordExtreme<DeviceHalf, TOrder>>(new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.Half: Of<ushort, WordExtreme<HalfWord, TOrder>>(new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.BFloat16: Of<ushort, WordExtreme<BFloat16Word, TOrder>>(new(TOrder.Worst(float.NegativeInfinity, float.PositiveInfinity))); break;
            case ElementType.SByte: Of<sbyte, ExtremeChoice<sbyte, TOrder>>(new(TOrder.Worst(sbyte.MinValue, sbyte.MaxValue))); break;
            case ElementType.Byte: Of<byte, ExtremeChoice<byte, TOrder>>(new(TOrder.Worst(byte.MinValue, byte.MaxValue))); break;
            case ElementType.Int16: Of<short, ExtremeChoice<short, TOrder>>(new(TOrder.Worst(short.MinValue, short.MaxValue))); break;
            case ElementType.UInt16: Of<ushort, ExtremeChoice<ushort, TOrder>>(new(TOrder.Worst(ushort.MinValue, ushort.MaxValue))); break;
            case ElementType.Int32: Of<int, ExtremeChoice<int, TOrder>>(new(TOrder.Worst(int.MinValue, int.MaxValue))); break;
            case ElementType.UInt32: Of<uint, ExtremeChoice<uint, TOrder>>(new(TOrder.Worst(uint.MinValue, uint.MaxValue))); break;
            case ElementType.Int64: Of<long, ExtremeChoice<long, TOrder>>(new(TOrder.Worst(long.MinValue, long.MaxValue))); break;
            default: Of<ulong, ExtremeChoice<ulong, TOrder>>(new(TOrder.Worst(ulong.MinValue, ulong.MaxValue))); break;
        }

        void Of<T, TChoice>(TChoice choice)
            where T : unmanaged
            where TChoice : unmanaged, ITapChoice<T>
        {
            switch (numbers.Size)
            {
                case 0 or 1: Choose<T, byte, TChoice, NumberFormat>(call, choice, numbers); break;
                case 2: Choose<T, ushort, TChoice, NumberFormat>(call, choice, numbers); break;
                case 4: Choose<T, uint, TChoice, NumberFormat>(call, choice, numbers); break;
                default: Choose<T, ulong, TChoice, NumberFormat>(call, choice, numbers); break;
            }
        }
    }

    private static void Choose<T, TNumber, TChoice, TNumbers>(PoolCall call, TChoice choice, NumberMemory numbers)
        where T : unmanaged
        where TNumber : unmanaged
        where TChoice : unmanaged, ITapChoice<T>
        where TNumbers : unmanaged, INumberFormat<TNumber>
    {
        if (Global.Accepts(call.Plan))
        {
            Global.Choose<T, TNumber, TChoice, TNumbers>(call, choice, numbers.Size == 0 ? call.Output.Cast<TNumber>() : numbers.View<TNumber>(), numbers.Size != 0);
            return;
        }

        if (Bands.AcceptsChoices(call.Plan))
        {
            Bands.Choices<T, TNumber, TChoice, TNumbers>(call, choice, numbers.View<TNumber>());
            return;
        }

        KernelCache kernels = call.Device.Kernels;
        var launch = kernels.Get(typeof(ChoiceKernel<T, TNumber, TChoice, TNumbers>), accelerator => accelerator.LoadKernel<ArrayView<T>, ArrayView<T>, ArrayView<TNumber>, ArrayView<ListedWindow>, Walk, TChoice, T>(ChoiceKernel<T, TNumber, TChoice, TNumbers>.Run));
        foreach (Walk walk in call.Walks())
            call.Device.Guard(call.Plan.ToString(), () => launch(call.Stream.Stream, kernels.Threads(walk.Items), call.Input.Cast<T>(), call.Output.Cast<T>(), numbers.View<TNumber>(), call.Windows.List, walk, choice, default));
    }
}
