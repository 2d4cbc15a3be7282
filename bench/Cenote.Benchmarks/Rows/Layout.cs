namespace Cenote.Benchmarks.Rows;

/// <summary>A memory order of N×C×spatial: row-major, or channels last.</summary>
internal enum Layout
{
    Nchw,
    Nhwc,
}

internal static class Layouts
{
    public static string Text(this Layout layout) => layout == Layout.Nchw ? "NCHW" : "NHWC";

    /// <summary>The strides of a dense tensor, its axes given as N×C×spatial.</summary>
    public static long[] Strides(this Layout layout, ReadOnlySpan<long> shape)
    {
        int[] innermostFirst = [.. Enumerable.Range(0, shape.Length).Reverse()];
        // Channels last: C moves from behind the spatial axes to the front.
        if (layout == Layout.Nhwc) innermostFirst = [1, .. innermostFirst.Where(axis => axis != 1)];
        long[] strides = new long[shape.Length];
        long step = 1;
        foreach (int axis in innermostFirst)
        {
            strides[axis] = step;
            step *= shape[axis];
        }

        return strides;
    }
}
