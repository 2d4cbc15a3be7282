using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Choosing;

/// <summary>What the tests of layers that choose share.</summary>
internal static class Pooled
{
    public static Tensor<T> Row<T>(params T[] elements) => Tensor.Create(elements, [1, elements.Length]);

    /// <summary>The taps inside the input of one output's window with their flat positions, by enumeration.</summary>
    public static IEnumerable<(double Value, long Flat)> Taps(double[] plane, int height, int width, int kernel, int stride, int padding, int i, int j) =>
        from y in Enumerable.Range(i * stride - padding, kernel)
        where y >= 0 && y < height
        from x in Enumerable.Range(j * stride - padding, kernel)
        where x >= 0 && x < width
        select (plane[y * width + x], (long)y * width + x);

    /// <summary>Requires that a layer's values, indices and gradients are the same for 1, 2 and 7 threads, and in either memory order.</summary>
    public static void RequireSameEverywhere(Func<int, IndexedPool> layer, nint[] shape, int seed)
    {
        var random = new Random(seed);
        int rank = shape.Length - 2;
        float[] data = [.. Enumerable.Range(0, (int)TensorPrimitives.Product<nint>(shape)).Select(_ => (float)random.Next(-9, 30))];
        float[]? values = null, gradient = null;
        long[]? indices = null;
        foreach (int threads in (int[])[1, 2, 7])
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                IndexedPool pool = layer(threads);
                Tensor<float> x = Dense.Of(data, shape, rank, channelsLast);
                var (y, chosen) = pool.ForwardWithIndices(x);
                float[] dense = Dense.RowMajor(y);
                Tensor<float> g = Dense.Of([.. Enumerable.Range(1, dense.Length).Select(i => (float)i)], y.Lengths, rank, channelsLast);
                float[] back = Dense.RowMajor(pool.Backward(g, chosen));
                string name = $"{pool}, {threads} threads, {(channelsLast ? "channels last" : "row-major")}";
                Dense.RequireSame(name, dense, Dense.RowMajor(pool.Forward(x)));
                Dense.RequireSame(name, dense, Dense.RowMajor(pool.Gather(x, chosen)));
                Dense.RequireSame(name, back, Dense.RowMajor(pool.BackwardFromInput(g, x)));
                Assert.Equal(chosen.ToFlat(), PoolIndices.FromFlat(pool.Plan(x.Lengths), chosen.ToFlat()).ToFlat());
                Dense.RequireSame(name, values ??= dense, dense);
                Dense.RequireSame(name, gradient ??= back, back);
                Assert.Equal(indices ??= [.. chosen.ToFlat()], chosen.ToFlat());
            }
        }
    }
}
