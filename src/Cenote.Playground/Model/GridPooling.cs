using System.Numerics.Tensors;

namespace Cenote.Playground;

/// <summary>A grid pooled by the library, with what the page shows of it: windows, winners, gradients.</summary>
internal sealed class GridPooling
{
    private readonly Settings _settings;
    private readonly Tensor<float> _output, _gradient;
    private readonly Tensor<long>? _winners;

    /// <exception cref="ArgumentException">The settings are impossible, or do not suit the grid.</exception>
    public GridPooling(Settings settings, Grid grid)
    {
        (_settings, Grid) = (settings, grid);
        PoolLayer layer = settings.Layer();
        Tensor<float> input = grid.Tensor;
        Plan = layer.Plan(input.Lengths);
        Tensor<float> ones = Tensor.Create(Enumerable.Repeat(1f, (int)(Plan.OutputShape[1] * Plan.OutputShape[2])).ToArray(), Plan.OutputShape);
        (_output, _gradient, _winners) = Run(layer, input, ones);
        (RowsBefore, RowsAfter) = Margin(0, grid.Height);
        (ColumnsBefore, ColumnsAfter) = Margin(1, grid.Width);
    }

    public Grid Grid { get; }

    public PoolPlan Plan { get; }

    public int Height => (int)Plan.OutputShape[1];

    public int Width => (int)Plan.OutputShape[2];

    /// <summary>How many positions outside the grid some window reaches.</summary>
    public int RowsBefore { get; }

    public int RowsAfter { get; }

    public int ColumnsBefore { get; }

    public int ColumnsAfter { get; }

    public float Output(int row, int column) => _output[0, row, column];

    /// <summary>What an input receives where every output sends back 1.</summary>
    public float Gradient(int row, int column) => _gradient[0, row, column];

    /// <summary>The input that an output is; null where it is no single one.</summary>
    public (int Row, int Column)? Winner(int row, int column) =>
        _winners is { } winners && winners[0, row, column] is >= 0 and var flat ? ((int)(flat / Grid.Width), (int)(flat % Grid.Width)) : null;

    /// <summary>The positions of a window along an axis, those outside the input included.</summary>
    public int[] Taps(int axis, int position) => [.. Plan.TapsAt(axis, position).Select(tap => (int)tap.Position)];

    /// <summary>Where a position along an axis lies.</summary>
    private TapPlace PlaceOf(int axis, int position)
    {
        int length = axis == 0 ? Grid.Height : Grid.Width;
        return position >= 0 && position < length ? TapPlace.Input : position < length + Plan.PaddingAt(axis).After ? TapPlace.Padding : TapPlace.Overhang;
    }

    /// <summary>Where a position of the drawn input lies: in a corner, the farther of both axes.</summary>
    public TapPlace PlaceAt(int row, int column) => (TapPlace)Math.Max((int)PlaceOf(0, row), (int)PlaceOf(1, column));

    /// <summary>Whether an output reads an input.</summary>
    public bool Reads(int row, int column, int inputRow, int inputColumn) => Reads(0, row, inputRow) && Reads(1, column, inputColumn);

    private bool Reads(int axis, int position, int input)
    {
        Window window = Plan.WindowAt(axis, position);
        long distance = input - window.Start;
        return window.Count > 0 && distance >= 0 && distance % window.Step == 0 && distance / window.Step < window.Count;
    }

    public bool HasWinners => _winners is not null;

    /// <summary>The gradient of one output alone.</summary>
    public Tensor<float> GradientOf(int row, int column)
    {
        var one = new float[Height * Width];
        one[row * Width + column] = 1;
        return Run(_settings.Layer(), Grid.Tensor, Tensor.Create(one, Plan.OutputShape)).Gradient;
    }

    private static (Tensor<float> Output, Tensor<float> Gradient, Tensor<long>? Winners) Run(PoolLayer layer, Tensor<float> input, Tensor<float> sent)
    {
        switch (layer)
        {
            case IndexedPool indexed:
                var (values, indices) = indexed.ForwardWithIndices(input);
                return (values, indexed.Backward(sent, indices), indices.ToFlat());
            case LinearPool linear:
                return (linear.Forward(input), linear.Backward(sent, input.Lengths), null);
            case NormPool norm:
                return (norm.Forward(input), norm.Backward(sent, input), null);
            default:
                throw new NotSupportedException($"{layer} has no gradient to show.");
        }
    }

    private (int Before, int After) Margin(int axis, int length)
    {
        var (before, after) = Plan.PaddingAt(axis);
        int last = Taps(axis, (int)Plan.OutputShape[axis + 1] - 1).LastOrDefault(-1);
        return ((int)before, Math.Max((int)after, last - length + 1));
    }
}
