using ILGPU;

namespace Cenote.Gpu;

/// <summary>The windows of one axis as kernels take them: the plan's numbers for windows that lie inside the input, a list for the others.</summary>
internal struct AxisWindows
{
    /// <summary>Of windows inside the input: output o begins at o·Stride − Before, and has Kernel taps, Step apart.</summary>
    public int Stride, Before, Kernel;

    /// <inheritdoc cref="Stride"/>
    public Divider Steps;

    /// <summary>The outputs whose windows lie inside the input.</summary>
    public int WholeFrom, WholeEnd;

    /// <summary>Where the list of the others begins.</summary>
    public int Listed;

    /// <inheritdoc cref="Stride"/>
    public readonly int Step => Steps.Divisor;

    /// <summary>Which tap of a window a position is.</summary>
    public readonly int Tap(int position, ListedWindow window) => Steps.Divide(position - window.Start, out _);

    public readonly ListedWindow At(int position, ArrayView<ListedWindow> list)
    {
        if (position >= WholeFrom && position < WholeEnd)
            return new() { Start = position * Stride - Before, Count = Kernel, Extent = Kernel };
        return list[Listed + (position < WholeFrom ? position : position - (WholeEnd - WholeFrom))];
    }

    /// <summary>Which tap of a window a position is.</summary>
    public readonly int Tap(int position, int window, ArrayView<ListedWindow> list) => Tap(position, At(window, list));
}

/// <summary>One window as the plan gives it.</summary>
internal struct ListedWindow
{
    /// <summary>The first tap, be it outside the input.</summary>
    public int Start;

    /// <summary>How many taps lie before the input, and how many inside.</summary>
    public int Before, Count;

    /// <summary>What the divisor counts; where padding is read, all taps up to the end of the padding.</summary>
    public int Extent;
}
