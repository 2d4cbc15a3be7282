namespace Cenote;

/// <summary>The taps that one output element reads along one axis.</summary>
/// <param name="Start">Index of the first tap inside the input; meaningless when <paramref name="Count"/> is 0.</param>
/// <param name="Count">How many taps lie inside the input: Start, Start + Step, …</param>
/// <param name="Step">The distance between neighbouring taps (the dilation).</param>
/// <param name="Before">How many taps lie in the padding before the input.</param>
/// <param name="After">How many taps lie in the padding after the input; the overhang of ceil mode beyond it is no tap at all.</param>
/// <param name="Extent">How many taps the divisor of an average counts: those inside the input, and the padded ones where padding is counted.</param>
public readonly record struct Window(long Start, long Count, long Step, long Before, long After, long Extent);
