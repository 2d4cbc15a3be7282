namespace Cenote;

/// <summary>What rows are pooled as, where they are not turned: decides up to which length <see cref="BlockKernel{T, TTap}"/> is worth its copies.</summary>
internal enum BlockRows
{
    /// <summary>Those that fill no register are all that is worth a block.</summary>
    Short,

    /// <summary>Sums of taps in order.</summary>
    SumsInOrder,

    /// <summary>Maxima and minima, whose rows can be combined first.</summary>
    Extremes,
}
