namespace Cenote;

/// <summary>The lengths of values, and of the planes that they are unpooled into.</summary>
internal readonly record struct UnpoolShape(long Batch, long Channels, long Depths, long Rows, long Columns, long OutDepths, long OutRows, long OutColumns)
{
    /// <summary>The positions of one unpooled plane.</summary>
    public long Plane => OutDepths * OutRows * OutColumns;

    public long Values => Batch * Channels * Depths * Rows * Columns;

    /// <summary>The shape of two tensors of C×spatial or N×C×spatial axes that differ in the spatial ones.</summary>
    public static UnpoolShape Of(ReadOnlySpan<nint> values, ReadOnlySpan<nint> unpooled, int spatialRank)
    {
        int first = values.Length - spatialRank;
        return new(
            first == 2 ? values[0] : 1,
            values[first - 1],
            spatialRank == 3 ? values[^3] : 1,
            spatialRank >= 2 ? values[^2] : 1,
            values[^1],
            spatialRank == 3 ? unpooled[^3] : 1,
            spatialRank >= 2 ? unpooled[^2] : 1,
            unpooled[^1]);
    }
}
