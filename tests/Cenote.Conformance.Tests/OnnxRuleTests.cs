using System.Numerics.Tensors;
using Cenote.Conformance.Tests.Onnx;
using Cenote.Onnx;
using Cenote.Tests.Golden;
using Google.Protobuf;
using Onnx;
using static Onnx.AttributeProto.Types;

namespace Cenote.Conformance.Tests;

/// <summary>
/// Nodes of random attributes, read as layers, against ONNX's rules written down once more: padding of every kind with every other attribute, overhangs of several taps, indices through several planes in
/// either order of storage, ties, every rank and type. ONNX's own data holds few of these.
/// </summary>
public class OnnxRuleTests
{
    private const int Nodes = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_random_node_gives_what_the_standard_says(int rank)
    {
        var random = new Random(rank);
        int ran = 0;
        for (int i = 0; i < Nodes; i++)
        {
            OnnxRules rules = Next(random, rank);
            long[] spatial = [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(1, rank == 3 ? 7 : 12))];
            ran += (i % 4) switch
            {
                0 => Check<double>(rules, spatial, random),
                1 => Check<Half>(rules, spatial, random),
                2 when rules.Operator == "MaxPool" => Check<sbyte>(rules, spatial, random),
                _ => Check<float>(rules, spatial, random),
            };
        }

        Assert.InRange(ran, Nodes / 4, Nodes);
    }

    /// <summary>Whether the node has windows.</summary>
    private static int Check<T>(OnnxRules rules, long[] spatial, Random random)
        where T : unmanaged
    {
        PoolNode node = OnnxPool.Nodes(Model(rules)).Single();
        PoolLayer layer;
        try
        {
            layer = (PoolLayer)node.ToLayer();
        }
        catch (NotSupportedException)
        {
            // Padding beyond a window, which ONNX allows.
            Assert.Contains(true, rules.Kernel.Select((kernel, axis) => Math.Max(rules.Pads![axis], rules.Pads[axis + rules.Kernel.Length]) > (kernel - 1) * rules.Dilation[axis]));
            return 0;
        }

        string name = $"{layer} of {string.Join('×', spatial)} as {typeof(T).Name}";
        nint[] shape = [2, 2, .. spatial.Select(length => (nint)length)];
        long[] output = rules.Sizes(spatial).Output;
        if (output.Any(length => length < 1))
        {
            Assert.Throws<ArgumentException>(() => layer.Plan(shape));
            return 0;
        }

        // Few values, for the sake of ties.
        double[] data = [.. Enumerable.Range(0, (int)(4 * OnnxRules.Product(spatial))).Select(_ => (double)random.Next(-4, 5))];
        Tensor<T> input = Tensor.Create([.. data.Select(Elements.FromDouble<T>)], shape);
        var (values, indices) = rules.Run(data, 4, spatial);
        Tensor<T> actual = layer.Forward(input);
        Assert.Equal([2, 2, .. output], actual.Lengths.ToArray().Select(length => (long)length));
        double tolerance = rules.Operator == "MaxPool" ? 0 : typeof(T) == typeof(Half) ? 2e-3 : 1e-5;
        int at = 0;
        foreach (T value in actual)
        {
            double expected = values[at], got = Elements.ToDouble(value);
            if (!(double.IsNaN(expected) || Math.Abs(expected - got) <= tolerance * (1 + Math.Abs(expected)))) Assert.Fail($"{name}, output {at}: {got} instead of {expected}");
            at++;
        }

        if (layer is not IndexedPool indexed) return 1;
        PoolIndices chosen = indexed.ForwardWithIndices(input).Indices;
        foreach (int order in (int[])[0, 1])
            Assert.True(chosen.ToOnnx(order).Zip(indices[order]).Select((pair, i) => double.IsNaN(values[i]) ? pair.First == -1 : pair.First == pair.Second).All(isSame => isSame), $"{name}: indices in storage order {order}");
        return 1;
    }

    private static OnnxRules Next(Random random, int rank)
    {
        string @operator = random.GetItems(["MaxPool", "AveragePool", "LpPool"], 1)[0], rule = random.GetItems(["NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"], 1)[0];
        long[] Axes(int from, int end, int count) => [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(from, end))];
        bool dilated = random.Next(2) == 0;
        return new(
            @operator,
            Axes(1, 5, rank),
            Axes(1, 5, rank),
            dilated ? Axes(1, 4, rank) : [.. Enumerable.Repeat(1L, rank)],
            rule == "NOTSET" ? Axes(0, 3, 2 * rank) : null,
            rule,
            Ceil: random.Next(2) == 0,
            CountPads: random.Next(2) == 0,
            P: random.Next(1, 4));
    }

    private static ModelProto Model(OnnxRules rules)
    {
        var node = new NodeProto { OpType = rules.Operator, Name = "pool" };
        node.Input.Add("x");
        node.Output.Add("y");
        node.Attribute.Add(Integers("kernel_shape", rules.Kernel));
        node.Attribute.Add(Integers("strides", rules.Stride));
        node.Attribute.Add(Integers("dilations", rules.Dilation));
        if (rules.Pads is not null) node.Attribute.Add(Integers("pads", rules.Pads));
        node.Attribute.Add(new AttributeProto { Name = "auto_pad", Type = AttributeType.String, S = ByteString.CopyFromUtf8(rules.AutoPad) });
        node.Attribute.Add(new AttributeProto { Name = "ceil_mode", Type = AttributeType.Int, I = rules.Ceil ? 1 : 0 });
        if (rules.Operator == "AveragePool") node.Attribute.Add(new AttributeProto { Name = "count_include_pad", Type = AttributeType.Int, I = rules.CountPads ? 1 : 0 });
        if (rules.Operator == "LpPool") node.Attribute.Add(new AttributeProto { Name = "p", Type = AttributeType.Int, I = rules.P });
        var model = new ModelProto { Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 22 });
        model.Graph.Node.Add(node);
        return model;
    }

    private static AttributeProto Integers(string name, long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }
}
