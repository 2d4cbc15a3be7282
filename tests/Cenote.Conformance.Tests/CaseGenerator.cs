using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>Random cases and data: mostly valid, small, and fond of edges.</summary>
internal sealed class CaseGenerator(int seed, long mostElements = 6000)
{
    private readonly Random _random = new(seed);

    /// <summary>About one case in fourteen breaks a rule on purpose.</summary>
    public PoolCase Next(bool isMax, int rank)
    {
        PoolCase @case = NextWhole(isMax, rank);
        return _random.Next(14) == 0 ? Break(@case) : @case;
    }

    /// <summary>A case that breaks no rule.</summary>
    public PoolCase NextWhole(bool isMax, int rank)
    {
        PoolCase @case;
        do @case = Valid(isMax, rank);
        while (@case.Shape.Aggregate(1L, (product, length) => product * length) > mostElements);
        return @case;
    }

    public bool Coin() => _random.Next(2) == 0;

    public int Below(int limit) => _random.Next(limit);

    /// <summary>Elements of one of several kinds: smooth, full of ties, sprinkled with extremes, nothing but extremes, or all the lowest value.</summary>
    public T[] Data<T>(PoolCase @case)
        where T : unmanaged
    {
        // Integer sums must not wrap in the oracle, and long float windows that overflow depend on the order of addition.
        bool tame = !@case.IsMax && (!Elements.IsFloating<T>() || @case.Taps > 32);
        var data = new T[@case.Shape.Aggregate(1L, (product, length) => product * length)];
        T[] extremes = Elements.Extremes<T>();
        double scale = default(T) is byte or sbyte ? 100 : tame && default(T) is long ? 1L << 40 : 100;
        int kind = _random.Next(tame ? 2 : 5);
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = kind switch
            {
                1 => Elements.FromDouble<T>(_random.Next(4) - 1) is var tie && _random.Next(6) == 0 ? NegativeZero<T>() : tie,
                2 when _random.Next(12) == 0 => extremes[_random.Next(extremes.Length)],
                3 => extremes[_random.Next(extremes.Length)],
                4 => Elements.IsFloating<T>() ? Elements.FromDouble<T>(double.NegativeInfinity) : extremes[0],
                _ => Elements.FromDouble<T>(((_random.NextDouble() * 2) - 1) * scale),
            };
        }

        return data;
    }

    private static T NegativeZero<T>()
        where T : unmanaged => Elements.IsFloating<T>() ? Elements.FromDouble<T>(-0.0) : default;

    private PoolCase Valid(bool isMax, int rank)
    {
        int[] kernel = Axes(rank, () => _random.Next(8) == 0 ? _random.Next(1, rank == 1 ? 50 : 9 - rank) : _random.Next(1, rank == 3 ? 4 : 6));
        int[] dilation = Axes(rank, () => isMax ? Math.Max(1, _random.Next(-2, 4)) : 1);
        int[] padding = new int[rank];
        if (Coin())
            for (int axis = 0; axis < rank; axis++)
                padding[axis] = _random.Next((kernel[axis] / 2) + 1);
        bool batched = _random.Next(4) != 0;
        var shape = new List<long>();
        if (batched) shape.Add(_random.Next(25) == 0 ? 0 : _random.Next(1, 4));
        shape.Add(_random.Next(6) == 0 ? _random.Next(8, 40) : _random.Next(1, 6));
        for (int axis = 0; axis < rank; axis++)
        {
            int least = Math.Max(1, ((kernel[axis] - 1) * dilation[axis]) + 1 - (2 * padding[axis]));
            shape.Add(_random.Next(least, least + (rank == 1 ? 30 : 16 - (4 * rank))));
        }

        return new PoolCase
        {
            IsMax = isMax,
            Batched = batched,
            Shape = [.. shape],
            Kernel = kernel,
            Stride = Coin() ? kernel : Axes(rank, () => _random.Next(1, 5)),
            Padding = padding,
            Dilation = dilation,
            CeilMode = Coin(),
            CountPadding = isMax || Coin(),
            Divisor = isMax || _random.Next(4) != 0 ? null : (long[])[1, -1, 2, 7, -3, 100] is var choices ? choices[_random.Next(choices.Length)] : null,
        };
    }

    private PoolCase Break(PoolCase @case)
    {
        int axis = _random.Next(@case.SpatialRank);
        return _random.Next(@case.IsMax ? 9 : 10) switch
        {
            0 => @case with { Kernel = With(@case.Kernel, axis, 0) },
            1 => @case with { Kernel = With(@case.Kernel, axis, -2) },
            2 => @case with { Stride = With(@case.Stride, axis, 0) },
            3 => @case with { Stride = With(@case.Stride, axis, -1) },
            4 => @case with { Padding = With(@case.Padding, axis, -1) },
            5 => @case with { Padding = With(@case.Padding, axis, (@case.Kernel[axis] / 2) + 1 + _random.Next(4)) },
            6 => @case with { Kernel = With(@case.Kernel, axis, @case.Kernel[axis] + 60) },
            7 => @case with { Shape = WithLast(@case.Shape, _random.Next(@case.SpatialRank + 1), 0) },
            8 => @case.IsMax ? @case with { Dilation = With(@case.Dilation, axis, _random.Next(-1, 1)) } : @case with { Divisor = 0 },
            _ => @case with { Divisor = 0 },
        };
    }

    /// <summary>One number for all axes, or one for each.</summary>
    private int[] Axes(int rank, Func<int> next)
    {
        int same = next();
        return Coin() ? [.. Enumerable.Repeat(same, rank)] : [.. Enumerable.Range(0, rank).Select(_ => next())];
    }

    private static int[] With(int[] values, int axis, int value) => [.. values.Select((old, i) => i == axis ? value : old)];

    private static long[] WithLast(long[] values, int fromEnd, long value) => [.. values.Select((old, i) => i == values.Length - 1 - fromEnd ? value : old)];
}
