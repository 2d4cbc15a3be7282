using Cenote.Conformance.Tests.Onnx;
using Cenote.Onnx;
using Cenote.Tests.Golden;
using Onnx;
using static Onnx.TensorProto.Types;

namespace Cenote.Conformance.Tests;

/// <summary>ONNX's own pooling tests, from the folder that the environment variable CENOTE_ONNX_CORPUS names.</summary>
public class OnnxTests
{
    private const string NoFolder = "(CENOTE_ONNX_CORPUS is not set)";
    private const double RelativeTolerance = 1e-3;
    private const double AbsoluteTolerance = 1e-7;

    private static readonly string? Corpus = Environment.GetEnvironmentVariable("CENOTE_ONNX_CORPUS") is { Length: > 0 } folder ? folder : null;

    /// <summary>The folders of the corpus; one row that skips where there is none.</summary>
    public static TheoryData<string> Folders => Corpus is null ? [NoFolder]
        : [.. Directory.EnumerateFiles(Corpus, "model.onnx", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Corpus, Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Outputs_are_ONNXs(string folder)
    {
        Assert.SkipWhen(Corpus is null, "set CENOTE_ONNX_CORPUS to a folder of ONNX's pooling tests");
        string path = Path.Combine(Corpus, folder);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(path, "model.onnx")));
        string[] operators = [.. model.Graph.Node.Select(node => node.OpType).Where(name => name is not ("Unsqueeze" or "Squeeze" or "Constant"))];
        string[] pools = [.. OnnxPool.Nodes(model).Select(node => node.Operator)];
        string? foreign = operators.FirstOrDefault(name => !pools.Contains(name));
        Assert.SkipWhen(foreign is not null, $"{foreign} has no layer yet");
        Assert.NotEmpty(operators);

        string[] sets = Directory.GetDirectories(path, "test_data_set_*");
        Assert.NotEmpty(sets);
        foreach (string set in sets)
        {
            OnnxTensor[] inputs = [.. Enumerable.Range(0, OnnxGraph.Inputs(model.Graph).Length).Select(i => OnnxTensor.Read(File.ReadAllBytes(Path.Combine(set, $"input_{i}.pb"))))];
            OnnxTensor[] outputs = OnnxGraph.Run(model, inputs);
            Assert.Equal(Directory.GetFiles(set, "output_*.pb").Length, outputs.Length);
            for (int i = 0; i < outputs.Length; i++) Check(model.Graph.Output[i].Name, OnnxTensor.Read(File.ReadAllBytes(Path.Combine(set, $"output_{i}.pb"))), outputs[i]);
        }
    }

    private static void Check(string name, OnnxTensor expected, OnnxTensor actual)
    {
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Data.Length, actual.Data.Length);
        if (expected.Type == DataType.Int64)
        {
            Assert.Equal(expected.Elements<long>(), actual.Elements<long>());
            return;
        }

        double[] wanted = Values(expected), got = Values(actual);
        for (int i = 0; i < wanted.Length; i++)
        {
            bool close = wanted[i].Equals(got[i]) || Math.Abs(wanted[i] - got[i]) <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(wanted[i]));
            if (!close) Assert.Fail($"{name} {i}: expected {wanted[i]}, got {got[i]}");
        }
    }

    private static double[] Values(OnnxTensor tensor) => tensor.Type switch
    {
        DataType.Float => Widen<float>(tensor),
        DataType.Double => Widen<double>(tensor),
        DataType.Float16 => Widen<Half>(tensor),
        DataType.Bfloat16 => Widen<BFloat16>(tensor),
        DataType.Uint8 => Widen<byte>(tensor),
        DataType.Int8 => Widen<sbyte>(tensor),
        _ => throw new NotSupportedException(tensor.Type.ToString()),
    };

    private static double[] Widen<T>(OnnxTensor tensor)
        where T : unmanaged => [.. tensor.Elements<T>().Select(Elements.ToDouble)];
}
