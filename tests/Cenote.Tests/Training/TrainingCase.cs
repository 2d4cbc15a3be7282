using System.Numerics;

namespace Cenote.Tests.Training;

/// <summary>A random pooling of one to three axes, with what its outputs are by enumeration. Arrays are row-major.</summary>
internal sealed record TrainingCase
{
    public required AxisCase[] Axes { get; init; }

    public required Padding Padding { get; init; }

    public required int? Batch { get; init; }

    public required int Channels { get; init; }

    public bool CountPadding { get; init; } = true;

    public long? Divisor { get; init; }

    public bool ZeroPadding { get; init; }

    public int Rank => Axes.Length;

    public int Planes => (Batch ?? 1) * Channels;

    public int Plane => Axes.Aggregate(1, (product, axis) => product * axis.Length);

    public int OutputPlane => Axes.Aggregate(1, (product, axis) => product * axis.Outputs!.Value);

    public nint[] InputShape => [.. Outer, .. Axes.Select(axis => (nint)axis.Length)];

    public nint[] OutputShape => [.. Outer, .. Axes.Select(axis => (nint)axis.Outputs!.Value)];

    private nint[] Outer => Batch is { } batch ? [batch, Channels] : [Channels];

    public override string ToString() => $"{Max().Plan(InputShape)}, average {Average().OptionsText}";

    public MaxPool Max(int threads = 1)
    {
        Spatial kernel = Of(axis => axis.Kernel), stride = Of(axis => axis.Stride), dilation = Of(axis => axis.Dilation);
        bool ceil = Axes[0].Ceil;
        return Rank switch
        {
            1 => new MaxPool1d(kernel, stride, Padding, dilation, ceil) { ZeroPadding = ZeroPadding, MaxDegreeOfParallelism = threads },
            2 => new MaxPool2d(kernel, stride, Padding, dilation, ceil) { ZeroPadding = ZeroPadding, MaxDegreeOfParallelism = threads },
            _ => new MaxPool3d(kernel, stride, Padding, dilation, ceil) { ZeroPadding = ZeroPadding, MaxDegreeOfParallelism = threads },
        };
    }

    public AvgPool Average(int threads = 1)
    {
        Spatial kernel = Of(axis => axis.Kernel), stride = Of(axis => axis.Stride), dilation = Of(axis => axis.Dilation);
        bool ceil = Axes[0].Ceil;
        return Rank switch
        {
            1 => new AvgPool1d(kernel, stride, Padding, ceil, CountPadding, Divisor, dilation) { MaxDegreeOfParallelism = threads },
            2 => new AvgPool2d(kernel, stride, Padding, ceil, CountPadding, Divisor, dilation) { MaxDegreeOfParallelism = threads },
            _ => new AvgPool3d(kernel, stride, Padding, ceil, CountPadding, Divisor, dilation) { MaxDegreeOfParallelism = threads },
        };
    }

    /// <summary>An unpooling of the same rank; the output's size is always given.</summary>
    public MaxUnpool Unpool(int threads = 1) => Rank switch
    {
        1 => new MaxUnpool1d(2) { MaxDegreeOfParallelism = threads },
        2 => new MaxUnpool2d(2) { MaxDegreeOfParallelism = threads },
        _ => new MaxUnpool3d(2) { MaxDegreeOfParallelism = threads },
    };

    /// <summary>For each output of a plane, in row-major order: its taps in row-major order, −1 for those in the padding.</summary>
    public List<List<long>> Windows()
    {
        List<List<long>> windows = [[0]];
        foreach (AxisCase axis in Axes)
        {
            windows = [.. from outer in windows
                          from output in Enumerable.Range(0, axis.Outputs!.Value)
                          select (List<long>)[.. from flat in outer
                                                 from tap in axis.Taps(output)
                                                 select flat < 0 || !axis.Holds(tap.At) ? -1 : flat * axis.Length + tap.At]];
        }

        return windows;
    }

    /// <summary>Of each window: how many taps the divisor of an average counts.</summary>
    public List<long> Divisors(List<List<long>> windows) =>
        [.. windows.Select(window => Divisor ?? (CountPadding ? window.Count : window.Count(flat => flat >= 0)))];

    /// <summary>The maxima and their flat indices.</summary>
    public (T[] Values, long[] Indices) Maxima<T>(T[] input, T lowest)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        List<List<long>> windows = Windows();
        var values = new List<T>();
        var indices = new List<long>();
        for (int plane = 0; plane < Planes; plane++)
        {
            foreach (List<long> window in windows)
            {
                (T value, long index, bool any) = (lowest, -1L, false);
                foreach (long flat in window)
                {
                    if (flat < 0 && !ZeroPadding) continue;
                    T tap = flat < 0 ? default : input[plane * Plane + flat];
#pragma warning disable CS1718 // a comparison with itself is the test for NaN
                    if (!any || tap > value || tap != tap) (value, index, any) = (tap, flat, true);
#pragma warning restore CS1718
                }

                values.Add(value);
                indices.Add(index);
            }
        }

        return ([.. values], [.. indices]);
    }

    /// <summary>The gradient of a maximum: each output's added to its index, one after the other.</summary>
    public T[] Scatter<T>(T[] gradient, long[] indices)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        var result = new T[Planes * Plane];
        for (int i = 0; i < gradient.Length; i++)
            if (indices[i] >= 0) result[i / OutputPlane * Plane + indices[i]] += gradient[i];
        return result;
    }

    /// <summary>The gradient of an average: each output's over its divisor, added to every tap, one after the other.</summary>
    public T[] Spread<T>(T[] gradient)
        where T : unmanaged, INumber<T>
    {
        List<List<long>> windows = Windows();
        List<long> divisors = Divisors(windows);
        var result = new T[Planes * Plane];
        for (int i = 0; i < gradient.Length; i++)
            foreach (long flat in windows[i % OutputPlane])
                if (flat >= 0) result[i / OutputPlane * Plane + flat] += gradient[i] / T.CreateChecked(divisors[i % OutputPlane]);
        return result;
    }

    /// <summary>The most windows that read one input.</summary>
    public int MostReaders() => Windows().SelectMany(window => window).Where(flat => flat >= 0).CountBy(flat => flat).Select(count => count.Value).DefaultIfEmpty().Max();

    private Spatial Of(Func<AxisCase, int> option) => Spatial.Create([.. Axes.Select(option)]);
}
