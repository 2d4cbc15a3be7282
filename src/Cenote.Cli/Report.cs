using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cenote.Cli;

/// <summary>What happened to one input, as a line or as a JSON object.</summary>
internal sealed record Report(string Input, string Output, string Type, nint[] InputShape, nint[] OutputShape, string Operator, string Options, double Milliseconds)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Input}  {ArrayData.Text(InputShape)} → {ArrayData.Text(OutputShape)}  {$"{Operator} {Options}".TrimEnd()}  {Milliseconds:0.0} ms");

    public string ToJson() => Json(json =>
    {
        json.WriteString("input", Input);
        json.WriteString("output", Output);
        json.WriteString("type", Type);
        Shape(json, "inputShape", InputShape);
        Shape(json, "outputShape", OutputShape);
        json.WriteString("operator", Operator);
        json.WriteString("options", Options);
        json.WriteNumber("milliseconds", Math.Round(Milliseconds, 3));
    });

    public static string FailureToJson(string input, string error) => Json(json =>
    {
        json.WriteString("input", input);
        json.WriteString("error", error);
    });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Shape(Utf8JsonWriter json, string name, nint[] shape)
    {
        json.WriteStartArray(name);
        foreach (nint length in shape) json.WriteNumberValue((long)length);
        json.WriteEndArray();
    }
}
