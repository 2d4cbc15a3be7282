using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests.Training;

/// <summary>Maxima with their indices against libtorch, live, over random cases with fixed seeds.</summary>
public class IndexDifferentialTests
{
    internal const int CasesPerRow = 300;

    private static readonly Type[] Types = [typeof(float), typeof(double), typeof(Half), typeof(BFloat16), typeof(byte), typeof(sbyte), typeof(short), typeof(int), typeof(long)];

    public static TheoryData<int, string> Rows => TrainingRun.Rows(Types);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Values_and_indices_are_libtorch_s(int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        Action<int> compare = element switch
        {
            nameof(Single) => Compare<float>,
            nameof(Double) => Compare<double>,
            nameof(Half) => Compare<Half>,
            nameof(BFloat16) => Compare<BFloat16>,
            nameof(Byte) => Compare<byte>,
            nameof(SByte) => Compare<sbyte>,
            nameof(Int16) => Compare<short>,
            nameof(Int32) => Compare<int>,
            _ => Compare<long>,
        };
        compare(rank);
    }

    /// <summary>libtorch's answer; its indices where windows have taps, −1 where not.</summary>
    internal static (T[] Values, long[] Indices, long[] Shape) Expected<T>(PoolCase @case, T[] input, bool channelsLast)
        where T : unmanaged
    {
        (T[] values, long[] indices, long[] shape) = TorchTraining.Max(@case, input, channelsLast) ?? throw new InvalidOperationException($"libtorch refuses {@case}");
        if (channelsLast && @case.SpatialRank == 3 && Elements.IsFloating<T>())
        {
            // libtorch 2.10 loses the depth in the indices of 3-D channels-last windows of nothing but −∞; its row-major ones are right.
            long[] rowMajor = TorchTraining.Max(@case, input, channelsLast: false)!.Value.Indices;
            for (int i = 0; i < indices.Length; i++)
                if (double.IsNegativeInfinity(Elements.ToDouble(values[i]))) indices[i] = rowMajor[i];
        }

        // Of a window without a tap libtorch gives a position that may lie outside the plane.
        bool[] have = TrainingRun.HaveTaps(@case, shape);
        for (int i = 0; i < indices.Length; i++)
            if (!have[i % have.Length]) indices[i] = -1;
        return (values, indices, shape);
    }

    private static void Compare<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(1000 + rank);
        for (int number = 0; number < CasesPerRow; number++)
        {
            PoolCase @case = generator.NextWhole(isMax: true, rank);
            T[] input = generator.Data<T>(@case);
            bool channelsLast = generator.Coin();
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {@case}";
            (T[] values, long[] indices, long[] shape) = Expected(@case, input, channelsLast);

            var pool = (IndexedPool)@case.CreateLayer(1 + generator.Below(3));
            Tensor<T> source = Dense.Of(input, @case.Shape, rank, channelsLast);
            (Tensor<T> allocated, PoolIndices chosen) = pool.ForwardWithIndices(source);
            Assert.Equal(shape, TrainingRun.Shape(allocated.Lengths));
            Dense.RequireSame(name, values, Dense.RowMajor(allocated));
            Dense.RequireSame($"{name}: indices", indices, Dense.RowMajor(chosen.ToFlat()));

            // Into memory of the other order, and indices that hold something already.
            Tensor<T> filled = Dense.Garbage<T>(shape, rank, !channelsLast);
            PoolIndices refilled = chosen;
            if (generator.Coin()) refilled = pool.CreateIndices(source.Lengths);
            pool.ForwardWithIndices(source, filled, refilled);
            Dense.RequireSame($"{name}, filled in", values, Dense.RowMajor(filled));
            Dense.RequireSame($"{name}, filled in: indices", indices, Dense.RowMajor(refilled.ToFlat()));
        }
    }
}
