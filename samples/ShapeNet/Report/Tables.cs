using System.Globalization;
using Cenote.Benchmarks.Report;
using ShapeNet.Experiment;

namespace ShapeNet.Report;

/// <summary>The results as Markdown.</summary>
internal static class Tables
{
    /// <summary>One of the numbers of every stage: a row for each variant, the sum, and its ratio to that of the first variant.</summary>
    public static void Cost(TextWriter writer, IReadOnlyList<VariantCost> costs, string format, Func<StageCost, double> cost)
    {
        var table = new MarkdownTable(writer, 1, [" ", .. costs[0].Stages.Select(stage => stage.Stage), "in all", $"÷ {costs[0].Variant.Name}"]);
        double first = costs[0].Sum(cost);
        foreach (VariantCost each in costs)
        {
            double sum = each.Sum(cost);
            table.Add([each.Variant.Name, .. each.Stages.Select(stage => Number(cost(stage), format)), Number(sum, format), Number(sum / first, "0.000")]);
        }
    }

    /// <summary>The shapes that the stages leave.</summary>
    public static void Maps(TextWriter writer, IReadOnlyList<VariantCost> costs)
    {
        var table = new MarkdownTable(writer, 1, [" ", .. costs[0].Stages.Select(stage => stage.Stage)]);
        foreach (var (variant, stages) in costs) table.Add([variant.Name, .. stages.Select(stage => stage.Maps)]);
    }

    /// <summary>Accuracy over the steps of a series, in percent.</summary>
    public static void Accuracy(TextWriter writer, Series series, int index, IReadOnlyList<Run> runs)
    {
        var table = new MarkdownTable(writer, 1, [series.Name, .. series.Steps.Select(Step)]);
        foreach (Variant variant in Variant.All) table.Add([variant.Name, .. Disturbed(runs, variant, index, series.Steps.Length).Select(statistic => statistic.ToString())]);
    }

    /// <summary>Parameters, accuracy on seen and on new pictures, and the gap between them, in percent.</summary>
    public static void Heads(TextWriter writer, IReadOnlyList<Run> runs, IReadOnlyList<VariantCost> costs)
    {
        var table = new MarkdownTable(writer, 1, " ", "parameters", "of them in the head", "training", "test", "gap");
        foreach (var (variant, stages) in costs)
        {
            Run[] own = [.. runs.Where(run => run.Variant == variant)];
            Statistic Over(Func<Run, double> number) => Statistic.Of(own.Select(number));
            table.Add([variant.Name, Number(stages.Sum(stage => stage.Parameters), "#,0"), Number(stages[^1].Parameters, "#,0"), $"{Over(run => run.Train)}", $"{Over(run => run.Test)}", $"{Over(run => run.Train - run.Test)}"]);
        }
    }

    /// <summary>Accuracy over the seeds, for each step of a series.</summary>
    public static Statistic[] Disturbed(IReadOnlyList<Run> runs, Variant variant, int series, int steps) =>
        [.. Enumerable.Range(0, steps).Select(step => Statistic.Of(runs.Where(run => run.Variant == variant).Select(run => run.Disturbed[series][step])))];

    public static string Step(float step) => step.ToString(CultureInfo.InvariantCulture);

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
