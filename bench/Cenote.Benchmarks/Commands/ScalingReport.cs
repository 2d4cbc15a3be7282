using System.Globalization;
using Cenote.Benchmarks.Measure;
using Cenote.Benchmarks.Report;
using Cenote.Benchmarks.Rows;

namespace Cenote.Benchmarks.Commands;

/// <summary>The laws of growth, each as a table and a plot.</summary>
internal static class ScalingReport
{
    private static readonly int[] Threads = [1, 2];

    public static void Write(TextWriter writer, string folder, IEnumerable<GrowthLaw> laws)
    {
        Machine.Write(writer);
        writer.WriteLine("Cenote alone, float32, microseconds of a call; a dash where the point before took too long to go on.");
        foreach (GrowthLaw law in laws)
        {
            Curve[] curves = [.. Threads.SelectMany(new Growth(law).Measure)];
            writer.WriteLine();
            writer.WriteLine($"## {law.Title}");
            writer.WriteLine();
            var table = new MarkdownTable(writer, texts: 0, [law.Axis, .. curves.Select(curve => curve.Name)]);
            for (int point = 0; point < law.Points.Length; point++)
                table.Add([law.Points[point].ToString(CultureInfo.InvariantCulture), .. curves.Select(curve => Format.Number(curve.Seconds[point] * 1e6))]);
            if (law.Figure is { } figure) WriteFigure(writer, law, figure, curves);
            GrowthPlot.Save(law, curves, Path.Combine(folder, $"{law.Name}.png"));
            writer.WriteLine();
            writer.WriteLine($"![{law.Title}]({law.Name}.png)");
        }
    }

    private static void WriteFigure(TextWriter writer, GrowthLaw law, (int Small, int Large) figure, Curve[] curves)
    {
        int small = Array.IndexOf(law.Points, figure.Small), large = Array.IndexOf(law.Points, figure.Large);
        writer.WriteLine();
        writer.WriteLine($"{law.Axis} = {figure.Large} takes, of the time of {law.Axis} = {figure.Small}: "
            + string.Join("; ", curves.Where(curve => !curve.Name.StartsWith("copy", StringComparison.Ordinal)).Select(curve => $"{curve.Name} {Format.Ratio(curve.Seconds[large] / curve.Seconds[small])}")) + ".");
    }
}
