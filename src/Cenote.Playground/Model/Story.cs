using System.Numerics.Tensors;

namespace Cenote.Playground;

/// <summary>What happens at one cell, in one line.</summary>
internal sealed class Story(GridPooling pooling, Operator pooled, Language language)
{
    private const int MostTold = 16;

    /// <summary>How an output came about.</summary>
    public string OfOutput(int row, int column)
    {
        string[] taps = [.. Inside(row, column).Select(tap => Grid.Number(pooling.Grid[tap.Row, tap.Column]))];
        string result = $"({row}, {column})  {Formula(taps, row, column)} = {Grid.Number(pooling.Output(row, column))}";
        int padded = Count(row, column, TapPlace.Padding), over = Count(row, column, TapPlace.Overhang);
        return result + (padded > 0 ? language[$", {padded} padded", $"，填充 {padded} 格"] : "") + (over > 0 ? language[$", {over} hang over", $"，超出 {over} 格"] : "");
    }

    /// <summary>Where an input goes.</summary>
    public string OfInput(int row, int column)
    {
        string[] readers = [.. from r in Enumerable.Range(0, pooling.Height) from c in Enumerable.Range(0, pooling.Width) where pooling.Reads(r, c, row, column) select $"({r}, {c}){(pooling.Winner(r, c) == (row, column) ? "★" : "")}"];
        string value = language[$"input ({row}, {column}) = {Grid.Number(pooling.Grid[row, column])}", $"输入 ({row}, {column}) = {Grid.Number(pooling.Grid[row, column])}"];
        return readers.Length == 0 ? value + language[": no window reads it", "：没有窗口读取它"] : value + language[": read by ", "：被读取于 "] + Join(", ", readers);
    }

    /// <summary>Where the gradient of an output goes.</summary>
    public string OfGradient(int row, int column, Tensor<float> gradient)
    {
        string[] receivers = [.. Inside(row, column).Where(tap => gradient[0, tap.Row, tap.Column] != 0).Select(tap => $"({tap.Row}, {tap.Column}) {Grid.Number(gradient[0, tap.Row, tap.Column])}")];
        string sent = language[$"output ({row}, {column}) sends 1", $"输出 ({row}, {column}) 回传 1"];
        return receivers.Length == 0 ? sent + language[", and no input receives it", "，没有输入收到"] : sent + language[" → to ", " → 给 "] + Join(", ", receivers);
    }

    private string Formula(string[] taps, int row, int column) => pooled.Id switch
    {
        "sum" => Join(" + ", taps),
        "lp" => $"√({Join(" + ", [.. taps.Select(tap => tap + "²")])})",
        "min" or "median" => $"{pooled.Id}({Join(", ", taps)})",
        "max" or "global-max" or "adaptive-max" => $"max({Join(", ", taps)})",
        _ => $"({Join(" + ", taps)}) / {pooling.Plan.DivisorAt(row, column)}",
    };

    private static string Join(string by, string[] parts) => string.Join(by, parts.Take(MostTold)) + (parts.Length > MostTold ? by + "…" : "");

    private IEnumerable<(int Row, int Column)> Inside(int row, int column) =>
        from r in pooling.Taps(0, row) from c in pooling.Taps(1, column) where pooling.PlaceAt(r, c) == TapPlace.Input select (r, c);

    private int Count(int row, int column, TapPlace place) =>
        (from r in pooling.Taps(0, row) from c in pooling.Taps(1, column) where pooling.PlaceAt(r, c) == place select 1).Count();
}
