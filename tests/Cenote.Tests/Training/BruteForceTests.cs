using System.Numerics;
using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Indices, gradients and unpooling against enumeration, over random cases: dilation, any padding, ceil mode, zeros as padding, every element type, both memory orders.</summary>
public class BruteForceTests
{
    private const int Cases = 400;

    [Fact]
    public void Indices_of_float() => CompareIndices(float.NegativeInfinity);

    [Fact]
    public void Indices_of_double() => CompareIndices(double.NegativeInfinity);

    [Fact]
    public void Indices_of_Half() => CompareIndices(Half.NegativeInfinity);

    [Fact]
    public void Indices_of_BFloat16() => CompareIndices(BFloat16.NegativeInfinity);

    [Fact]
    public void Indices_of_sbyte() => CompareIndices(sbyte.MinValue);

    [Fact]
    public void Indices_of_byte() => CompareIndices(byte.MinValue);

    [Fact]
    public void Indices_of_short() => CompareIndices(short.MinValue);

    [Fact]
    public void Indices_of_ushort() => CompareIndices(ushort.MinValue);

    [Fact]
    public void Indices_of_int() => CompareIndices(int.MinValue);

    [Fact]
    public void Indices_of_uint() => CompareIndices(uint.MinValue);

    [Fact]
    public void Indices_of_long() => CompareIndices(long.MinValue);

    [Fact]
    public void Indices_of_ulong() => CompareIndices(ulong.MinValue);

    [Fact]
    public void Gradients_of_float() => CompareGradients<float, float>(values => values);

    [Fact]
    public void Gradients_of_double() => CompareGradients<double, double>(values => values);

    [Fact]
    public void Gradients_of_Half() => CompareGradients<Half, float>(Dense.Round<Half>);

    [Fact]
    public void Gradients_of_BFloat16() => CompareGradients<BFloat16, float>(Dense.Round<BFloat16>);

    private static void CompareIndices<T>(T lowest)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        var cases = new TrainingCases(1);
        for (int number = 0; number < Cases; number++)
        {
            TrainingCase @case = cases.Next();
            string name = $"case {number} of {Elements.Name<T>()}: {@case}";
            T[] input = Inputs<T>(cases, @case);
            (T[] values, long[] indices) = @case.Maxima(input, lowest);
            MaxPool pool = @case.Max(cases.Random.Next(1, 4));
            bool channelsLast = cases.Coin();
            Tensor<T> source = Dense.Of(input, @case.InputShape, @case.Rank, channelsLast);
            (Tensor<T> allocated, PoolIndices chosen) = pool.ForwardWithIndices(source);
            Assert.Equal(@case.OutputShape, allocated.Lengths.ToArray());
            Dense.RequireSame(name, values, Dense.RowMajor(allocated));
            Dense.RequireSame($"{name}: indices", indices, Dense.RowMajor(chosen.ToFlat()));

            Tensor<T> filled = Dense.Garbage<T>(@case.OutputShape, @case.Rank, !channelsLast);
            pool.ForwardWithIndices(source, filled, chosen);
            Dense.RequireSame($"{name}, filled in", values, Dense.RowMajor(filled));
            Dense.RequireSame($"{name}, filled in: indices", indices, Dense.RowMajor(chosen.ToFlat()));
            Dense.RequireSame($"{name}, gathered", [.. values.Select((value, i) => indices[i] < 0 ? default : value)], Dense.RowMajor(pool.Gather(source, chosen)));
        }
    }

    private static void CompareGradients<T, TSum>(Func<TSum[], T[]> round)
        where T : unmanaged, IComparisonOperators<T, T, bool>
        where TSum : unmanaged, INumber<TSum>
    {
        var cases = new TrainingCases(2);
        for (int number = 0; number < Cases; number++)
        {
            TrainingCase @case = cases.Next();
            string name = $"case {number} of {Elements.Name<T>()}: {@case}";
            T[] input = Inputs<T>(cases, @case), gradient = [.. cases.Numbers(@case.Planes * @case.OutputPlane).Select(Elements.FromDouble<T>)];
            TSum[] wide = [.. gradient.Select(element => Elements.FromDouble<TSum>(Elements.ToDouble(element)))];
            Tensor<T> from = Dense.Of(gradient, @case.OutputShape, @case.Rank, cases.Coin()), source = Dense.Of(input, @case.InputShape, @case.Rank, cases.Coin());
            Tensor<T> filled = Dense.Garbage<T>(@case.InputShape, @case.Rank, cases.Coin());

            MaxPool max = @case.Max(cases.Random.Next(1, 4));
            T[] expected = round(@case.Scatter(wide, @case.Maxima(input, Elements.FromDouble<T>(double.NegativeInfinity)).Indices));
            (_, PoolIndices indices) = max.ForwardWithIndices(source);
            Dense.RequireSame($"{name}: maximum", expected, Dense.RowMajor(max.Backward(from, indices)));
            max.Backward(from, indices, filled);
            Dense.RequireSame($"{name}: maximum, filled in", expected, Dense.RowMajor(filled));
            Dense.RequireSame($"{name}: maximum, from the input", expected, Dense.RowMajor(max.BackwardFromInput(from, source)));
            filled.Fill(Elements.FromDouble<T>(77));
            max.BackwardFromInput(from.AsReadOnlyTensorSpan(), source.AsReadOnlyTensorSpan(), filled.AsTensorSpan());
            Dense.RequireSame($"{name}: maximum, from the input, filled in", expected, Dense.RowMajor(filled));

            // Sums over more windows may be grouped.
            if (@case.MostReaders() > 32) continue;
            AvgPool average = @case.Average(cases.Random.Next(1, 4));
            expected = round(@case.Spread(wide));
            Dense.RequireSame($"{name}: average", expected, Dense.RowMajor(average.Backward(from, @case.InputShape)));
            filled.Fill(Elements.FromDouble<T>(77));
            average.Backward(from, filled);
            Dense.RequireSame($"{name}: average, filled in", expected, Dense.RowMajor(filled));
        }
    }

    /// <summary>Numbers of the type, its edges among them.</summary>
    private static T[] Inputs<T>(TrainingCases cases, TrainingCase @case)
        where T : unmanaged
    {
        int count = @case.Planes * @case.Plane;
        if (Elements.IsFloating<T>()) return [.. cases.Numbers(count).Select(Elements.FromDouble<T>)];
        T[] extremes = Elements.Extremes<T>();
        bool ties = cases.Coin();
        return [.. Enumerable.Range(0, count).Select(_ => ties ? extremes[cases.Random.Next(extremes.Length)] : Elements.FromDouble<T>(cases.Random.Next(120)))];
    }
}
