using ILGPU;

namespace Cenote.Gpu;

/// <summary>The windows of one axis as kernels take them: the plan's numbers for windows that lie inside the input, a list for the others.</summary>
internal struct AxisWindows
{
    /// <summary>Of windows inside the input: output o begins at o·Stride − Before, and has Kernel taps, Step apart.</summary>
    public int Stride, Before, Kernel, Step;

    /// <summary>The outputs whose windows lie inside the input.</summary>
    public int WholeFrom, WholeEnd;

    /// <summary>Where the list of the others begins.</summary>
    public int Listed;

    public readonly ListedWindow At(int position, ArrayView<ListedWindow> list)
    {
        if (position >= WholeFrom && position < WholeEnd)
            return new() { Start = position * Stride - Before, Count = Kernel, Extent = Kernel };
        return list[Listed + (position < WholeFrom ? position : position - (WholeEnd - WholeFrom))];
    }

    /// <summary>Which tap of a window a position is.</summary>
    public readonly int Tap(int position, int window, ArrayView<ListedWindow> list) => Tap(position, At(window, list));

    /// <inheritdoc cref="Tap(int, int, ArrayView{ListedWindow})"/>
    public readonly int Tap(int position, ListedWindow window) => Step == 1 ? position - window.Start : (position - window.Start) / Step;
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
