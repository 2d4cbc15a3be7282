namespace Cenote;

/// <summary>One pooling operator: its kernels for every element type. The dispatch table from (operator, element type) to code.</summary>
internal abstract class PoolOperator
{
    private readonly KernelCatalog?[] _catalogs = new KernelCatalog?[ElementTypes.Count];

    /// <summary>The kernels for one element type. Made at the first call; two threads may make the same ones, and either serves.</summary>
    public KernelCatalog this[ElementType type] => _catalogs[(int)type] ??= Create(type);

    private protected abstract KernelCatalog Create(ElementType type);

    private protected static Exception Unknown(ElementType type) => new ArgumentOutOfRangeException(nameof(type), type, null);
}
