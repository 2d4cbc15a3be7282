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
        double tolerance = job.Row.IsChoice || element.Epsilon == 0 ? 0
            : LargestInput * ((job.Row.Taps * Math.Min(element.Epsilon, Math.Pow(2, -23))) + element.Epsilon);
        // A sample's place is rounded by the size of its coordinates, and so are its weights.
        if (job.Row.Operator == Operator.Regions) tolerance += 4 * LargestInput * job.Row.Shape[2..].Max() * Math.Pow(2, -23);
        return Difference(element, job.OutputShape, tolerance, expected.Output, expected.OutputStrides, actual.Output, actual.OutputStrides, EdgeOf(job.Row));
    }

    /// <returns>The first difference of two tensors in words, or null.</returns>
    /// <param name="edge">Rows and columns at the edges of a plane that are not compared.</param>
    public static string? Difference(Element element, long[] shape, double tolerance, void* left, ReadOnlySpan<long> leftStrides, void* right, ReadOnlySpan<long> rightStrides, int edge = 0)
    {
        View from = new(shape, leftStrides), to = new(shape, rightStrides);
        for (long plane = 0; plane < from.Planes; plane++)
        {
            for (long pixel = 0; pixel < from.Pixels; pixel++)
            {
                if (edge > 0 && IsAtEdge(pixel, shape, edge)) continue;
                double x = element.At(left, from.Index(plane, pixel)), y = element.At(right, to.Index(plane, pixel));
                if (x == y || Math.Abs(x - y) <= tolerance || (double.IsNaN(x) && double.IsNaN(y))) continue;
                return $"plane {plane}, element {pixel}: {x:R} and {y:R}, {tolerance:R} allowed";
            }
        }

        return null;
    }

    // OpenCV repeats the last row and column where a median's window hangs over; here it is clipped.
    private static int EdgeOf(Row row) => row.Operator == Operator.Median ? row.Padding : 0;

    private static bool IsAtEdge(long pixel, long[] shape, int edge)
    {
        var (i, j) = Math.DivRem(pixel, shape[^1]);
        return i < edge || j < edge || i >= shape[^2] - edge || j >= shape[^1] - edge;
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
