using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maximum over one layer's fractional windows, with or without indices.</summary>
internal sealed class FractionalMaxOperator(FractionalWindows windows) : PoolOperator
{
    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of(type, float.NegativeInfinity),
        ElementType.Double => Of(type, double.NegativeInfinity),
        ElementType.Half => Of(type, Half.NegativeInfinity, hasLanes: false),
        ElementType.BFloat16 => Of(type, BFloat16.NegativeInfinity, hasLanes: false),
        ElementType.SByte => Of(type, sbyte.MinValue),
        ElementType.Byte => Of(type, byte.MinValue),
        ElementType.Int16 => Of(type, short.MinValue),
        ElementType.UInt16 => Of(type, ushort.MinValue),
        ElementType.Int32 => Of(type, int.MinValue),
        ElementType.UInt32 => Of(type, uint.MinValue),
        ElementType.Int64 => Of(type, long.MinValue),
        ElementType.UInt64 => Of(type, ulong.MinValue),
        _ => throw Unknown(type),
    };

    private KernelCatalog Of<T>(ElementType type, T lowest, bool hasLanes = true)
        where T : unmanaged, IComparisonOperators<T, T, bool> => KernelCatalog.Of(new FractionalKernel<T, ExtremeChoice<T, Greatest>>(windows, new(lowest), type, hasLanes ? Line<T>() : null));

    // Rows are short: wider registers would seldom be full.
    private static FractionalLine<T>? Line<T>()
        where T : unmanaged =>
        Registers.Exist(Unsafe.SizeOf<Lanes256<T>>()) ? new FractionalLine<T, Lanes256<T>>() : Registers.Exist(Unsafe.SizeOf<Lanes128<T>>()) ? new FractionalLine<T, Lanes128<T>>() : null;
}
