using ILGPU;

namespace Cenote.Gpu;

/// <summary>Which outputs a launch makes, and where the taps of each lie. One item is one output, or a block of neighbours, in the order of the output's memory.</summary>
internal struct Walk
{
    /// <summary>Items along each axis in this launch: channels side by side (1 where planes lie behind each other), columns, rows and depths.</summary>
    public Divider Channels, Columns, Rows, Depths;

    /// <summary>The items of this launch.</summary>
    public int Items;

    /// <summary>Which output of a row, which row and which depth is this launch's first.</summary>
    public int FirstColumn, FirstRow, FirstDepth;

    /// <summary>Which plane, or image, is this launch's first.</summary>
    public long FirstOuter;

    /// <summary>The outputs of an item along the height, and along the width.</summary>
    public int ItemRows, ItemColumns;

    /// <summary>The lengths of the output, and of the input.</summary>
    public int OutDepths, OutRows, OutColumns, InRows, InColumns;

    /// <summary>Distances in the input between planes or images, and along the axes.</summary>
    public long Outer, InDepth, InHeight, InWidth;

    /// <summary>The windows of the three axes.</summary>
    public AxisWindows Depth, Height, Width;

    /// <summary>What sums are divided by; 0 for the taps that the windows count.</summary>
    public long DivisorOverride;

    /// <summary>Whether padded taps count as zeros.</summary>
    public int ReadsPadding;

    /// <summary>Of an item, its first output.</summary>
    public readonly Place At(int item)
    {
        int rest = Channels.Divide(item, out int c);
        rest = Columns.Divide(rest, out int w);
        rest = Rows.Divide(rest, out int h);
        long plane = FirstOuter + Depths.Divide(rest, out int d);
        (d, h, w) = (FirstDepth + d, FirstRow + h * ItemRows, FirstColumn + w * ItemColumns);
        return new() { D = d, H = h, W = w, Input = plane * Outer + c, Output = (((plane * OutDepths + d) * OutRows + h) * OutColumns + w) * Channels.Divisor + c };
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
