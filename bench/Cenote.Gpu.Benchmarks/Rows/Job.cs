using Cenote.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Rows;

/// <summary>What of a pooling is timed.</summary>
internal enum Pass
{
    Forward,

    /// <summary>Forward, and which tap each window chose.</summary>
    Indices,

    Backward,
}

/// <summary>A row in one memory order and element type, and what of it is timed.</summary>
/// <param name="Row">The pooling, in the size that is measured.</param>
/// <param name="Layout">The memory order.</param>
/// <param name="Type"><c>float32</c> or <c>float16</c>.</param>
/// <param name="Pass">What is timed.</param>
internal sealed record Job(Row Row, Layout Layout, string Type, Pass Pass)
{
    public static readonly string[] Types = ["float32", "float16"];

    public int ElementSize => Type == "float32" ? sizeof(float) : 2;

    public long InputElements => Count(Row.Shape);

    public long OutputElements => Count(Row.OutputShape);

    /// <summary>Bytes of an index in Cenote: it counts the taps of a window.</summary>
    public int BytesPerIndex => Row.Taps switch { <= 1 << 8 => 1, <= 1 << 16 => 2, _ => 4 };

    /// <summary>The bytes that must move: every element of inputs and outputs once, and of Cenote's indices where they are read or written.</summary>
    public long Bytes => ((InputElements + OutputElements) * ElementSize)
        + (Pass == Pass.Indices || (Pass == Pass.Backward && Row.IsMax) ? OutputElements * BytesPerIndex : 0);

    public static long Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long length in shape) count *= length;
        return count;
    }

    public override string ToString() => $"{Row}, {Layout.Text()}, {Type}, {Pass.ToString().ToLowerInvariant()}";
}
