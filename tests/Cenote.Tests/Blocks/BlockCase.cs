using System.Numerics;
using System.Numerics.Tensors;
using Cenote.Tests.Golden;

namespace Cenote.Tests.Blocks;

/// <summary>A random reduction of a random tensor, and its result by the definition, in exact arithmetic where that matters.</summary>
internal sealed class BlockCase<T>
    where T : unmanaged
{
    /// <summary>The number that is no data in half of the cases.</summary>
    private const double None = 3;

    private readonly Random _random;
    private readonly T[] _elements;

    public BlockCase(int seed, Reduction? method = null, int? factor = null)
    {
        _random = new(seed);
        int rank = 1 + _random.Next(3), longest = rank == 1 ? 150 : rank == 2 ? 40 : 12;
        Shape = [1 + _random.Next(2), 1 + _random.Next(_random.Next(8) == 0 ? 40 : 4), .. Enumerable.Range(0, rank).Select(_ => 1L + _random.Next(_random.Next(3) == 0 ? 9 : longest))];
        ChannelsLast = _random.Next(2) == 0;
        Block = [.. Enumerable.Range(0, rank).Select(axis => factor ?? 1 + _random.Next(_random.Next(2) == 0 ? 2 : (int)Math.Min(6, Shape[2 + axis])))];
        Method = method ?? (Reduction)_random.Next(5);
        Edge = (BlockEdge)_random.Next(3);
        bool ignoreNaN = _random.Next(2) == 0, hasNoData = _random.Next(2) == 0;
        double? noData = hasNoData ? _random.Next(5) == 0 ? 0 : None : null;
        long least = _random.Next(2) == 0 || (!hasNoData && !Elements.IsFloating<T>()) ? 1 : 1 + _random.Next(Block.Aggregate((a, b) => a * b));
        var rounding = (IntegerRounding)_random.Next(2);
        int threads = ((int[])[1, 2, 7])[_random.Next(3)];
        Layer = rank switch
        {
            1 => new BlockReduce1d(Block[0], Method) { Edge = Edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
            2 => new BlockReduce2d(Spatial.Create(Block), Method) { Edge = Edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
            _ => new BlockReduce3d(Spatial.Create(Block), Method) { Edge = Edge, IgnoreNaN = ignoreNaN, NoData = noData, MinCount = least, IntegerRounding = rounding, MaxDegreeOfParallelism = threads },
        };
        _elements = [.. Enumerable.Range(0, (int)Shape.Aggregate((a, b) => a * b)).Select(_ => Element())];
        Input = Layouts.Tensor(Layouts.Scatter(_elements, Shape, Strides), Shape, Strides);
    }

    public long[] Shape { get; }

    public int[] Block { get; }

    public Reduction Method { get; }

    public BlockEdge Edge { get; }

    public bool ChannelsLast { get; }

    public BlockReduce Layer { get; }

    public Tensor<T> Input { get; }

    public long[] Strides => Layouts.Strides(Shape, Shape.Length - 2, ChannelsLast);

    /// <summary>Whether there is room for a block.</summary>
    public bool IsPossible(int level = 1) => Edge != BlockEdge.Drop || Block.Select((block, axis) => Shape[2 + axis] >= Math.Pow(block, level)).All(fits => fits);

    public override string ToString() => $"{typeof(T).Name} {string.Join('×', Shape)} {(ChannelsLast ? "channels last " : "")}{Layer} {Layer.IntegerRounding}";

    /// <summary>The reduced elements, row-major, by weights where there are some.</summary>
    public IEnumerable<T> Expected(int level = 1, double[]? weights = null)
    {
        int rank = Block.Length;
        long[] block = [.. Block.Select(size => (long)Math.Pow(size, level))];
        long[] outputs = [.. block.Select((size, axis) => Edge == BlockEdge.Drop ? Shape[2 + axis] / size : (Shape[2 + axis] + size - 1) / size)];
        long planes = Shape[0] * Shape[1], plane = Shape.Skip(2).Aggregate((a, b) => a * b);
        for (long p = 0; p < planes; p++)
            foreach (long[] output in Positions(outputs))
            {
                var taps = new List<(T Tap, double Weight)>();
                foreach (long[] offset in Positions(block))
                {
                    long at = 0;
                    bool inside = true;
                    for (int axis = 0; axis < rank; axis++)
                    {
                        long i = output[axis] * block[axis] + offset[axis];
                        inside &= i < Shape[2 + axis];
                        at = at * Shape[2 + axis] + i;
                    }

                    if (inside) taps.Add((_elements[p * plane + at], weights?[p * plane + at] ?? 1));
                    else if (Edge == BlockEdge.Pad && weights is null) taps.Add((default, 1));
                }

                yield return Reduce([.. taps.Where(tap => tap.Weight != 0 && IsData(tap.Tap))]);
            }
    }

    public bool IsData(T tap) => !((Layer.IgnoreNaN && double.IsNaN(Elements.ToDouble(tap))) || Elements.ToDouble(tap) == Layer.NoData);

    private static IEnumerable<long[]> Positions(long[] lengths)
    {
        var at = new long[lengths.Length];
        while (true)
        {
            yield return [.. at];
            int axis = lengths.Length - 1;
            while (axis >= 0 && ++at[axis] == lengths[axis]) at[axis--] = 0;
            if (axis < 0) yield break;
        }
    }

    private T Reduce((T Tap, double Weight)[] taps)
    {
        if (taps.Length < Layer.MinCount) return Elements.FromDouble<T>(Layer.NoData ?? (Elements.IsFloating<T>() ? double.NaN : 0));
        double[] numbers = [.. taps.Select(tap => Elements.ToDouble(tap.Tap))];
        double result = Method switch
        {
            _ when numbers.Any(double.IsNaN) => double.NaN,
            Reduction.Max => numbers.Max(),
            Reduction.Min => numbers.Min(),
            Reduction.RootMeanSquare => Math.Sqrt(numbers.Sum(x => x * x) / numbers.Length),
            Reduction.Sum => taps.Sum(tap => tap.Weight * Elements.ToDouble(tap.Tap)),
            _ => taps.Sum(tap => tap.Weight * Elements.ToDouble(tap.Tap)) / taps.Sum(tap => tap.Weight),
        };
        if (Elements.IsFloating<T>()) return Elements.FromDouble<T>(result + 0.0);
        double whole = Layer.IntegerRounding == IntegerRounding.NearestEven ? Math.Round(result) : Math.Truncate(result);
        return Elements.FromDouble<T>(Math.Clamp(whole, Elements.Extremes<T>().Min(Elements.ToDouble), Elements.Extremes<T>().Max(Elements.ToDouble)));
    }

    /// <summary>Small whole numbers, whose sums are exact in every type; some are no data, and some NaN.</summary>
    private T Element()
    {
        if (_random.Next(3) == 0) return Elements.FromDouble<T>(None);
        if (Elements.IsFloating<T>() && _random.Next(6) == 0) return Elements.FromDouble<T>(double.NaN);
        bool isSigned = Elements.ToDouble(Elements.FromDouble<T>(-1)) < 0;
        return Elements.FromDouble<T>(_random.Next(isSigned ? -20 : 0, 40));
    }
}
