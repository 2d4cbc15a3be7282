using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cenote.Cli;

/// <summary>A JSON object in one line.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Action<Utf8JsonWriter> write)
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

    public static void WriteShape(this Utf8JsonWriter json, string name, ReadOnlySpan<nint> shape)
    {
        json.WriteStartArray(name);
        foreach (nint length in shape) json.WriteNumberValue((long)length);
        json.WriteEndArray();
    }
}
