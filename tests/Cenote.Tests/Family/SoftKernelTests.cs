using System.Numerics;
using System.Numerics.Tensors;
using Cenote.Tests.Choosing;
using Cenote.Tests.Golden;
using Cenote.Tests.Training;

namespace Cenote.Tests.Family;

/// <summary>Soft pooling on registers: the exponential function, every kernel against the reference in memory that ends at a guard page, and gradients against those made window by window.</summary>
public class SoftKernelTests
{
    private const int Cases = 200;

    public static TheoryData<string> Types => ["Single", "Double", "Half", "BFloat16"];

    [Fact]
    public void Exponentials_are_exact_to_two_units_of_the_last_place()
    {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            float narrow = (float)(random.NextDouble() * 174 - 87);
            double wide = random.NextDouble() * 1416 - 708;
            Check(Of<Lanes128<float>, float>(narrow), MathF.Exp(narrow), Math.Exp(narrow), MathF.BitIncrement(1) - 1f);
            Check(Of<Lanes128<double>, double>(wide), Math.Exp(wide), Math.Exp(wide), Math.BitIncrement(1) - 1);
            Assert.Equal(Of<Lanes128<float>, float>(narrow), Of<Lanes256<float>, float>(narrow));
            Assert.Equal(Of<Lanes128<double>, double>(wide), Of<Lanes512<double>, double>(wide));
        }

        Assert.Equal(1f, Of<Lanes128<float>, float>(0f));
        foreach (float nothing in (float[])[-87, -1e30f, float.NegativeInfinity, float.NaN]) Assert.Equal(0f, LaneExponential.OfNegative<Lanes128<float>, float>(Lanes128<float>.Fill(nothing)).Value[0]);

        static void Check(double found, double rounded, double exact, double last) => Assert.True(Math.Abs(found - exact) <= 2 * last * exact, $"{found}, not {rounded}");
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_kernel_gives_what_the_reference_gives(string type)
    {
        switch (type)
        {
            case "Single": Run<float>(4e-7); break;
            case "Double": Run<double>(8e-16); break;
            case "Half": Run<Half>(4e-7); break;
            default: Run<BFloat16>(4e-7); break;
        }
    }

