using Cenote.Benchmarks.Rows;
using static Cenote.Benchmarks.Rows.Operator;

namespace Cenote.Gpu.Benchmarks.Rows;

/// <summary>The rows of the CPU's benchmarks with batches that no cache holds, windows that grow, and small calls.</summary>
internal static class JobTable
{
    private const int PlaneSide = 1024;

    /// <summary>Beyond, peers look at every tap of every window for seconds: these are timed forward only.</summary>
    private const int LargestTrained = 31;

    /// <summary>The largest windows and the 3×3 ones that they are held against: stride 1, planes of one channel, so that rows of one operator move the same bytes.</summary>
    private static readonly Row[] Windows =
    [
        new("max-window3", Max, [1, 1, PlaneSide, PlaneSide], 3, 1, 1),
        new("average-window3", Average, [1, 1, PlaneSide, PlaneSide], 3, 1, 1),
        new("max-window127", Max, [1, 1, PlaneSide, PlaneSide], 127, 1, 63),
        new("average-window127", Average, [1, 1, PlaneSide, PlaneSide], 127, 1, 63),
    ];

    /// <summary>Calls whose time is what it takes to launch them.</summary>
    private static readonly Row[] Small =
    [
        new("small-max", Max, [8, 64, 56, 56], 3, 2, 1),
        new("small-average", Average, [8, 64, 56, 56], 2, 2),
    ];

    public static IReadOnlyList<Row> Rows { get; } = [.. RowTable.All, .. Windows, .. Small];

    /// <summary>All jobs, what matters most first.</summary>
    /// <param name="rows">Of <see cref="Rows"/>.</param>
    /// <param name="bytes">What the input and the output of a job are to take together; small calls take less.</param>
    public static IEnumerable<Job> Jobs(IEnumerable<Row> rows, long bytes) =>
        from pass in Enum.GetValues<Pass>()
        from type in Job.Types
        from row in rows
        where Has(row, pass)
        from layout in row.HasOneChannel ? (Layout[])[Layout.Nchw] : [Layout.Nchw, Layout.Nhwc]
        let job = new Job(row, layout, type, pass)
        select job with { Row = Fit(row, job.ElementSize, bytes) };

    public static bool IsSmall(Row row) => row.Name.StartsWith("small-", StringComparison.Ordinal);

    /// <summary>Whether the row is one of the windows that are held against 3×3.</summary>
    public static bool IsWindow(Row row) => row.Name is "max31" or "average31" || (row.Kernel > LargestTrained && row.HasOneChannel);

    /// <summary>The 3×3 row that a large window is held against.</summary>
    public static string ReferenceOf(Row row) => row.Operator == Max ? Windows[0].Name : Windows[1].Name;

    /// <summary>The row with as many images as fit into so many bytes of input and output; where not even one does, with shorter axes, but never shorter than a window.</summary>
    public static Row Fit(Row row, int elementSize, long bytes)
    {
        Row one = row with { Shape = [1, .. row.Shape[1..]] };
        if (Size(one) <= bytes)
        {
            long images = bytes / Size(one);
            return one with { Shape = [IsSmall(row) ? Math.Min(row.Shape[0], images) : images, .. row.Shape[1..]] };
        }

        long[] shape = one.Shape, least = [.. shape.Select((length, axis) => Math.Min(length, Least(axis)))];
        while (Size(one with { Shape = shape }) > bytes)
        {
            int axis = Enumerable.Range(1, shape.Length - 1).MaxBy(axis => (double)shape[axis] / least[axis]);
            if (shape[axis] == least[axis]) break;
            shape[axis] = Math.Max(least[axis], shape[axis] / 2);
        }

        return one with { Shape = shape };

        long Size(Row row) => (Job.Count(row.Shape) + Job.Count(row.OutputShape)) * elementSize;

        // A window with all its taps inside, and channels that fill a vector.
        long Least(int axis) => axis == 1 ? 8 : row.IsGlobal ? 7 : ((row.Kernel - 1) * row.Dilation) + 1 + row.Stride;
    }

    private static bool Has(Row row, Pass pass) => pass switch
    {
        Pass.Forward => true,
        _ when IsSmall(row) || row.Kernel > LargestTrained && row.HasOneChannel => false,
        Pass.Indices => row.IsMax,
        _ => true,
    };
}
