namespace Cenote.Playground;

/// <summary>How far a disturbance changes the input and the output: means over all values, in levels of 256.</summary>
public sealed record Change(double Input, double Output);

/// <summary>An answer of worker.js, without its pictures.</summary>
/// <param name="Kind">input, output, gradient, changes or error: what the answer is about.</param>
/// <param name="Part">The size of the middle on which changes are measured; null for the whole picture.</param>
public sealed record PictureFacts(string Kind, string? Settings, string? Error, string? Plan, int Width, int Height, double Ms, double Most, Change? Shift, Change? Noise, int[]? Part);
