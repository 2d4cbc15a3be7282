using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShapeNet.Layers;

/// <summary>Products of row-major matrices, added to what <c>c</c> holds. TensorPrimitives ends at products of vectors, whose sums go through memory; here four rows of a result stay in
/// registers until they are complete, which is several times as fast.</summary>
internal static class MatrixProduct
{
    private const int Rows = 4;

    /// <summary>Columns of a block: two registers.</summary>
    private static int Width => 2 * Vector<float>.Count;

    /// <summary>c += a·b, where <paramref name="b"/> has <paramref name="inner"/> rows.</summary>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner) => Add(a, inner, 1, b, c, inner);

    /// <summary>c += aᵀ·b, where <paramref name="a"/> and <paramref name="b"/> have <paramref name="inner"/> rows.</summary>
    public static void AddTransposedA(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner) => Add(a, 1, a.Length / inner, b, c, inner);

    /// <summary>c += a·bᵀ, where <paramref name="a"/> and <paramref name="b"/> have <paramref name="inner"/> columns.</summary>
    public static void AddTransposedB(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int inner)
    {
        int rows = a.Length / inner, columns = b.Length / inner, row = 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(c.Length, rows * columns, nameof(c));
        for (; row + Rows <= rows; row += Rows)
            for (int column = 0; column < columns; column++)
                AddDots(a.Slice(row * inner, Rows * inner), b.Slice(column * inner, inner), ref c[row * columns + column], columns);
        for (; row < rows; row++)
            for (int column = 0; column < columns; column++)
                c[row * columns + column] += TensorPrimitives.Dot(a.Slice(row * inner, inner), b.Slice(column * inner, inner));
    }

    /// <param name="a">The factors.</param>
    /// <param name="rowStep">The distance between the factors of one row of the result and of the next.</param>
    /// <param name="innerStep">The distance between the factors of one row of <paramref name="b"/> and of the next.</param>
    /// <param name="b">The matrix whose rows are multiplied.</param>
    /// <param name="c">The result.</param>
    /// <param name="inner">How many rows <paramref name="b"/> has.</param>
    private static void Add(ReadOnlySpan<float> a, int rowStep, int innerStep, ReadOnlySpan<float> b, Span<float> c, int inner)
    {
        int columns = b.Length / inner, rows = c.Length / columns, column = 0;
        ArgumentOutOfRangeException.ThrowIfLessThan(a.Length, rows * inner, nameof(a));
        for (; column + Width <= columns; column += Width) AddBlock(a, rowStep, innerStep, b[column..], c[column..], columns, rows, inner);
        if (column == columns) return;
        // The last columns, in a copy as wide as a block.
        Span<float> lastB = new float[inner * Width], lastC = new float[rows * Width];
        for (int k = 0; k < inner; k++) b[(k * columns + column)..((k + 1) * columns)].CopyTo(lastB[(k * Width)..]);
        for (int row = 0; row < rows; row++) c[(row * columns + column)..((row + 1) * columns)].CopyTo(lastC[(row * Width)..]);
        AddBlock(a, rowStep, innerStep, lastB, lastC, Width, rows, inner);
        for (int row = 0; row < rows; row++) lastC.Slice(row * Width, columns - column).CopyTo(c[(row * columns + column)..]);
    }

