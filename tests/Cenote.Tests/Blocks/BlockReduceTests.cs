using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Blocks;

/// <summary>Reductions, pyramids and weights against their definition: every type, method, edge, layout, number of threads.</summary>
public abstract class BlockReduceTests<T>
    where T : unmanaged
{
    private const int Cases = 120;

    [Fact]
    public void Blocks_are_reduced_by_their_definition()
    {
        foreach (BlockCase<T> test in Possible(1)) Check(test, test.Expected(), test.Layer.Forward(test.Input));
    }

    [Fact]
    public void Every_level_of_a_pyramid_is_made_of_the_input()
    {
        int compared = 0;
        foreach (BlockCase<T> test in Possible(3, factor: 2).Concat(Possible(2)))
        {
            int levels = test.Block.All(block => block == 2) ? 3 : 2;
            Tensor<T>[] pyramid = test.Layer.Pyramid(test.Input, levels);
            for (int level = 1; level <= levels; level++)
            {
                Check(test, test.Expected(level), pyramid[level - 1]);
                compared++;
            }
        }

        Assert.True(compared > Cases, $"{compared} levels");
    }

    [Fact]
    public void Elements_of_weight_zero_take_no_part()
    {
        var random = new Random(5);
        foreach (BlockCase<T> test in Possible(1, method: Reduction.Mean).Concat(Possible(1, method: Reduction.Sum)))
        {
            double[] weights = [.. test.Input.Select(_ => random.Next(4) / 4.0)];
            long[] strides = Layouts.Strides(test.Shape, test.Block.Length, !test.ChannelsLast);
            Tensor<double> tensor = Layouts.Tensor(Layouts.Scatter(weights, test.Shape, strides), test.Shape, strides);
            Check(test, test.Expected(weights: weights), test.Layer.ForwardWeighted(test.Input, tensor));
            Check(test, test.Expected(weights: weights), test.Layer.ForwardWeighted(test.Input, Tensor.ConvertTruncating<double, float>(tensor)));
        }
    }

    private static IEnumerable<BlockCase<T>> Possible(int levels, Reduction? method = null, int? factor = null)
    {
        for (int seed = 0; seed < Cases; seed++)
        {
            var test = new BlockCase<T>(seed, method, factor);
            if (test.IsPossible(levels)) yield return test;
        }
    }

    /// <summary>Integers bit for bit; floating-point numbers but for their last bit.</summary>
    private static void Check(BlockCase<T> test, IEnumerable<T> expected, Tensor<T> actual)
    {
        int i = 0;
        foreach (var (wanted, got) in expected.Zip(actual, (a, b) => (a, b)))
        {
            double size = Math.Abs(Elements.ToDouble(wanted)), most = typeof(T) == typeof(float) ? size * 1e-6 : typeof(T) == typeof(double) ? size * 1e-14 : Elements.Spacing(wanted);
            bool isClose = Elements.IsFloating<T>() && Math.Abs(Elements.ToDouble(wanted) - Elements.ToDouble(got)) <= most;
            if (!(isClose || Elements.Same(wanted, got))) Assert.Fail($"{test}\nelement {i}: expected {wanted}, got {got}");
            i++;
        }

        Assert.Equal(i, (int)actual.FlattenedLength);
    }
}

public class BlockReduceSingleTests : BlockReduceTests<float>;

public class BlockReduceDoubleTests : BlockReduceTests<double>;

public class BlockReduceHalfTests : BlockReduceTests<Half>;

public class BlockReduceBFloat16Tests : BlockReduceTests<BFloat16>;

public class BlockReduceSByteTests : BlockReduceTests<sbyte>;

public class BlockReduceByteTests : BlockReduceTests<byte>;

public class BlockReduceInt16Tests : BlockReduceTests<short>;

public class BlockReduceUInt16Tests : BlockReduceTests<ushort>;

public class BlockReduceInt32Tests : BlockReduceTests<int>;

public class BlockReduceUInt32Tests : BlockReduceTests<uint>;

public class BlockReduceInt64Tests : BlockReduceTests<long>;

public class BlockReduceUInt64Tests : BlockReduceTests<ulong>;
