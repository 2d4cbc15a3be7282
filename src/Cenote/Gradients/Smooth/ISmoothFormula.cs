namespace Cenote;

/// <summary>The slope of a pooling's formula: what is known of a window after its taps were looked at once, and what each tap gets of it. An input's gradient is <see cref="Factor"/> times the sum of its shares.</summary>
/// <typeparam name="TReal">The type of the sums.</typeparam>
/// <typeparam name="TWindow">What is kept of a window.</typeparam>
internal interface ISmoothFormula<TReal, TWindow>
    where TReal : unmanaged
    where TWindow : unmanaged
{
    /// <summary>Whether shares depend on which tap of the window it is.</summary>
    bool ReadsNumbers { get; }

    /// <summary>A window with one tap more.</summary>
    /// <param name="window">The window; <c>default</c> before its first tap.</param>
    /// <param name="isFirst">Whether it is the first tap.</param>
    /// <param name="tap">The tap.</param>
    /// <param name="number">Its number in the unclipped window.</param>
    TWindow Take(in TWindow window, bool isFirst, TReal tap, long number);

    /// <summary>The window with its gradient, all taps taken.</summary>
    TWindow Finish(in TWindow window, TReal gradient, long divisor);

    TReal Share(in TWindow window, TReal tap, long number);

    TReal Factor(TReal tap);
}
