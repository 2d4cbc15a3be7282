namespace Cenote;

/// <summary>A pooling that is no fold: all taps of a window are gathered, and one of them is picked.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal unsafe interface ITapPick<T>
    where T : unmanaged
{
    /// <summary>The output of a window without a tap.</summary>
    T None { get; }

    /// <summary>Which of the taps is the output.</summary>
    /// <param name="taps">The taps inside the input, in row-major order; at least one.</param>
    /// <param name="count">How many.</param>
    /// <param name="work">Room for as many elements, of any content.</param>
    /// <param name="window">The output's number, row-major over the whole output.</param>
    long Pick(T* taps, long count, T* work, long window);
}
