namespace Cenote.Benchmarks.Measure;

/// <summary>Everything measured several times over, minutes apart: on a shared machine what disturbs a row lasts longer than its rounds.</summary>
internal static class Passes
{
    /// <returns>Of each job what was measured, once per pass.</returns>
    /// <param name="passes">How many.</param>
    /// <param name="jobs">What is measured in each.</param>
    /// <param name="measure">Measures one.</param>
    /// <param name="ready">Told of a job's results when the last pass has been there.</param>
    public static TResult[][] Run<TJob, TResult>(int passes, IReadOnlyList<TJob> jobs, Func<TJob, TResult> measure, Action<TJob, TResult[]>? ready = null)
    {
        TResult[][] results = [.. jobs.Select(_ => new TResult[passes])];
        for (int pass = 0; pass < passes; pass++)
        {
            for (int i = 0; i < jobs.Count; i++)
            {
                results[i][pass] = measure(jobs[i]);
                if (pass == passes - 1) ready?.Invoke(jobs[i], results[i]);
            }
        }

        return results;
    }

    /// <returns>The middle one, whole as it was measured; of an even number the worse of the two.</returns>
    public static T Middle<T>(IEnumerable<T> results, Func<T, double> score)
    {
        T[] sorted = [.. results.OrderBy(score)];
        return sorted[sorted.Length / 2];
    }

    /// <returns>What a report says of it.</returns>
    public static string Text(int passes) => passes == 1 ? "" : $" Of {passes} passes over all rows, minutes apart, each line is the middle one by the rule.";
}
