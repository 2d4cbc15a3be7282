using CsCheck;

namespace Cenote.Tests;

/// <summary>What a stack says of fields and strides, against following the windows down by hand.</summary>
public class WindowStackTests
{
    private static readonly Gen<(int Kernel, int Stride, int Dilation)[]> Stacks = Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[1, 3]).Array[1, 5];

    [Fact]
    public void The_field_of_an_output_is_what_its_windows_reach() => Stacks.Sample(stack =>
    {
        var levels = new WindowStack(1, stack.Select(layer => ("layer", (WindowOptions?)new WindowOptions { Kernel = layer.Kernel, Stride = layer.Stride, Dilation = layer.Dilation }))).Plan(5000);
        for (int top = 0; top < stack.Length; top++)
        {
            var (first, last) = Reach(stack[..(top + 1)], 0);
            Assert.Equal(last - first + 1, levels[top].ReceptiveField[0]);
            Assert.Equal(Reach(stack[..(top + 1)], 1).First - first, levels[top].EffectiveStride[0]);
        }
    });

    /// <summary>The first and the last position of the input that an output of the topmost layer depends on.</summary>
    private static (long First, long Last) Reach((int Kernel, int Stride, int Dilation)[] stack, long output)
    {
        (long first, long last) = (output, output);
        foreach (var (kernel, stride, dilation) in stack.Reverse()) (first, last) = (first * stride, last * stride + (kernel - 1) * dilation);
        return (first, last);
    }
}
