using ILGPU;

namespace Cenote.Gpu;

/// <summary>Which outputs a launch makes, and where the taps of each lie. One item is one output, in the order of the output's memory.</summary>
internal struct Walk
{
    /// <summary>Channels side by side (1 where planes lie behind each other), outputs along the width, rows of this launch, and outputs along the height.</summary>
    public Divider Channels, Columns, Rows, Heights;

    /// <summary>The outputs of this launch.</summary>
    public int Items;

    /// <summary>Which plane, or image, and which row is this launch's first.</summary>
    public long FirstOuter;

    /// <inheritdoc cref="FirstOuter"/>
    public int FirstRow;

    /// <summary>The rows of all of a plane's outputs.</summary>
    public int AllRows;

    /// <summary>Distances in the input between planes or images, and along the axes.</summary>
    public long Outer, InDepth, InHeight, InWidth;

    /// <summary>The windows of the three axes.</summary>
    public AxisWindows Depth, Height, Width;

    /// <summary>What sums are divided by; 0 for the taps that the windows count.</summary>
    public long DivisorOverride;

    /// <summary>Whether padded taps count as zeros.</summary>
    public int ReadsPadding;

    public readonly Place At(int item)
    {
        int rest = Channels.Divide(item, out int c);
        rest = Columns.Divide(rest, out int w);
        int outer = Rows.Divide(rest, out int row);
        row += FirstRow;
        int d = Heights.Divide(row, out int h);
        long plane = FirstOuter + outer;
        return new() { D = d, H = h, W = w, Input = plane * Outer + c, Output = ((plane * AllRows + row) * Columns.Divisor + w) * Channels.Divisor + c };
    }

    /// <summary>The first tap inside the input.</summary>
    public readonly long Corner(Place place, ListedWindow depth, ListedWindow height, ListedWindow width) => place.Input
        + (depth.Start + depth.Before * Depth.Step) * InDepth
        + (height.Start + height.Before * Height.Step) * InHeight
        + (width.Start + width.Before * Width.Step) * InWidth;
}

/// <summary>An output: its position in the plane, where its plane begins in the input, and where it lies itself.</summary>
internal struct Place
{
    public int D, H, W;
    public long Input, Output;
}
