using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Training;

/// <summary>Unpooling and its gradient against libtorch, live, over random cases with fixed seeds.</summary>
public class UnpoolDifferentialTests
{
    internal const int CasesPerRow = 400;

    public static TheoryData<int, string> Rows => TrainingRun.Rows(typeof(float), typeof(double), typeof(Half), typeof(BFloat16));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Unpooling_is_libtorch_s(int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        Action<int> compare = element switch { nameof(Single) => Compare<float>, nameof(Double) => Compare<double>, nameof(Half) => Compare<Half>, _ => Compare<BFloat16> };
        compare(rank);
    }

    private static void Compare<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(5000 + rank);
        int compared = 0, repeated = 0;
        while (compared < CasesPerRow)
        {
            PoolCase @case = generator.NextWhole(isMax: true, rank);
            T[] input = generator.Data<T>(@case);
            bool channelsLast = generator.Coin();
            (T[] values, long[] indices, long[] shape) = IndexDifferentialTests.Expected(@case, input, channelsLast);
            // libtorch refuses −1.
            if (indices.Contains(-1)) continue;

            // The positions of the pooling in its input, or any positions in planes of any size.
            bool pooled = generator.Below(3) > 0;
            long[] unpooled = [.. @case.Shape];
            if (!pooled)
            {
                for (int axis = 1; axis <= rank; axis++) unpooled[^axis] += generator.Below(4);
                int plane = (int)TrainingRun.Count(unpooled[^rank..]);
                for (int i = 0; i < indices.Length; i++) indices[i] = generator.Below(plane);
            }

            string name = $"case {compared} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}, {(pooled ? "pooled" : "random")} into {string.Join('x', unpooled)}): {@case}";
            repeated += Forward(name, generator, @case, (values, indices, shape), unpooled, channelsLast, pooled) ? 1 : 0;
            compared++;
        }

        Assert.InRange(repeated, 50, CasesPerRow);
    }

    /// <summary>Compares both directions; whether some index came twice.</summary>
    private static bool Forward<T>(string name, CaseGenerator generator, PoolCase @case, (T[] Values, long[] Indices, long[] Shape) pooled, long[] unpooled, bool channelsLast, bool fromPool)
        where T : unmanaged
    {
        int rank = @case.SpatialRank;
        MaxUnpool layer = Layer(@case, 1 + generator.Below(3));
        var outputSize = Spatial.Create([.. unpooled[^rank..].Select(length => (int)length)]);
        T[] expected = TorchTraining.Unpool(@case, pooled.Values, pooled.Indices, pooled.Shape, unpooled, channelsLast);
        T[] gradient = generator.Data<T>(@case with { Shape = unpooled });
        long planes = TrainingRun.Count(pooled.Shape[..^rank]);
        T[] back = TorchTraining.Gather(gradient, pooled.Indices, planes);
        bool repeats = Mask(back, pooled.Indices, planes);

        Tensor<T> values = Dense.Of(pooled.Values, pooled.Shape, rank, channelsLast), from = Dense.Of(gradient, unpooled, rank, channelsLast);
        Tensor<long> flat = Dense.Of(pooled.Indices, pooled.Shape, rank, generator.Coin());
        Dense.RequireSame(name, expected, Dense.RowMajor(layer.Forward(values, flat, outputSize)));
        Dense.RequireSame($"{name}, gradient", back, Dense.RowMajor(layer.Backward(from, flat)));
        Tensor<T> filled = Dense.Garbage<T>(unpooled, rank, !channelsLast), filledBack = Dense.Garbage<T>(pooled.Shape, rank, !channelsLast);
        if (!fromPool)
        {
            layer.Forward(values.AsReadOnlyTensorSpan(), flat.AsReadOnlyTensorSpan(), filled.AsTensorSpan());
            layer.Backward(from.AsReadOnlyTensorSpan(), flat.AsReadOnlyTensorSpan(), filledBack.AsTensorSpan());
        }
        else
        {
            var indices = PoolIndices.FromFlat(@case.CreateLayer().Plan(TrainingRun.Lengths(@case.Shape)), flat);
            Dense.RequireSame($"{name}, compact indices", expected, Dense.RowMajor(layer.Forward(values, indices, outputSize)));
            Dense.RequireSame($"{name}, compact indices, gradient", back, Dense.RowMajor(layer.Backward(from, indices)));
            layer.Forward(values.AsReadOnlyTensorSpan(), indices, filled.AsTensorSpan());
            layer.Backward(from.AsReadOnlyTensorSpan(), indices, filledBack.AsTensorSpan());
        }

        Dense.RequireSame($"{name}, filled in", expected, Dense.RowMajor(filled));
        Dense.RequireSame($"{name}, gradient filled in", back, Dense.RowMajor(filledBack));
        return repeats;
    }

    /// <summary>
    /// libtorch gives the gradient of one place to every value that was put there; the true one goes to the value that stayed, the last.
    /// </summary>
    private static bool Mask<T>(T[] gradient, long[] indices, long planes)
        where T : unmanaged
    {
        bool repeats = false;
        int perPlane = planes == 0 ? 0 : (int)(indices.Length / planes);
        for (int plane = 0; plane < planes; plane++)
        {
            var taken = new HashSet<long>();
            for (int i = (plane + 1) * perPlane - 1; i >= plane * perPlane; i--)
            {
                if (taken.Add(indices[i])) continue;
                gradient[i] = default;
                repeats = true;
            }
        }

        return repeats;
    }

    private static MaxUnpool Layer(PoolCase @case, int threads)
    {
        Spatial kernel = Spatial.Create(@case.Kernel), stride = Spatial.Create(@case.Stride), padding = Spatial.Create(@case.Padding);
        return @case.SpatialRank switch
        {
            1 => new MaxUnpool1d(kernel, stride, padding) { MaxDegreeOfParallelism = threads },
            2 => new MaxUnpool2d(kernel, stride, padding) { MaxDegreeOfParallelism = threads },
            _ => new MaxUnpool3d(kernel, stride, padding) { MaxDegreeOfParallelism = threads },
        };
    }
}