    private static void AddBlock(ReadOnlySpan<float> a, int rowStep, int innerStep, ReadOnlySpan<float> b, Span<float> c, int pitch, int rows, int inner)
    {
        ref float factors = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b), sums = ref MemoryMarshal.GetReference(c);
        int row = 0;
        for (; row + Rows <= rows; row += Rows) AddFourRows(ref Unsafe.Add(ref factors, row * rowStep), rowStep, innerStep, ref right, ref Unsafe.Add(ref sums, row * pitch), pitch, inner);
        for (; row < rows; row++) AddRow(ref Unsafe.Add(ref factors, row * rowStep), innerStep, ref right, ref Unsafe.Add(ref sums, row * pitch), pitch, inner);
    }

    // Fused, not merely "multiply and add": the same rounding on every processor.
    private static void AddFourRows(ref float a, nint rowStep, nint innerStep, ref float b, ref float c, nint pitch, int inner)
    {
        nuint second = (nuint)Vector<float>.Count;
        ref float c1 = ref Unsafe.Add(ref c, pitch), c2 = ref Unsafe.Add(ref c1, pitch), c3 = ref Unsafe.Add(ref c2, pitch);
        Vector<float> sum00 = Vector.LoadUnsafe(ref c), sum01 = Vector.LoadUnsafe(ref c, second), sum10 = Vector.LoadUnsafe(ref c1), sum11 = Vector.LoadUnsafe(ref c1, second);
        Vector<float> sum20 = Vector.LoadUnsafe(ref c2), sum21 = Vector.LoadUnsafe(ref c2, second), sum30 = Vector.LoadUnsafe(ref c3), sum31 = Vector.LoadUnsafe(ref c3, second);
        for (int k = 0; k < inner; k++)
        {
            Vector<float> left = Vector.LoadUnsafe(ref b), right = Vector.LoadUnsafe(ref b, second);
            var factor = new Vector<float>(a);
            (sum00, sum01) = (Vector.FusedMultiplyAdd(left, factor, sum00), Vector.FusedMultiplyAdd(right, factor, sum01));
            factor = new Vector<float>(Unsafe.Add(ref a, rowStep));
            (sum10, sum11) = (Vector.FusedMultiplyAdd(left, factor, sum10), Vector.FusedMultiplyAdd(right, factor, sum11));
            factor = new Vector<float>(Unsafe.Add(ref a, 2 * rowStep));
            (sum20, sum21) = (Vector.FusedMultiplyAdd(left, factor, sum20), Vector.FusedMultiplyAdd(right, factor, sum21));
            factor = new Vector<float>(Unsafe.Add(ref a, 3 * rowStep));
            (sum30, sum31) = (Vector.FusedMultiplyAdd(left, factor, sum30), Vector.FusedMultiplyAdd(right, factor, sum31));
            a = ref Unsafe.Add(ref a, innerStep);
            b = ref Unsafe.Add(ref b, pitch);
        }

        sum00.StoreUnsafe(ref c);
        sum01.StoreUnsafe(ref c, second);
        sum10.StoreUnsafe(ref c1);
        sum11.StoreUnsafe(ref c1, second);
        sum20.StoreUnsafe(ref c2);
        sum21.StoreUnsafe(ref c2, second);
        sum30.StoreUnsafe(ref c3);
        sum31.StoreUnsafe(ref c3, second);
    }

    private static void AddRow(ref float a, nint innerStep, ref float b, ref float c, nint pitch, int inner)
    {
        nuint second = (nuint)Vector<float>.Count;
        Vector<float> sum0 = Vector.LoadUnsafe(ref c), sum1 = Vector.LoadUnsafe(ref c, second);
        for (int k = 0; k < inner; k++)
        {
            var factor = new Vector<float>(a);
            (sum0, sum1) = (Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref b), factor, sum0), Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref b, second), factor, sum1));
            a = ref Unsafe.Add(ref a, innerStep);
            b = ref Unsafe.Add(ref b, pitch);
        }

        sum0.StoreUnsafe(ref c);
        sum1.StoreUnsafe(ref c, second);
    }

    /// <summary>Adds the products of four rows of <paramref name="a"/> with <paramref name="b"/> to a column of the result.</summary>
    private static void AddDots(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ref float c, nint pitch)
    {
        int length = b.Length, whole = length - length % Vector<float>.Count;
        ref float row = ref MemoryMarshal.GetReference(a), right = ref MemoryMarshal.GetReference(b);
        Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (int k = 0; k < whole; k += Vector<float>.Count)
        {
            Vector<float> taps = Vector.LoadUnsafe(ref right, (nuint)k);
            sum0 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref row, (nuint)k), taps, sum0);
            sum1 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref row, (nuint)(k + length)), taps, sum1);
            sum2 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref row, (nuint)(k + 2 * length)), taps, sum2);
            sum3 = Vector.FusedMultiplyAdd(Vector.LoadUnsafe(ref row, (nuint)(k + 3 * length)), taps, sum3);
        }

        var (rest0, rest1, rest2, rest3) = (Vector.Sum(sum0), Vector.Sum(sum1), Vector.Sum(sum2), Vector.Sum(sum3));
        for (int k = whole; k < length; k++)
        {
            rest0 += a[k] * b[k];
            rest1 += a[k + length] * b[k];
            rest2 += a[k + 2 * length] * b[k];
            rest3 += a[k + 3 * length] * b[k];
        }

        c += rest0;
        Unsafe.Add(ref c, pitch) += rest1;
        Unsafe.Add(ref c, 2 * pitch) += rest2;
        Unsafe.Add(ref c, 3 * pitch) += rest3;
    }
}
