namespace Cenote;

/// <summary>How many taps may lie outside the input, before and after it, on each spatial axis; or the rule that computes them.</summary>
/// <remarks>
/// Written as <c>1</c>, <c>(1, 0)</c> (height, width; the same before and after), <c>new Padding(before, after)</c>,
/// <see cref="SameUpper"/>, <see cref="SameLower"/> or <see cref="Valid"/>. PyTorch's <c>padding</c>; ONNX's <c>pads</c> and <c>auto_pad</c>.
/// Each side may be at most (kernel − 1)·dilation, so that no window lies wholly outside the input; PyTorch stops at half the kernel.
/// </remarks>
public readonly struct Padding : IEquatable<Padding>
{
    /// <summary>Padding that differs before and after the input.</summary>
    /// <param name="before">Taps before the first element of each axis.</param>
    /// <param name="after">Taps after the last element of each axis.</param>
    public Padding(Spatial before, Spatial after) => (Before, After) = (before, after);

    private Padding(PaddingRule rule) => Rule = rule;

    /// <summary>Taps before the first element of each axis; 0 where a rule computes them.</summary>
    public Spatial Before { get; }

    /// <summary>Taps after the last element of each axis; 0 where a rule computes them.</summary>
    public Spatial After { get; }

    /// <summary>Whether the numbers are given, or computed from the input's size.</summary>
    public PaddingRule Rule { get; }

    /// <summary>ceil(input / stride) outputs; an odd pad goes after the input. ONNX's <c>SAME_UPPER</c>, TensorFlow's and Keras's <c>same</c>.</summary>
    public static Padding SameUpper => new(PaddingRule.SameUpper);

    /// <summary>ceil(input / stride) outputs; an odd pad goes before the input. ONNX's <c>SAME_LOWER</c>.</summary>
    public static Padding SameLower => new(PaddingRule.SameLower);

    /// <summary>No padding: the same as 0. ONNX's <c>VALID</c>.</summary>
    public static Padding Valid => default;

    /// <summary>The same padding on every side of every axis.</summary>
    /// <param name="everySide">The number of taps.</param>
    public static implicit operator Padding(int everySide) => new(everySide, everySide);

    /// <summary>The same padding before and after, per axis.</summary>
    /// <param name="bothSides">The numbers of taps.</param>
    public static implicit operator Padding(Spatial bothSides) => new(bothSides, bothSides);

    /// <summary>The same padding before and after: height, width.</summary>
    /// <param name="bothSides">The numbers of taps.</param>
    public static implicit operator Padding((int Height, int Width) bothSides) => (Spatial)bothSides;

    /// <summary>The same padding before and after: depth, height, width.</summary>
    /// <param name="bothSides">The numbers of taps.</param>
    public static implicit operator Padding((int Depth, int Height, int Width) bothSides) => (Spatial)bothSides;

    /// <summary>Whether two paddings are written alike.</summary>
    /// <param name="left">One padding.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Padding left, Padding right) => left.Equals(right);

    /// <summary>Whether two paddings differ.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator !=(Padding left, Padding right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Padding other) => (Before, After, Rule) == (other.Before, other.After, other.Rule);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Padding other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Before, After, Rule);

    /// <summary>The padding as it appears in a plan: <c>1</c>, <c>1×0</c>, <c>1×0:0×1</c> (before:after), <c>SameUpper</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Rule != PaddingRule.Explicit ? Rule.ToString() : Before == After ? Before.ToString() : $"{Before}:{After}";
}

/// <summary>Where the amounts of a <see cref="Padding"/> come from.</summary>
public enum PaddingRule
{
    /// <summary>They are given.</summary>
    Explicit,

    /// <summary>Computed for ceil(input / stride) outputs, an odd one after the input.</summary>
    SameUpper,

    /// <summary>Computed for ceil(input / stride) outputs, an odd one before the input.</summary>
    SameLower,
}
