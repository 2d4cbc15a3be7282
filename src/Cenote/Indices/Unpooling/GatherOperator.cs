namespace Cenote;

/// <summary>Reads the chosen taps. Elements are only moved: the bits of one size are alike.</summary>
internal sealed class GatherOperator : PoolOperator
{
    public static readonly GatherOperator Instance = new();

    private protected override KernelCatalog Create(ElementType type) => KernelCatalog.Of(ElementTypes.Size(type) switch
    {
        1 => new GatherKernel<byte>(),
        2 => new GatherKernel<ushort>(),
        4 => new GatherKernel<uint>(),
        _ => new GatherKernel<ulong>(),
    });
}
