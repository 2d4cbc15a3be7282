using static Cenote.Onnx.NodeWriter;

namespace Cenote.Onnx;

/// <summary>Adaptive pooling, which ONNX has no operator for.</summary>
/// <remarks>
/// One output, or windows that do not overlap and have one length, are ordinary pooling. Others become, axis by axis, a <c>Gather</c> of each window's taps into an axis of their own, and a reduction
/// of that axis: as many taps as the longest window has, the rest of a maximum its last tap again, the rest of a sum a zero that is padded behind the input. So no window sees
/// another's NaN or infinity, as it would in a product with a matrix of zeros. A mean divides once.
/// </remarks>
internal sealed class AdaptiveNodes(NodeWriter writer, LayerNodes nodes, LayerForm form)
{
    public string Max(AdaptiveMaxPool layer, string x)
    {
        if (IsOne(layer.OutputSize)) return writer.Add("GlobalMaxPool", [x]);
        PoolPlan plan = form.RequirePlan();
        if (EvenWindow(plan) is { } window) return writer.Add("MaxPool", [x], nodes.Window("MaxPool", window));
        writer.RequireSubgraph(layer);
        foreach (int axis in Pooled(plan)) x = Reduce("ReduceMax", Gather(x, plan, axis, (window, tap) => window.Start + Math.Min(tap, window.Count - 1)), axis);
        return x;
    }

    public string Average(AdaptiveAvgPool layer, string x)
    {
        if (IsOne(layer.OutputSize)) return writer.Add("GlobalAveragePool", [x]);
        PoolPlan plan = form.RequirePlan();
        if (EvenWindow(plan) is { } window) return writer.Add("AveragePool", [x], nodes.Window("AveragePool", window));
        int[] axes = [.. Pooled(plan)];
        return axes.Length == 0 ? x : nodes.Widened(x, wide => writer.Add("Div", [Sums(wide, plan, axes), Counts(plan)]));
    }

    private static bool IsOne(Spatial size) => size.All(length => length == 1);

    /// <summary>The axes that change, the last first: what is gathered is smaller then.</summary>
    private static IEnumerable<int> Pooled(PoolPlan plan) => Enumerable.Range(0, plan.SpatialRank).Reverse().Where(axis => plan.InputShape[2 + axis] != plan.OutputShape[2 + axis]);

    /// <summary>The sliding window that does the same; null where lengths do not divide, or nothing changes.</summary>
    private static WindowOptions? EvenWindow(PoolPlan plan)
    {
        var kernel = new int[plan.SpatialRank];
        for (int axis = 0; axis < kernel.Length; axis++)
        {
            var (quotient, rest) = Math.DivRem(plan.InputShape[2 + axis], plan.OutputShape[2 + axis]);
            if (rest != 0 || quotient > int.MaxValue) return null;
            kernel[axis] = (int)quotient;
        }

        return kernel.All(taps => taps == 1) ? null : new() { Kernel = Spatial.Create(kernel) };
    }

    private string Sums(string x, PoolPlan plan, int[] axes)
    {
        // One zero behind each axis that is pooled.
        var pads = new long[2 * (plan.SpatialRank + 2)];
        foreach (int axis in axes) pads[plan.SpatialRank + 4 + axis] = 1;
        x = writer.Add("Pad", [x, writer.Constant(pads, pads.Length)]);
        foreach (int axis in axes) x = Reduce("ReduceSum", Gather(x, plan, axis, (window, tap) => tap < window.Count ? window.Start + tap : plan.InputShape[2 + axis]), axis);
        return x;
    }

    /// <summary>How many taps each window has; the same for every plane.</summary>
    private string Counts(PoolPlan plan)
    {
        int rank = plan.SpatialRank;
        long[] lengths = [.. Enumerable.Range(0, rank).Select(axis => (long)plan.OutputShape[2 + axis])];
        double[] counts = [1];
        for (int axis = 0; axis < rank; axis++) counts = [.. counts.SelectMany(count => Windows(plan, axis).Select(window => count * window.Count))];
        return writer.Constant(counts, lengths);
    }

    /// <summary>A new axis behind <paramref name="axis"/>, along which the taps of each window lie.</summary>
    private string Gather(string x, PoolPlan plan, int axis, Func<Window, long, long> position)
    {
        Window[] windows = [.. Windows(plan, axis)];
        long most = windows.Max(window => window.Count);
        long[] taps = [.. windows.SelectMany(window => Enumerable.Range(0, (int)most).Select(tap => position(window, tap)))];
        return writer.Add("Gather", [x, writer.Constant(taps, windows.Length, most)], Attribute("axis", 2 + axis));
    }

    private string Reduce(string @operator, string x, int axis)
    {
        // Axes became an input of sums with opset 13, of maxima with 18.
        long[] taps = [3 + axis];
        return @operator == "ReduceSum" || writer.Opset >= 18
            ? writer.Add(@operator, [x, writer.Constant(taps, 1)], Attribute("keepdims", 0))
            : writer.Add(@operator, [x], Attribute("axes", taps), Attribute("keepdims", 0));
    }

    private static IEnumerable<Window> Windows(PoolPlan plan, int axis)
    {
        for (long position = 0; position < plan.OutputShape[2 + axis]; position++) yield return plan.WindowAt(axis, position);
    }
}
