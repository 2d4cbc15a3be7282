namespace Cenote;

/// <summary>One position that a window reads along one axis.</summary>
/// <param name="Position">The position, from 0 where the input begins; negative, or not below the input's length, outside it.</param>
/// <param name="Place">What is there.</param>
public readonly record struct Tap(long Position, TapPlace Place);

/// <summary>Where a tap lies.</summary>
public enum TapPlace
{
    /// <summary>In the input.</summary>
    Input,

    /// <summary>In the padding before or after the input.</summary>
    Padding,

    /// <summary>Behind the padding: the overhang of ceil mode, which takes no part and is in no divisor.</summary>
    Overhang,
}
