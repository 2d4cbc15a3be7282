using System.Numerics.Tensors;
using ShapeNet.Layers;

namespace ShapeNet.Training;

/// <summary>Layers that belong together, such as a convolution and its ReLU: a column of the tables.</summary>
internal sealed record Stage(string Name, params ILayer[] Layers)
{
    public int Parameters => Layers.Sum(layer => layer.Parameters.Sum(parameter => parameter.Values.Length));

    public Tensor<float> Forward(Tensor<float> input) => Layers.Aggregate(input, (x, layer) => layer.Forward(x));

    public Tensor<float> Backward(Tensor<float> gradient) => Layers.Reverse().Aggregate(gradient, (g, layer) => layer.Backward(g));
}

/// <summary>Stages one after the other.</summary>
internal sealed class Network(params IReadOnlyList<Stage> stages)
{
    public IReadOnlyList<Stage> Stages => stages;

    public Parameter[] Parameters { get; } = [.. stages.SelectMany(stage => stage.Layers).SelectMany(layer => layer.Parameters)];

    /// <summary>For each picture of a batch a number for each class; the greatest is the answer.</summary>
    public Tensor<float> Forward(Tensor<float> pictures) => stages.Aggregate(pictures, (x, stage) => stage.Forward(x));

    public void Backward(Tensor<float> gradient) => _ = stages.Reverse().Aggregate(gradient, (g, stage) => stage.Backward(g));
}
