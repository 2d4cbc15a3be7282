using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Torch;
using Cenote.Conformance.Tests.Training;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>Minima and their indices against the negatives of libtorch's maxima of negatives, live.</summary>
public class MinDifferentialTests
{
    public static TheoryData<int, string> Rows => TrainingRun.Rows(typeof(float), typeof(double));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Minima_are_negated_maxima(int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        if (element == nameof(Single)) Compare<float>(rank);
        else Compare<double>(rank);
    }

    private static void Compare<T>(int rank)
        where T : unmanaged
    {
        var generator = new CaseGenerator(5000 + rank);
        for (int number = 0; number < IndexDifferentialTests.CasesPerRow; number++)
        {
            PoolCase @case = generator.NextWhole(isMax: true, rank);
            T[] input = generator.Data<T>(@case);
            bool channelsLast = generator.Coin();
            string name = $"case {number} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}): {@case}";
            (T[] values, long[] indices, _) = IndexDifferentialTests.Expected(@case, Negative(input), channelsLast);
            MaxPool max = (MaxPool)@case.CreateLayer();
            WindowOptions o = max.Options;
            IndexedPool pool = rank switch
            {
                1 => new MinPool1d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                2 => new MinPool2d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
                _ => new MinPool3d(o.Kernel, o.Stride, o.Padding, o.Dilation, o.CeilMode),
            };
            Tensor<T> x = Dense.Of(input, @case.Shape, rank, channelsLast);
            (Tensor<T> least, PoolIndices chosen) = pool.ForwardWithIndices(x);
            Dense.RequireSame(name, Negative(values), Dense.RowMajor(least));
            Dense.RequireSame(name, Negative(values), Dense.RowMajor(pool.Forward(x)));
            Dense.RequireSame($"{name}: indices", indices, Dense.RowMajor(chosen.ToFlat()));
        }
    }

    private static T[] Negative<T>(T[] elements)
        where T : unmanaged => [.. elements.Select(element => Elements.FromDouble<T>(-Elements.ToDouble(element)))];
}
