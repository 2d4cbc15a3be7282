namespace Cenote;

/// <summary>The taps of the windows of one or more lines, where rows can be read without clipping, and how they are numbered.</summary>
internal readonly unsafe struct RowTaps<T>
    where T : unmanaged
{
    /// <summary>The first line's first tap.</summary>
    public T* First { get; init; }

    /// <summary>How many depths a window has, and how many rows of each.</summary>
    public long Depths { get; init; }

    public long Rows { get; init; }

    /// <summary>The distances between depths and between rows, in elements.</summary>
    public long NextDepth { get; init; }

    public long NextRow { get; init; }

    /// <summary>The first tap's number, and how many numbers each depth has in rows outside the input.</summary>
    public long Number { get; init; }

    public long DepthNumbers { get; init; }

    /// <summary>How many lines, and the distances between them in elements and in numbers.</summary>
    public long Lines { get; init; }

    public long NextLine { get; init; }

    public long LineNumbers { get; init; }
}

/// <summary>Where lines of chosen taps go, or lie.</summary>
/// <param name="values">The first line's values.</param>
/// <param name="pitch">The distance between lines of values.</param>
/// <param name="numbers">Its numbers.</param>
/// <param name="numberPitch">The distance between lines of numbers.</param>
/// <param name="isOutput">Whether the values are outputs; else they are kept to be combined, and whole registers of them.</param>
internal readonly unsafe struct ChoiceLines<T, TNumber>(T* values, long pitch, TNumber* numbers, long numberPitch, bool isOutput)
    where T : unmanaged
    where TNumber : unmanaged
{
    public readonly T* Values = values;
    public readonly TNumber* Numbers = numbers;
    public readonly long Pitch = pitch, NumberPitch = numberPitch;
    public readonly bool IsOutput = isOutput;
}
