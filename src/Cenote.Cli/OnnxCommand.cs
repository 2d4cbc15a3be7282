using System.CommandLine;
using Cenote.Onnx;

namespace Cenote.Cli;

/// <summary>What pools in an ONNX model.</summary>
internal sealed class OnnxCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "An ONNX file." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per node. [default: a line]" };

    public Command Command
    {
        get
        {
            var command = new Command("onnx", "Lists the pooling nodes of an ONNX model: what each does in Cenote's words, and the sizes where the model tells them.") { _model, _json };
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        string path = parse.GetValue(_model)!;
        IReadOnlyList<PoolNode> nodes;
        try
        {
            nodes = OnnxPool.Nodes(OnnxFile.Read(path));
        }
        catch (InvalidDataException refusal)
        {
            throw new UserError($"{path}: {refusal.Message}");
        }

        foreach (PoolNode node in nodes) Console.Out.WriteLine(parse.GetValue(_json) ? ToJson(node) : ToText(node));
        if (nodes.Count == 0 && !parse.GetValue(_json)) Console.Out.WriteLine($"{path}: no pooling nodes.");
        return 0;
    }

    private static string ToText(PoolNode node)
    {
        var (layer, output, refusal) = Read(node);
        string shapes = node.InputShape.Length == 0 ? "" : $"  {Text(node.InputShape)}{(output is null ? "" : $" → {Text(output)}")}";
        return $"{Name(node)}  {node.Operator} opset {node.Opset}{shapes}  {layer?.ToString() ?? $"no layer: {refusal}"}{(node.GivesIndices ? $"  indices, storage order {node.StorageOrder}" : "")}";
    }

    private static string ToJson(PoolNode node) => JsonLine.Of(json =>
    {
        var (layer, output, refusal) = Read(node);
        json.WriteString("name", node.Name);
        json.WriteString("operator", node.Operator);
        json.WriteNumber("opset", node.Opset);
        if (node.InputShape.Length > 0) json.WriteShape("inputShape", node.InputShape);
        if (output is not null) json.WriteShape("outputShape", output);
        if (layer is not null) json.WriteString("layer", layer.ToString());
        else json.WriteString("refusal", refusal);
        if (node.GivesIndices && layer is not null) json.WriteNumber("storageOrder", node.StorageOrder);
    });

    /// <summary>The layer and what it makes of the model's sizes; or why there is none.</summary>
    private static (Layer? Layer, nint[]? Output, string? Refusal) Read(PoolNode node)
    {
        try
        {
            Layer layer = node.ToLayer();
            return (layer, Output(layer, node.InputShape), null);
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or ArgumentException)
        {
            return (null, null, Errors.FirstLine(error.Message).Split(" (Parameter")[0]);
        }
    }

    /// <summary>The output's lengths; null where the model leaves a spatial one open, or they depend on more than the input.</summary>
    private static nint[]? Output(Layer layer, ReadOnlySpan<nint> input)
    {
        if (input.Length < 3 || input[2..].Contains(-1)) return null;
        nint[] whole = [.. input.ToArray().Select(length => length == -1 ? 1 : length)];
        // How many regions there are, no layer knows.
        if (layer is RoiPool) return null;
        ReadOnlySpan<nint> output = layer is PoolLayer pool ? pool.Plan(whole).OutputShape : ((MaxUnpool)layer).OutputShape(whole);
        return [.. input[..2], .. output[2..]];
    }

    private static string Text(ReadOnlySpan<nint> shape) => string.Join('×', shape.ToArray().Select(length => length == -1 ? "?" : $"{length}"));

    private static string Name(PoolNode node) => node.Name.ReplaceLineEndings(" ");
}
