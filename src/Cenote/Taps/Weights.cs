namespace Cenote;

/// <summary>An activation as the double that is calculated with, and back.</summary>
internal interface IWeight<T>
    where T : unmanaged
{
    static abstract double Of(T tap);

    static abstract T Round(double value);
}

/// <inheritdoc/>
internal readonly struct SingleWeight : IWeight<float>
{
    public static double Of(float tap) => tap;

    public static float Round(double value) => (float)value;
}

/// <inheritdoc/>
internal readonly struct DoubleWeight : IWeight<double>
{
    public static double Of(double tap) => tap;

    public static double Round(double value) => value;
}

/// <inheritdoc/>
internal readonly struct HalfWeight : IWeight<Half>
{
    public static double Of(Half tap) => (double)tap;

    public static Half Round(double value) => (Half)value;
}

/// <inheritdoc/>
internal readonly struct BFloat16Weight : IWeight<BFloat16>
{
    public static double Of(BFloat16 tap) => (double)tap;

    public static BFloat16 Round(double value) => (BFloat16)value;
}