    private static unsafe void Run<T>(double tolerance)
        where T : unmanaged
    {
        using var scratch = new GuardedScratch();
        var random = new Random(37);
        IReadOnlyList<PoolKernel> kernels = SoftOperator.Instance[ElementTypes.Of<T>()].Kernels;
        int compared = 0;
        for (int number = 0; number < Cases; number++)
        {
            if (!PickKernelTests.TryPlan(random, out PoolPlan? plan)) continue;
            var order = (KernelTests.Order)random.Next(3);
            long gap = random.Next(4) == 0 ? 1 + random.Next(3) : 0;
            TensorLayout from = KernelTests.Layout(plan, order, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength, gap);
            TensorLayout to = KernelTests.Layout(plan, order, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength, gap);
            long inputLength = KernelTests.Extent(plan, from, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength);
            long outputLength = KernelTests.Extent(plan, to, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
            using var inputMemory = new GuardedMemory((nuint)(inputLength * sizeof(T)));
            using var outputMemory = new GuardedMemory((nuint)(outputLength * sizeof(T)));
            Span<T> input = new(inputMemory.Pointer, (int)inputLength), output = new(outputMemory.Pointer, (int)outputLength);
            KernelTests.Fill(random, input);
            var job = PoolJob.Of(plan, inputMemory.Pointer, from, outputMemory.Pointer, to, default);
            output.Clear();
            kernels[^1].Run(job, 0, kernels[^1].Units(job));
            T[] expected = output.ToArray();
            T[]? first = null;
            foreach (PoolKernel kernel in kernels.SkipLast(1).Where(kernel => kernel.Accepts(job)))
            {
                output.Clear();
                long units = kernel.Units(job), cut = random.NextInt64(units + 1);
                kernel.Run(job, cut, units);
                kernel.Run(job, 0, cut);
                for (int i = 0; i < expected.Length; i++)
                {
                    double value = Elements.ToDouble(output[i]), should = Elements.ToDouble(expected[i]);
                    bool isClose = Elements.Same(expected[i], output[i]) || Math.Abs(value - should) <= tolerance * (Math.Abs(should) + 8) + (sizeof(T) == 2 ? Elements.Spacing(output[i]) : 0);
                    if (!isClose) Assert.Fail($"case {number}: {kernel.Name} {typeof(T).Name} {plan} {order}, gaps of {gap}\nelement {i}: expected {expected[i]}, got {output[i]}");
                    if (first is not null && IsOfLines(kernel)) Assert.Equal(first[i], output[i]);
                }

                if (IsOfLines(kernel)) first ??= output.ToArray();
                compared++;
            }
        }

        Assert.Equal(System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated, compared > 50);

        // Whatever their width, these have the same bits.
        static bool IsOfLines(PoolKernel kernel) => kernel.Name.Contains("tap lines", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Gradients_are_those_made_window_by_window(string type)
    {
        foreach (SmoothPool pool in (SmoothPool[])[new SoftPool2d(3, 2, 1), new SoftPool2d(2), new SoftPool2d((3, 2), (2, 1), (1, 0), (1, 2), ceilMode: true), new SoftPool2d(7, 1, 3), new SoftPool2d(2, 1, 1, 3)])
        {
            nint[] shape = [2, 11, 12, 13];
            switch (type)
            {
                case "Single": Compare<float, float, SingleMean>(pool, shape, 1e-5); break;
                case "Double": Compare<double, double, DoubleMean>(pool, shape, 1e-12); break;
                case "Half": Compare<Half, float, SingleMean>(pool, shape, 4e-3); break;
                default: Compare<BFloat16, float, SingleMean>(pool, shape, 3e-2); break;
            }
        }
    }

    /// <summary>Planes of tensors of any strides: most with small numbers, some with large ones, infinities or NaN, which come to the same bits.</summary>
    private static unsafe void Compare<T, TReal, TConvert>(SmoothPool pool, nint[] shape, double tolerance)
        where T : unmanaged
        where TReal : unmanaged, IFloatingPointIeee754<TReal>
        where TConvert : struct, IPoolReducer<T, TReal>
    {
        var random = new Random(5);
        int plane = (int)(shape[2] * shape[3]);
        double[] odd = [double.NegativeInfinity, double.PositiveInfinity, double.NaN, 900];
        T[] x = [.. Sample.RowMajor(Sample.Doubles(random, shape, -4, 4)).Select((value, i) => Elements.FromDouble<T>(IsOdd(i) ? random.Next(9) == 0 ? odd[random.Next(4)] : 200 * value : value))];
        PoolPlan plan = pool.Plan(shape);
        nint[] outputs = plan.OutputShape.ToArray();
        T[] g = [.. Sample.RowMajor(Sample.Doubles(random, outputs)).Select(Elements.FromDouble<T>)], expected = new T[x.Length];
        fixed (T* gradients = g, taps = x, to = expected)
        {
            TensorLayout input = plan.Dense(byChannels: false, ofOutput: false);
            new SmoothGradient<T, TReal, TConvert, SoftWindow<TReal>, SoftFormula<TReal>>(default, new(gradients, plan.Dense(byChannels: false, ofOutput: true), taps, input, to, input)).Run(plan, 1, null, default);
        }

        for (int order = 0; order < 4; order++)
        {
            using GuardedTensor<T> gradient = new(random, outputs, g), source = new(random, shape, x), result = new(random, shape);
            pool.Backward(gradient.Source, source.Source, result.Span);
            Tensor<T> found = Tensor.CreateFromShapeUninitialized<T>(shape);
            result.Source.CopyTo(found.AsTensorSpan());
            T[] values = Sample.RowMajor(found);
            result.Require($"{pool} of {Elements.Name<T>()}", values);
            for (int i = 0; i < values.Length; i++)
            {
                bool isRight = IsOdd(i) ? Elements.Same(expected[i], values[i]) : Math.Abs(Elements.ToDouble(expected[i]) - Elements.ToDouble(values[i])) <= tolerance * (1 + Math.Abs(Elements.ToDouble(expected[i])));
                if (!isRight) Assert.Fail($"{pool} of {Elements.Name<T>()}, {source}: element {i} is {values[i]}, and {expected[i]} window by window");
            }
        }

        bool IsOdd(int i) => i / plane % 5 == 2;
    }

    private static unsafe T Of<TLanes, T>(T number)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged
    {
        T* lanes = stackalloc T[TLanes.Count];
        TLanes.Store(LaneExponential.Of<TLanes, T>(TLanes.Fill(number)), lanes);
        return lanes[TLanes.Count - 1];
    }
}
