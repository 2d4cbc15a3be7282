using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Training;

/// <summary>Training calls read and write tensors of any strides in place, and touch nothing else: not the gaps, not what lies behind.</summary>
public class TrainingStrideTests
{
    private const int Cases = 250;

    [Fact]
    public void Indices_and_gradients_of_float() => Compare<float>(gradients: true);

    [Fact]
    public void Indices_and_gradients_of_double() => Compare<double>(gradients: true);

    [Fact]
    public void Indices_and_gradients_of_Half() => Compare<Half>(gradients: true);

    [Fact]
    public void Indices_and_gradients_of_BFloat16() => Compare<BFloat16>(gradients: true);

    [Fact]
    public void Indices_of_byte() => Compare<byte>(gradients: false);

    [Fact]
    public void Indices_of_short() => Compare<short>(gradients: false);

    [Fact]
    public void Indices_of_int() => Compare<int>(gradients: false);

    [Fact]
    public void Indices_of_ulong() => Compare<ulong>(gradients: false);

    private static void Compare<T>(bool gradients)
        where T : unmanaged
    {
        var cases = new TrainingCases(11);
        for (int number = 0; number < Cases;)
        {
            TrainingCase @case = cases.Next();
            if (@case.Planes == 0) continue;
            string name = $"case {number++} of {Elements.Name<T>()}: {@case}";
            T[] input = Numbers<T>(cases, @case.Planes * @case.Plane), gradient = Numbers<T>(cases, @case.Planes * @case.OutputPlane);
            MaxPool max = @case.Max(cases.Random.Next(1, 3));
            (Tensor<T> values, PoolIndices chosen) = max.ForwardWithIndices(Tensor.Create(input, @case.InputShape));
            long[] flat = Dense.RowMajor(chosen.ToFlat());

            PoolIndices indices = max.CreateIndices(@case.InputShape);
            using var from = new GuardedTensor<T>(cases.Random, @case.InputShape, input);
            using var to = new GuardedTensor<T>(cases.Random, @case.OutputShape);
            max.ForwardWithIndices(from.Source, to.Span, indices);
            to.Require(name, Dense.RowMajor(values));
            Dense.RequireSame($"{name}: indices, {from}, {to}", flat, Dense.RowMajor(indices.ToFlat()));

            using var gathered = new GuardedTensor<T>(cases.Random, @case.OutputShape);
            max.Gather(from.Source, indices, gathered.Span);
            gathered.Require($"{name}: gathered", Dense.RowMajor(max.Gather(Tensor.Create(input, @case.InputShape), chosen)));
            Unpool(name, cases, @case, input, gradient, indices);
            if (gradients) Gradients(name, cases, @case, input, gradient, indices);
        }
    }

    private static void Unpool<T>(string name, TrainingCases cases, TrainingCase @case, T[] input, T[] values, PoolIndices indices)
        where T : unmanaged
    {
        MaxUnpool layer = @case.Unpool();
        using var from = new GuardedTensor<T>(cases.Random, @case.OutputShape, values);
        using var flat = new GuardedTensor<long>(cases.Random, @case.OutputShape, Dense.RowMajor(indices.ToFlat()));
        using GuardedTensor<T> compact = new(cases.Random, @case.InputShape), long1 = new(cases.Random, @case.InputShape);
        T[] expected = Dense.RowMajor(layer.Forward(Tensor.Create(values, @case.OutputShape), indices, Spatial.Create([.. @case.Axes.Select(axis => axis.Length)])));
        layer.Forward(from.Source, indices, compact.Span);
        layer.Forward(from.Source, flat.Source, long1.Span);
        compact.Require($"{name}: unpooled, {from}", expected);
        long1.Require($"{name}: unpooled from flat indices, {from}, {flat}", expected);

        using var arriving = new GuardedTensor<T>(cases.Random, @case.InputShape, input);
        using GuardedTensor<T> back = new(cases.Random, @case.OutputShape), flatBack = new(cases.Random, @case.OutputShape);
        expected = Dense.RowMajor(layer.Backward(Tensor.Create(input, @case.InputShape), indices));
        layer.Backward(arriving.Source, indices, back.Span);
        layer.Backward(arriving.Source, flat.Source, flatBack.Span);
        back.Require($"{name}: gradient of unpooling, {arriving}", expected);
        flatBack.Require($"{name}: gradient of unpooling from flat indices, {arriving}, {flat}", expected);
    }

    private static void Gradients<T>(string name, TrainingCases cases, TrainingCase @case, T[] input, T[] gradient, PoolIndices indices)
        where T : unmanaged
    {
        MaxPool max = @case.Max(cases.Random.Next(1, 3));
        Tensor<T> dense = Tensor.Create(gradient, @case.OutputShape);
        using var from = new GuardedTensor<T>(cases.Random, @case.OutputShape, gradient);
        using var source = new GuardedTensor<T>(cases.Random, @case.InputShape, input);
        using GuardedTensor<T> chosen = new(cases.Random, @case.InputShape), again = new(cases.Random, @case.InputShape), spread = new(cases.Random, @case.InputShape);
        T[] expected = Dense.RowMajor(max.Backward(dense, indices));
        max.Backward(from.Source, indices, chosen.Span);
        chosen.Require($"{name}: gradient of the maximum, {from}", expected);
        max.BackwardFromInput(from.Source, source.Source, again.Span);
        again.Require($"{name}: gradient of the maximum from the input, {from}, {source}", expected);

        AvgPool average = @case.Average(cases.Random.Next(1, 3));
        average.Backward(from.Source, spread.Span);
        spread.Require($"{name}: gradient of the average, {from}", Dense.RowMajor(average.Backward(dense, @case.InputShape)));
    }

    private static T[] Numbers<T>(TrainingCases cases, int count)
        where T : unmanaged => Elements.IsFloating<T>() ? [.. cases.Numbers(count).Select(Elements.FromDouble<T>)] : [.. Enumerable.Range(0, count).Select(_ => Elements.FromDouble<T>(cases.Random.Next(9)))];
}
