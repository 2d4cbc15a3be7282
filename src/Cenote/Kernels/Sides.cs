namespace Cenote;

/// <summary>A number of taps or steps that the compiler is to know, so that it writes loops out.</summary>
internal interface ISide
{
    /// <param name="side">What it is at run time.</param>
    static abstract long Of(long side);
}

internal readonly struct None : ISide
{
    public static long Of(long side) => 0;
}

internal readonly struct One : ISide
{
    public static long Of(long side) => 1;
}

internal readonly struct Two : ISide
{
    public static long Of(long side) => 2;
}

internal readonly struct Three : ISide
{
    public static long Of(long side) => 3;
}

internal readonly struct Four : ISide
{
    public static long Of(long side) => 4;
}

internal readonly struct Five : ISide
{
    public static long Of(long side) => 5;
}

internal readonly struct Six : ISide
{
    public static long Of(long side) => 6;
}

internal readonly struct Seven : ISide
{
    public static long Of(long side) => 7;
}

internal readonly struct Eight : ISide
{
    public static long Of(long side) => 8;
}

internal readonly struct Sixteen : ISide
{
    public static long Of(long side) => 16;
}

/// <summary>Known at run time only.</summary>
internal readonly struct Any : ISide
{
    public static long Of(long side) => side;
}
