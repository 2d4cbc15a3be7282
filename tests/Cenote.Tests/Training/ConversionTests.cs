using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Indices between their compact form, PyTorch's and ONNX's.</summary>
public class ConversionTests
{
    public static TheoryData<IndexedPool, nint[], int> Sizes => new()
    {
        { new GlobalMaxPool2d(), [2, 3, 16, 16], 1 },
        { new GlobalMaxPool2d(), [2, 3, 16, 17], 2 },
        { new MaxPool2d(16, 3, 15), [1, 2, 20, 21], 1 },
        { new MaxPool2d((16, 17), 3, 8), [1, 2, 20, 21], 2 },
        { new MaxPool3d((4, 8, 9), 2, 3), [1, 2, 5, 9, 10], 2 },
        { new GlobalMaxPool1d(), [3, 1 << 16], 2 },
        { new GlobalMaxPool1d(), [3, (1 << 16) + 1], 4 },
        { new MaxPool1d((1 << 16) + 1, 2), [1, 1, (1 << 16) + 5], 4 },
        { new MaxPool2d((257, 256), 7, (100, 90)), [1, 2, 60, 80], 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Indices_have_as_many_bytes_as_their_windows_need(IndexedPool pool, nint[] shape, int bytes)
    {
        PoolPlan plan = pool.Plan(shape);
        int spatialRank = pool.SpatialRank, plane = (int)(plan.InputElements / plan.Batch / plan.Channels);
        // The greatest element at either end of each plane, where offsets are 0 and the greatest.
        foreach (int greatest in (int[])[0, 1, plane / 2, plane - 1])
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                float[] data = Elements(plan, greatest, plane);
                (Tensor<float> values, PoolIndices indices) = pool.ForwardWithIndices(Dense.Of(data, shape, spatialRank, channelsLast));
                Assert.Equal(bytes, indices.BytesPerIndex);
                long[] flat = Dense.RowMajor(indices.ToFlat());
                float[] maxima = Dense.RowMajor(values);
                Assert.Equal(Dense.RowMajor(pool.Forward(Tensor.Create(data, shape))), maxima);
                int perPlane = flat.Length / (data.Length / plane);
                for (int i = 0; i < flat.Length; i++) Assert.Equal(maxima[i], data[i / perPlane * plane + flat[i]]);
                Assert.Contains(greatest, flat);

                PoolIndices back = PoolIndices.FromFlat(plan, indices.ToFlat());
                Assert.Equal(bytes, back.BytesPerIndex);
                Assert.Equal(flat, Dense.RowMajor(back.ToFlat()));
                Assert.Equal(maxima, Dense.RowMajor(pool.Gather(Tensor.Create(data, shape), back)));
                Assert.Equal(Dense.RowMajor(pool.Backward(values, indices)), Dense.RowMajor(pool.Backward(values, back)));
            }
        }
    }

    [Fact]
    public void Round_trips_of_random_cases_lose_nothing()
    {
        var cases = new TrainingCases(9);
        for (int number = 0; number < 400; number++)
        {
            TrainingCase @case = cases.Next();
            MaxPool pool = @case.Max();
            bool channelsLast = cases.Coin();
            var (_, indices) = pool.ForwardWithIndices(Dense.Of(cases.Numbers(@case.Planes * @case.Plane), @case.InputShape, @case.Rank, channelsLast));
            long[] flat = Dense.RowMajor(indices.ToFlat());
            Tensor<long> strided = Dense.Of(flat, @case.OutputShape, @case.Rank, !channelsLast);
            Assert.Equal(flat, Dense.RowMajor(PoolIndices.FromFlat(pool.Plan(@case.InputShape), strided).ToFlat()));
            Dense.RequireSame($"case {number}, order 0: {@case}", ToOnnx(@case, flat, 0), Dense.RowMajor(indices.ToOnnx()));
            Dense.RequireSame($"case {number}, order 1: {@case}", ToOnnx(@case, flat, 1), Dense.RowMajor(indices.ToOnnx(1)));
        }
    }

    [Fact]
    public void Converting_does_not_depend_on_what_was_filled_before()
    {
        // The same indices serve channels-last, then row-major tensors.
        var pool = new MaxPool2d(2, 1);
        nint[] shape = [2, 3, 4, 5];
        var random = new Random(5);
        float[] first = [.. Enumerable.Range(0, 120).Select(_ => random.NextSingle())], second = [.. Enumerable.Range(0, 120).Select(_ => random.NextSingle())];
        PoolIndices indices = pool.CreateIndices(shape);
        foreach (float[] data in (float[][])[first, second, first])
        {
            foreach (bool channelsLast in (bool[])[false, true])
            {
                pool.ForwardWithIndices(Dense.Of(data, shape, 2, !channelsLast), Dense.Garbage<float>(pool.Plan(shape).OutputShape, 2, channelsLast), indices);
                Assert.Equal(pool.ForwardWithIndices(Tensor.Create(data, shape)).Indices.ToFlat(), indices.ToFlat());
            }
        }
    }

    /// <summary>Along each axis of the plane the same place, counted ONNX's way.</summary>
    private static long[] ToOnnx(TrainingCase @case, long[] flat, int storageOrder)
    {
        int[] lengths = [.. @case.Axes.Select(axis => axis.Length)];
        return [.. flat.Select((index, i) =>
        {
            if (index < 0) return -1;
            long[] place = [.. lengths.Select((length, axis) => index / lengths[(axis + 1)..].Aggregate(1L, (product, inner) => product * inner) % length)];
            long counted = storageOrder == 0 ? index : place.Select((at, axis) => at * lengths[..axis].Aggregate(1L, (product, outer) => product * outer)).Sum();
            return i / @case.OutputPlane * @case.Plane + counted;
        })];
    }

    private static float[] Elements(PoolPlan plan, int greatest, int plane)
    {
        var random = new Random(greatest);
        var data = new float[plan.InputElements];
        for (int i = 0; i < data.Length; i++) data[i] = i % plane == greatest ? 10 : random.NextSingle();
        return data;
    }
}
