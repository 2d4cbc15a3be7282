using ILGPU;

namespace Cenote.Gpu;

/// <summary>What norms need of a floating-point type beside its operators.</summary>
internal interface IReals<TReal>
{
    static abstract TReal Of(long value);

    static abstract TReal Abs(TReal value);

    static abstract TReal Sqrt(TReal value);

    /// <summary>As <see cref="Math.Pow"/>, special values included.</summary>
    static abstract TReal Pow(TReal value, TReal exponent);
}

/// <summary>
/// float and double. Powers are whole arithmetic, the same on every device: a logarithm in two doubles, and an exponential of its product with the exponent. Of doubles they are within an ulp or so;
/// of floats they are computed in double and rounded once.
/// </summary>
internal readonly struct Reals : IReals<float>, IReals<double>
{
    /// <summary>1 / ln 2 and ln 2, each in two doubles; the first of ln 2 ends in zeros, so that its product with an exponent is exact.</summary>
    private const double PerLn2 = 1.4426950408889634, PerLn2Rest = 2.0355273740931033e-17, Ln2 = 0.6931471805599453;

    private const ulong SignBit = 1UL << 63, FractionBits = (1UL << 52) - 1, Infinity = 0x7FFUL << 52;

    static float IReals<float>.Of(long value) => value;

    static double IReals<double>.Of(long value) => value;

    public static float Abs(float value) => IntrinsicMath.Abs(value);

    public static double Abs(double value) => IntrinsicMath.Abs(value);

    public static float Sqrt(float value) => MathF.Sqrt(value);

    public static double Sqrt(double value) => Math.Sqrt(value);

    public static float Pow(float value, float exponent) => (float)Pow((double)value, exponent);

#pragma warning disable CS1718 // a comparison with itself is the test for NaN
    public static double Pow(double value, double exponent)
    {
        if (exponent == 0 || value == 1) return 1;
        if (value != value || exponent != exponent) return value + exponent;
        ulong bits = Interop.FloatAsInt(value), size = bits & ~SignBit, grade = Interop.FloatAsInt(exponent) & ~SignBit;
        // Doubles from 2⁵³ on are even whole numbers.
        bool isHuge = grade >= 0x434UL << 52, isWhole = isHuge || (long)exponent == exponent, isOdd = !isHuge && isWhole && ((long)exponent & 1) != 0;
        ulong sign = isOdd ? bits & SignBit : 0;
        bool grows = exponent > 0;
        if (size == 0 || size == Infinity) return Interop.IntAsFloat(sign | (size == 0 == grows ? 0 : Infinity));
        if (grade == Infinity) return size == 0x3FFUL << 52 ? 1 : Interop.IntAsFloat(size > 0x3FFUL << 52 == grows ? Infinity : 0UL);
        if (bits != size && !isWhole) return double.NaN;
        return Interop.IntAsFloat(sign | Interop.FloatAsInt(Exp2(Times(Log2(size), exponent))));
    }
#pragma warning restore CS1718

    /// <summary>The binary logarithm of a positive finite number, given by its bits.</summary>
    private static DoubleDouble Log2(ulong bits)
    {
        long exponent = 0;
        if (bits < 1UL << 52)
        {
            bits = Interop.FloatAsInt(Interop.IntAsFloat(bits) * 18014398509481984.0);
            exponent = -54;
        }

        exponent += (long)(bits >> 52) - 1023;
        // From √½ to √2.
        double m = Interop.IntAsFloat((bits & FractionBits) | (0x3FFUL << 52));
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }

        // ln m = 2·artanh s with s = (m − 1) / (m + 1): 2·s·(1 + z/3 + z²/5 + …), z = s² ≤ 0.0295. The first two terms are in two doubles, the others below 2⁻¹² of the whole.
        double f = m - 1, t = m + 1, tRest = m - (t - 1), s = f / t;
        DoubleDouble product = Product(s, t);
        double sRest = (f - product.High - product.Low - s * tRest) / t;
        DoubleDouble z = Product(s, s);
        z = Sum(z.High, z.Low + 2 * s * sRest);
        double tail = z.High * z.High * (1 / 5.0 + z.High * (1 / 7.0 + z.High * (1 / 9.0 + z.High * (1 / 11.0 + z.High * (1 / 13.0 + z.High * (1 / 15.0 + z.High * (1 / 17.0 + z.High * (1 / 19.0 + z.High * (1 / 21.0 + z.High * (1 / 23.0 + z.High * (1 / 25.0)))))))))));
        DoubleDouble third = Times(z, 1 / 3.0);
        // A third is no double: what it lacks is 2⁻⁵⁴ of a third.
        DoubleDouble series = Sum(1, third.High);
        series = Sum(series.High, series.Low + third.Low + z.High * 1.850371707708594e-17 + tail);
        DoubleDouble half = Times(series, s);
        half = Sum(2 * half.High, 2 * (half.Low + series.High * sRest));
        DoubleDouble log = Times(half, PerLn2);
        log = Sum(log.High, log.Low + half.High * PerLn2Rest);
        DoubleDouble whole = Sum(exponent, log.High);
        return Sum(whole.High, whole.Low + log.Low);
    }

    private static double Exp2(DoubleDouble power)
    {
        if (power.High > 1024) return double.PositiveInfinity;
        if (power.High <= -1080) return 0;
        long whole = (long)(power.High + (power.High < 0 ? -0.5 : 0.5));
        // e^x, |x| ≤ ln 2 / 2, to x¹³ / 13!.
        double x = (power.High - whole + power.Low) * Ln2;
        double value = 1 + x * (1 + x * (1 / 2.0 + x * (1 / 6.0 + x * (1 / 24.0 + x * (1 / 120.0 + x * (1 / 720.0 + x * (1 / 5040.0 + x * (1 / 40320.0 + x * (1 / 362880.0 + x * (1 / 3628800.0 + x * (1 / 39916800.0 + x * (1 / 479001600.0 + x * (1 / 6227020800.0)))))))))))));
        // In two steps: the result may be subnormal, or twice the greatest power of two.
        long half = whole / 2;
        return value * Interop.IntAsFloat((ulong)(half + 1023) << 52) * Interop.IntAsFloat((ulong)(whole - half + 1023) << 52);
    }

    private static DoubleDouble Times(DoubleDouble factor, double other)
    {
        DoubleDouble product = Product(factor.High, other);
        return Sum(product.High, product.Low + factor.Low * other);
    }

    /// <summary>a·b exactly, but for the last bits of the lower halves: each factor in two parts, whose products are doubles, so that a device that fuses multiplications and additions gets the same.</summary>
    private static DoubleDouble Product(double a, double b)
    {
        double a1 = Upper(a), a2 = a - a1, b1 = Upper(b), b2 = b - b1, high = a * b;
        // An infinite product has no rest.
        return high - high != 0 ? new(high, 0) : new(high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2);
    }

    private static double Upper(double value) => Interop.IntAsFloat(Interop.FloatAsInt(value) & ~((1UL << 27) - 1));

    /// <summary>a + b exactly, where |a| ≥ |b|.</summary>
    private static DoubleDouble Sum(double a, double b)
    {
        double high = a + b;
        return new(high, b - (high - a));
    }
}
