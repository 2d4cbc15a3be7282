using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>Products of row-major matrices, added to what <c>c</c> holds. The rows are long, so a vector operation for each pair of them is fast;
/// the outer loop goes over the larger matrix, so that it is read from memory once.</summary>
internal static class MatrixProduct
{
    // 1 kB of a row: as much of two dozen rows stays in the first-level cache.
    private const int Tile = 256;

    /// <summary>c += a·b, where <paramref name="b"/> has <paramref name="inner"/> rows.</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner)
    {
        int columns = b.Length / inner;
        for (int from = 0; from < columns; from += Tile)
        {
            int length = Math.Min(Tile, columns - from);
            for (int k = 0; k < inner; k++)
                for (int row = 0; row < c.Length / columns; row++)
                    AddScaled(b.Slice(k * columns + from, length), a[row * inner + k], c.Slice(row * columns + from, length));
        }
    }

    /// <summary>c += aᵀ·b, where <paramref name="a"/> and <paramref name="b"/> have <paramref name="inner"/> rows.</summary>
    public static void AddTransposedA(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner)
    {
        int rows = a.Length / inner, columns = b.Length / inner;
        for (int from = 0; from < columns; from += Tile)
        {
            int length = Math.Min(Tile, columns - from);
            for (int row = 0; row < rows; row++)
                for (int k = 0; k < inner; k++)
                    AddScaled(b.Slice(k * columns + from, length), a[k * rows + row], c.Slice(row * columns + from, length));
        }
    }

    /// <summary>c += a·bᵀ, where <paramref name="a"/> and <paramref name="b"/> have <paramref name="inner"/> columns.</summary>
    public static void AddTransposedB(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner)
    {
        int columns = b.Length / inner;
        for (int column = 0; column < columns; column++)
            for (int row = 0; row < a.Length / inner; row++)
                c[row * columns + column] += TensorPrimitives.Dot(a.Slice(row * inner, inner), b.Slice(column * inner, inner));
    }

    // Fused, not merely "multiply and add": the same rounding on every processor.
    private static void AddScaled(ReadOnlySpan<float> row, float factor, Span<float> sum) => TensorPrimitives.FusedMultiplyAdd(row, factor, sum, sum);
}
