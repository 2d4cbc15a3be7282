using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Peers;

/// <summary>Whether two outputs are the same: maxima exactly, as numbers; means within k·ε of the largest input.</summary>
internal static unsafe class OutputCheck
{
    /// <summary>Inputs are within −1 … 1 where they are not integers.</summary>
    private const double LargestInput = 1;

    /// <returns>The first difference in words, or null.</returns>
    public static string? Difference(Job job, PeerCall expected, PeerCall actual)
    {
        Element element = job.Element;
        double tolerance = job.Row.IsMax || element.Epsilon == 0 ? 0
            : LargestInput * ((job.Row.Taps * Math.Min(element.Epsilon, Math.Pow(2, -23))) + element.Epsilon);
        return Difference(element, job.OutputShape, tolerance, expected.Output, expected.OutputStrides, actual.Output, actual.OutputStrides);
    }

    /// <returns>The first difference of two tensors in words, or null.</returns>
    public static string? Difference(Element element, long[] shape, double tolerance, void* left, ReadOnlySpan<long> leftStrides, void* right, ReadOnlySpan<long> rightStrides)
    {
        View from = new(shape, leftStrides), to = new(shape, rightStrides);
        for (long plane = 0; plane < from.Planes; plane++)
        {
            for (long pixel = 0; pixel < from.Pixels; pixel++)
            {
                double x = element.At(left, from.Index(plane, pixel)), y = element.At(right, to.Index(plane, pixel));
                if (x == y || Math.Abs(x - y) <= tolerance || (double.IsNaN(x) && double.IsNaN(y))) continue;
                return $"plane {plane}, element {pixel}: {x:R} and {y:R}, {tolerance:R} allowed";
            }
        }

        return null;
    }

    /// <summary>An output as planes (n, c) of pixels.</summary>
    private readonly ref struct View(long[] shape, ReadOnlySpan<long> strides)
    {
        private readonly ReadOnlySpan<long> _strides = strides;
        private readonly long[] _shape = shape;

        public long Planes { get; } = shape[0] * shape[1];

        public long Pixels { get; } = shape.Skip(2).Aggregate(1L, (product, length) => product * length);

        public long Index(long plane, long pixel)
        {
            long index = (plane / _shape[1] * _strides[0]) + (plane % _shape[1] * _strides[1]);
            for (int axis = _shape.Length - 1; axis >= 2; axis--)
            {
                index += pixel % _shape[axis] * _strides[axis];
                pixel /= _shape[axis];
            }

            return index;
        }
    }
}
