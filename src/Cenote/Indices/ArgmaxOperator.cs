using System.Numerics;

namespace Cenote;

/// <summary>The maximum and where it is.</summary>
internal sealed class ArgmaxOperator : PoolOperator
{
    public static readonly ArgmaxOperator Instance = new();

    private protected override KernelCatalog Create(ElementType type) => type switch
    {
        ElementType.Single => Of(float.NegativeInfinity),
        ElementType.Double => Of(double.NegativeInfinity),
        ElementType.Half => Of(Half.NegativeInfinity),
        ElementType.BFloat16 => Of(BFloat16.NegativeInfinity),
        ElementType.SByte => Of(sbyte.MinValue),
        ElementType.Byte => Of(byte.MinValue),
        ElementType.Int16 => Of(short.MinValue),
        ElementType.UInt16 => Of(ushort.MinValue),
        ElementType.Int32 => Of(int.MinValue),
        ElementType.UInt32 => Of(uint.MinValue),
        ElementType.Int64 => Of(long.MinValue),
        ElementType.UInt64 => Of(ulong.MinValue),
        _ => throw Unknown(type),
    };

    private static KernelCatalog Of<T>(T lowest)
        where T : unmanaged, IComparisonOperators<T, T, bool> =>
        KernelCatalog.Of(new IndexedReference<T, MaxChoice<T>>(new(lowest)));
}
