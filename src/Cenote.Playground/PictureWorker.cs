using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;

namespace Cenote.Playground;

/// <summary>What worker.js calls, in a second runtime beside the page's, so that the page never waits for a picture.</summary>
[SupportedOSPlatform("browser")]
public static partial class PictureWorker
{
    /// <summary>Red, green, blue and alpha: the pixels of a canvas.</summary>
    private const int Channels = 4;

    private static byte[] _pixels = [];
    private static nint[] _shape = [], _strides = [];

    /// <summary>Takes over a picture.</summary>
    [JSExport]
    internal static void SetPicture(byte[] pixels, int width, int height)
    {
        _pixels = pixels;
        (_shape, _strides) = ([Channels, height, width], Strides(height, width));
    }

    /// <summary>A picture is channels-last in memory; the kernels take it as it is. Of an axis of one element a tensor wants the stride 0.</summary>
    private static nint[] Strides(nint height, nint width) => [1, height == 1 ? 0 : width * Channels, width == 1 ? 0 : Channels];

    /// <summary>The plan of the settings for the picture, in the library's words: its line, then a line per axis.</summary>
    /// <exception cref="ArgumentException">The settings are impossible, or do not suit the picture.</exception>
    [JSExport]
    internal static string Describe(string settings) => Settings.FromFragment(settings).Layer().Plan(_shape).Describe();

    /// <summary>The output's width and height.</summary>
    [JSExport]
    internal static int[] Size(string settings)
    {
        ReadOnlySpan<nint> shape = Settings.FromFragment(settings).Layer().Plan(_shape).OutputShape;
        return [(int)shape[2], (int)shape[1]];
    }

    /// <summary>The pooled pixels.</summary>
    [JSExport]
    internal static byte[] Pool(string settings)
    {
        PoolLayer layer = Settings.FromFragment(settings).Layer();
        PoolPlan plan = layer.Plan(_shape);
        var output = new byte[checked((int)(plan.OutputShape[1] * plan.OutputShape[2])) * Channels];
        layer.Forward(new ReadOnlyTensorSpan<byte>(_pixels, _shape, _strides), new TensorSpan<byte>(output, plan.OutputShape, Strides(plan.OutputShape[1], plan.OutputShape[2])));
        return output;
    }

    /// <summary>What each red, green and blue receives where every output sends back 1: floats, in the picture's order.</summary>
    [JSExport]
    internal static byte[] Gradient(string settings)
    {
        PoolLayer layer = Settings.FromFragment(settings).Layer();
        PoolPlan plan = layer.Plan(_shape);
        nint[] outputStrides = Strides(plan.OutputShape[1], plan.OutputShape[2]);
        var sent = new float[checked((int)(plan.OutputShape[1] * plan.OutputShape[2])) * Channels];
        var received = new float[_pixels.Length];
        Array.Fill(sent, 1);
        ReadOnlyTensorSpan<float> gradient = new(sent, plan.OutputShape, outputStrides);
        TensorSpan<float> inputGradient = new(received, _shape, _strides);
        switch (layer)
        {
            case IndexedPool indexed:
                PoolIndices indices = indexed.CreateIndices(_shape);
                var values = new byte[sent.Length];
                indexed.ForwardWithIndices(new ReadOnlyTensorSpan<byte>(_pixels, _shape, _strides), new TensorSpan<byte>(values, plan.OutputShape, outputStrides), indices);
                indexed.Backward(gradient, indices, inputGradient);
                break;
            case LinearPool linear:
                linear.Backward(gradient, inputGradient);
                break;
            case NormPool norm:
                norm.Backward(gradient, new ReadOnlyTensorSpan<float>(Array.ConvertAll(_pixels, one => (float)one), _shape, _strides), inputGradient);
                break;
        }

        return MemoryMarshal.AsBytes(received.AsSpan()).ToArray();
    }
}
