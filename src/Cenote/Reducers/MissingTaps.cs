using System.Numerics;

namespace Cenote;

/// <summary>Which taps are no data, and what an output with too few others becomes.</summary>
/// <param name="areNaN">Whether NaN is none.</param>
/// <param name="noData">The number that is none; null where there is no such number.</param>
/// <param name="instead">What an output without enough data becomes.</param>
internal readonly struct MissingTaps<T>(bool areNaN, T? noData, T instead)
    where T : unmanaged, IEqualityOperators<T, T, bool>
{
    public bool AreNaN => areNaN;

    public T? NoData => noData;

    public T Instead => instead;

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public bool Contains(T tap) => (areNaN && tap != tap) || (noData is { } value && tap == value);
#pragma warning restore CS1718
}
