namespace Cenote;

/// <summary>In which order taps are combined.</summary>
internal interface ITapOrder
{
    static abstract bool IsRowFirst { get; }
}

/// <summary>Row by row, and then the rows.</summary>
internal readonly struct RowFirst : ITapOrder
{
    public static bool IsRowFirst => true;
}

/// <summary>One after the other, in row-major order.</summary>
internal readonly struct TapByTap : ITapOrder
{
    public static bool IsRowFirst => false;
}
