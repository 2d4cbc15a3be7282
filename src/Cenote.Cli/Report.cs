using System.Globalization;

namespace Cenote.Cli;

/// <summary>What happened to one input, as a line or as a JSON object.</summary>
internal sealed record Report(string Input, string Output, string? Indices, string? Model, string? Device, string Type, nint[] InputShape, nint[] OutputShape, string Operator, string Options, double Milliseconds)
{
    public bool TakesStandardOutput => Output == "-" || Indices == "-";

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Input}  {ArrayData.Text(InputShape)} → {ArrayData.Text(OutputShape)}  {$"{Operator} {Options}".TrimEnd()}{(Indices is null ? "" : $"  indices {Indices}")}{(Model is null ? "" : $"  onnx {Model}")}{(Device is null ? "" : $"  on {Device}")}  {Milliseconds:0.0} ms");

    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("input", Input);
        json.WriteString("output", Output);
        if (Indices is not null) json.WriteString("indices", Indices);
        if (Model is not null) json.WriteString("onnx", Model);
        json.WriteString("type", Type);
        json.WriteShape("inputShape", InputShape);
        json.WriteShape("outputShape", OutputShape);
        json.WriteString("operator", Operator);
        json.WriteString("options", Options);
        if (Device is not null) json.WriteString("device", Device);
        json.WriteNumber("milliseconds", Math.Round(Milliseconds, 3));
    });

    public static string FailureToJson(string input, string error) => JsonLine.Of(json =>
    {
        json.WriteString("input", input);
        json.WriteString("error", error);
    });
}
