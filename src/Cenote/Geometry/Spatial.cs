using System.Collections;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>One to three whole numbers, one per spatial axis in the order (depth,) (height,) width; a single number holds for every axis.</summary>
/// <remarks>
/// Written as <c>3</c>, <c>(2, 3)</c>, <c>(2, 3, 4)</c> or <c>[2, 3]</c>. The equivalent of PyTorch's <c>int</c> or tuple arguments
/// and of ONNX's <c>kernel_shape</c>, <c>strides</c> and <c>dilations</c>.
/// </remarks>
[CollectionBuilder(typeof(Spatial), nameof(Create))]
public readonly struct Spatial : IEquatable<Spatial>, IEnumerable<int>
{
    private readonly int _first, _second, _third;

    /// <summary>The same number on every axis.</summary>
    /// <param name="everyAxis">The number.</param>
    public Spatial(int everyAxis)
    {
        Rank = 1;
        _first = everyAxis;
    }

    /// <summary>One number per axis of a 2-D window.</summary>
    /// <param name="height">Along the rows' axis.</param>
    /// <param name="width">Along the columns' axis.</param>
    public Spatial(int height, int width)
    {
        Rank = 2;
        (_first, _second) = (height, width);
    }

    /// <summary>One number per axis of a 3-D window.</summary>
    /// <param name="depth">Along the first spatial axis.</param>
    /// <param name="height">Along the rows' axis.</param>
    /// <param name="width">Along the columns' axis.</param>
    public Spatial(int depth, int height, int width)
    {
        Rank = 3;
        (_first, _second, _third) = (depth, height, width);
    }

    /// <summary>How many numbers there are: 1 (which serves every axis), 2 or 3; 0 for <c>default</c>, which reads as 0 everywhere.</summary>
    public int Rank { get; }

    /// <summary>The number on one axis.</summary>
    /// <param name="axis">The spatial axis, from 0; a single number answers for any axis.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="axis"/> is negative, or not below <see cref="Rank"/> when there are several numbers.</exception>
    public int this[int axis]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis);
            if (Rank <= 1) return _first;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(axis, Rank);
            return axis switch { 0 => _first, 1 => _second, _ => _third };
        }
    }

    /// <summary>Builds the value from 1, 2 or 3 numbers; this is what <c>[3, 3]</c> calls.</summary>
    /// <param name="values">The numbers, outermost axis first.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">There are none, or more than three.</exception>
    public static Spatial Create(ReadOnlySpan<int> values) => values.Length switch
    {
        1 => new(values[0]),
        2 => new(values[0], values[1]),
        3 => new(values[0], values[1], values[2]),
        _ => throw new ArgumentException($"values has {values.Length} numbers; a window has one number for every axis, or one for each of 1 to 3 axes.", nameof(values)),
    };

    /// <summary>The same number on every axis.</summary>
    /// <param name="everyAxis">The number.</param>
    public static implicit operator Spatial(int everyAxis) => new(everyAxis);

    /// <summary>One number per axis: height, width.</summary>
    /// <param name="value">The numbers.</param>
    public static implicit operator Spatial((int Height, int Width) value) => new(value.Height, value.Width);

    /// <summary>One number per axis: depth, height, width.</summary>
    /// <param name="value">The numbers.</param>
    public static implicit operator Spatial((int Depth, int Height, int Width) value) => new(value.Depth, value.Height, value.Width);

    /// <summary>Whether two values have the same numbers in the same number of axes.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Spatial left, Spatial right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    /// <inheritdoc cref="op_Equality"/>
    public static bool operator !=(Spatial left, Spatial right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Spatial other) => (Rank, _first, _second, _third) == (other.Rank, other._first, other._second, other._third);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Spatial other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, _first, _second, _third);

    /// <summary>The numbers joined by ×: <c>3</c>, <c>2×3</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Join('×', this);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (int axis = 0; axis < Math.Max(Rank, 1); axis++) yield return this[axis];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether the numbers fit a window of the given number of axes.</summary>
    internal bool Fits(int spatialRank) => Rank <= 1 || Rank == spatialRank;

    /// <summary>The numbers for exactly <paramref name="spatialRank"/> axes, shortened to one where all are equal.</summary>
    internal string ToText(int spatialRank)
    {
        Spatial self = this;
        var values = Enumerable.Range(0, spatialRank).Select(axis => self[axis]).ToArray();
        return values.Distinct().Count() == 1 ? values[0].ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Join('×', values);
    }
}
