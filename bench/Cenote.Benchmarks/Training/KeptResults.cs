using System.Text.Json;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Training;

/// <summary>Results between calls of the command, so that a table can be measured in pieces, each in a short quiet time.</summary>
internal static class KeptResults
{
    /// <returns>The results given, and those that the file has of other rows, in the order of the table; the file has them all then.</returns>
    public static TrainingComparison[] Merge(string path, TrainingComparison[] measured)
    {
        TrainingComparison[] before = File.Exists(path) ? JsonSerializer.Deserialize<TrainingComparison[]>(File.ReadAllText(path)) ?? [] : [];
        string[] names = [.. RowTable.All.Select(row => row.Name)];
        TrainingComparison[] all =
        [
            .. measured.Concat(before).DistinctBy(each => (each.Row.Name, each.Layout)).OrderBy(each => Array.IndexOf(names, each.Row.Name)).ThenBy(each => each.Layout),
        ];
        File.WriteAllText(path, JsonSerializer.Serialize(all));
        return all;
    }
}
