using System.Numerics.Tensors;

namespace ShapeNet.Layers;

/// <summary>The patches of one square picture as a matrix: a row for each channel and kernel place, a column for each output. Padded with zeros so that stride 1 keeps the size.</summary>
internal sealed class Patches(int channels, int inputSide, int kernel, int stride)
{
    private readonly int _padding = kernel / 2;
    private readonly float[] _matrix = new float[channels * kernel * kernel * OutputSideOf(inputSide, stride) * OutputSideOf(inputSide, stride)];

    public int InputSide => inputSide;

    public int OutputSide { get; } = OutputSideOf(inputSide, stride);

    public int Rows => channels * kernel * kernel;

    public int Columns => OutputSide * OutputSide;

    public Span<float> Matrix => _matrix;

    /// <summary>Fills the matrix from a picture (im2col).</summary>
    public void Gather(ReadOnlySpan<float> picture)
    {
        Matrix.Clear();
        for (int row = 0; row < Rows; row++)
        {
            for (int y = 0; y < OutputSide; y++)
            {
                if (Line(row, y) is not { } line) continue;
                Span<float> taps = _matrix.AsSpan(line.Matrix, line.Length);
                if (stride == 1) picture.Slice(line.Picture, line.Length).CopyTo(taps);
                else for (int x = 0; x < taps.Length; x++) taps[x] = picture[line.Picture + x * stride];
            }
        }
    }

    /// <summary>Adds the matrix to the places of the picture that it came from (col2im), the transpose of <see cref="Gather"/>.</summary>
    public void Scatter(Span<float> picture)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int y = 0; y < OutputSide; y++)
            {
                if (Line(row, y) is not { } line) continue;
                ReadOnlySpan<float> taps = _matrix.AsSpan(line.Matrix, line.Length);
                Span<float> pixels = picture[line.Picture..];
                if (stride == 1) TensorPrimitives.Add(pixels[..line.Length], taps, pixels);
                else for (int x = 0; x < taps.Length; x++) pixels[x * stride] += taps[x];
            }
        }
    }

    private static int OutputSideOf(int inputSide, int stride) => (inputSide - 1) / stride + 1;

    /// <summary>Where the taps of one line of outputs start in the matrix and in the picture, and how many lie in it; null where all are padding.</summary>
    private (int Matrix, int Picture, int Length)? Line(int row, int y)
    {
        int channel = row / (kernel * kernel), shiftY = row / kernel % kernel - _padding, shiftX = row % kernel - _padding;
        int inputY = y * stride + shiftY;
        if (inputY < 0 || inputY >= inputSide) return null;
        int first = shiftX < 0 ? (-shiftX + stride - 1) / stride : 0;
        int end = Math.Min(OutputSide, (inputSide - 1 - shiftX) / stride + 1);
        return (row * Columns + y * OutputSide + first, (channel * inputSide + inputY) * inputSide + first * stride + shiftX, end - first);
    }
}
