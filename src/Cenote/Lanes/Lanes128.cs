using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <inheritdoc/>
internal readonly unsafe partial struct Lanes128<T>(Vector128<T> value) : ILanes<Lanes128<T>, T>
    where T : unmanaged
{
    public readonly Vector128<T> Value = value;

    /// <summary>2⁵² and half of it, so that numbers of both signs fit.</summary>
    private const double UnitPlace = 6755399441055744;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Fill(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(T* from) => new(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128<T> lanes, T* to) => lanes.Value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadPart(T* from, long end, Lanes128<T> otherwise)
    {
        // Numbers of lanes fit a signed byte, whatever the element.
        end = Math.Clamp(end, 0, Count);
        return Avx512BW.VL.IsSupported ? MaskLoad(from, Part(end), otherwise.Value) : LoadFirst(from, end, Part(end), otherwise.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> First(long count) => new(Part(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadMasked(T* from, Lanes128<T> mask, Lanes128<T> otherwise)
    {
        return Avx512BW.VL.IsSupported ? MaskLoad(from, mask.Value, otherwise.Value) : LoadFirst(from, BitOperations.PopCount(mask.Value.ExtractMostSignificantBits()), mask.Value, otherwise.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Lanes128<T> lanes, T* to, long end)
    {
        end = Math.Clamp(end, 0, Count);
        if (Avx512BW.VL.IsSupported) MaskStore(lanes.Value, to, Part(end));
        else PartMemory.Store(lanes.Value.AsByte(), (byte*)to, end * sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Lanes128<T> lanes, void* to, int size) => NarrowStore.Store(lanes.Value.AsByte(), sizeof(T), (byte*)to, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> left, Lanes128<T> right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> AddFrom(Lanes128<T> sum, T* term) => new(sum.Value + Vector128.Load(term));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> left, Lanes128<T> right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> left, Lanes128<T> right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> left, Lanes128<T> right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> MultiplyHigh(Lanes128<T> left, Lanes128<T> right)
    {
        if (typeof(T) == typeof(short))
        {
            if (Sse2.IsSupported) return new(Sse2.MultiplyHigh(left.Value.AsInt16(), right.Value.AsInt16()).As<short, T>());
            var (lower, upper) = Vector128.Widen(left.Value.AsInt16());
            var (byLower, byUpper) = Vector128.Widen(right.Value.AsInt16());
            return new(Vector128.Narrow(lower * byLower >> 16, upper * byUpper >> 16).As<short, T>());
        }

        if (Sse2.IsSupported) return new(Sse2.MultiplyHigh(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());
        var (low, high) = Vector128.Widen(left.Value.AsUInt16());
        var (byLow, byHigh) = Vector128.Widen(right.Value.AsUInt16());
        return new(Vector128.Narrow(low * byLow >>> 16, high * byHigh >>> 16).As<ushort, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator &(Lanes128<T> left, Lanes128<T> right) => new(left.Value & right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator |(Lanes128<T> left, Lanes128<T> right) => new(left.Value | right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator ^(Lanes128<T> left, Lanes128<T> right) => new(left.Value ^ right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator <<(Lanes128<T> lanes, int bits) => new(lanes.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator >>>(Lanes128<T> lanes, int bits) => new(lanes.Value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator >>(Lanes128<T> lanes, int bits) => new(lanes.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Signs(Lanes128<T> lanes) => new(lanes.Value >> (8 * sizeof(T) - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Greater(Lanes128<T> left, Lanes128<T> right) => new(Vector128.GreaterThan(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Equal(Lanes128<T> left, Lanes128<T> right) => new(Vector128.Equals(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Select(Lanes128<T> mask, Lanes128<T> yes, Lanes128<T> no) => new(Vector128.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> SelectGreater(Lanes128<T> left, Lanes128<T> right, Lanes128<T> yes, Lanes128<T> no) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(left.Value, right.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Max(Lanes128<T> earlier, Lanes128<T> later)
    {
        // x86's maximum is "the first operand if greater, else the second", signs of zero and NaN included.
        if (Sse2.IsSupported) return new(Vector128.MaxNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(later, earlier), later, earlier) : new(Vector128.Max(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Min(Lanes128<T> earlier, Lanes128<T> later)
    {
        if (Sse2.IsSupported) return new(Vector128.MinNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(earlier, later), later, earlier) : new(Vector128.Min(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TWide Lower, TWide Upper) Widen<TWide>(Lanes128<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte)) return Both<ushort, TWide>(Vector128.Widen(lanes.Value.AsByte()));
        if (typeof(T) == typeof(sbyte)) return Both<short, TWide>(Vector128.Widen(lanes.Value.AsSByte()));
        if (typeof(T) == typeof(ushort)) return Both<uint, TWide>(Vector128.Widen(lanes.Value.AsUInt16()));
        if (typeof(T) == typeof(short)) return Both<int, TWide>(Vector128.Widen(lanes.Value.AsInt16()));
        if (typeof(T) == typeof(uint)) return Both<ulong, TWide>(Vector128.Widen(lanes.Value.AsUInt32()));
        if (typeof(T) == typeof(int)) return Both<long, TWide>(Vector128.Widen(lanes.Value.AsInt32()));
        return Both<double, TWide>(Vector128.Widen(lanes.Value.AsSingle()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWide AddNeighbours<TWide>(Lanes128<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            if (Ssse3.IsSupported) return Unsafe.BitCast<Vector128<short>, TWide>(Ssse3.MultiplyAddAdjacent(lanes.Value.AsByte(), Vector128<sbyte>.One));
            Vector128<ushort> bytes = lanes.Value.AsUInt16();
            return Unsafe.BitCast<Vector128<ushort>, TWide>((bytes & Vector128.Create((ushort)byte.MaxValue)) + (bytes >>> 8));
        }

        if (typeof(T) == typeof(sbyte))
        {
            if (Ssse3.IsSupported) return Unsafe.BitCast<Vector128<short>, TWide>(Ssse3.MultiplyAddAdjacent(Vector128<byte>.One, lanes.Value.AsSByte()));
            Vector128<short> bytes = lanes.Value.AsInt16();
            return Unsafe.BitCast<Vector128<short>, TWide>((bytes << 8 >> 8) + (bytes >> 8));
        }

        if (typeof(T) == typeof(ushort))
        {
            Vector128<uint> words = lanes.Value.AsUInt32();
            return Unsafe.BitCast<Vector128<uint>, TWide>((words & Vector128.Create((uint)ushort.MaxValue)) + (words >>> 16));
        }

        if (typeof(T) == typeof(short))
        {
            if (Sse2.IsSupported) return Unsafe.BitCast<Vector128<int>, TWide>(Sse2.MultiplyAddAdjacent(lanes.Value.AsInt16(), Vector128<short>.One));
            Vector128<int> words = lanes.Value.AsInt32();
            return Unsafe.BitCast<Vector128<int>, TWide>((words << 16 >> 16) + (words >> 16));
        }

        if (typeof(T) == typeof(uint))
        {
            Vector128<ulong> words = lanes.Value.AsUInt64();
            return Unsafe.BitCast<Vector128<ulong>, TWide>((words & Vector128.Create((ulong)uint.MaxValue)) + (words >>> 32));
        }

        Vector128<long> longs = lanes.Value.AsInt64();
        return Unsafe.BitCast<Vector128<long>, TWide>((longs << 32 >> 32) + (longs >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWide Expand<TWide>(Lanes128<T> lanes)
        where TWide : unmanaged => Unsafe.BitCast<Vector256<double>, TWide>(Vector256.WidenLower(lanes.Value.AsSingle().ToVector256Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Shrink<TWide>(TWide lanes)
        where TWide : unmanaged
    {
        var wide = Unsafe.BitCast<TWide, Vector256<double>>(lanes);
        return new(Vector256.Narrow(wide, wide).GetLower().As<float, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Narrow<TWide>(TWide lower, TWide upper)
        where TWide : unmanaged
    {
        if (sizeof(T) == 1) return new(Truncate(Unsafe.BitCast<TWide, Vector128<ushort>>(lower), Unsafe.BitCast<TWide, Vector128<ushort>>(upper)).As<byte, T>());
        if (sizeof(T) == 2) return new(Truncate(Unsafe.BitCast<TWide, Vector128<uint>>(lower), Unsafe.BitCast<TWide, Vector128<uint>>(upper)).As<ushort, T>());
        if (typeof(T) == typeof(float)) return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<double>>(lower), Unsafe.BitCast<TWide, Vector128<double>>(upper)).As<float, T>());
        return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<ulong>>(lower), Unsafe.BitCast<TWide, Vector128<ulong>>(upper)).As<uint, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal ToReal<TReal>(Lanes128<T> lanes)
        where TReal : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector128<float>, TReal>(Vector128.ConvertToSingle(lanes.Value.AsInt32())) : Unsafe.BitCast<Vector128<double>, TReal>(ToDouble(lanes.Value.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInteger ToInteger<TInteger>(Lanes128<T> lanes)
        where TInteger : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector128<int>, TInteger>(Vector128.ConvertToInt32Native(lanes.Value.AsSingle())) : Unsafe.BitCast<Vector128<long>, TInteger>(ToInt64(lanes.Value.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TReal Lower, TReal Upper) ToDoubles<TReal>(Lanes128<T> lanes)
        where TReal : unmanaged
    {
        Vector128<int> ints = lanes.Value.AsInt32();
        if (Sse2.IsSupported) return Both<double, TReal>((Sse2.ConvertToVector128Double(ints), Sse2.ConvertToVector128Double(Sse2.Shuffle(ints, 0b11_10_11_10))));
        var (lower, upper) = Vector128.Widen(ints);
        return Both<double, TReal>((Vector128.ConvertToDouble(lower), Vector128.ConvertToDouble(upper)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> FromDoubles<TReal>(TReal lower, TReal upper)
        where TReal : unmanaged
    {
        Vector128<double> first = Unsafe.BitCast<TReal, Vector128<double>>(lower), second = Unsafe.BitCast<TReal, Vector128<double>>(upper);
        return new(Sse2.IsSupported ? Sse2.UnpackLow(Sse2.ConvertToVector128Int32WithTruncation(first).AsInt64(), Sse2.ConvertToVector128Int32WithTruncation(second).AsInt64()).As<long, T>()
            : Vector128.Narrow(Vector128.ConvertToInt64(first), Vector128.ConvertToInt64(second)).As<int, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> RoundToEven(Lanes128<T> lanes) =>
        sizeof(T) == 4 ? new(Vector128.Round(lanes.Value.AsSingle()).As<float, T>()) : new(Vector128.Round(lanes.Value.AsDouble()).As<double, T>());

    // The exponent's bits lie above the digits: what is added there multiplies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Scale(Lanes128<T> lanes, Lanes128<T> exponents) => sizeof(T) == 4
        ? new((lanes.Value.AsInt32() + (Vector128.ConvertToInt32Native(exponents.Value.AsSingle()) << 23)).As<int, T>())
        : new((lanes.Value.AsInt64() + ((exponents.Value.AsDouble() + Vector128.Create(UnitPlace)).AsInt64() << 52)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Sqrt(Lanes128<T> lanes) => new(Vector128.Sqrt(lanes.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Map<TMap>(Lanes128<T> left, Lanes128<T> right, TMap map)
        where TMap : struct, ILaneMap => map.Of<Lanes128<T>, T>(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Lanes128<T> lanes)
    {
        // The operator is one inlined call less than EqualsAll.
        Vector128<T> same = lanes.Value;
        return lanes.Value != same;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LesserBits(Lanes128<T> left, Lanes128<T> right) => sizeof(T) == 4 ? new(Vector128.Min(left.Value.AsInt32(), right.Value.AsInt32()).As<int, T>()) : LesserLongs(left, right);

    // Apart: loops of floats are compiled without that type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> LesserLongs(Lanes128<T> left, Lanes128<T> right) => new(Vector128.Min(left.Value.AsInt64(), right.Value.AsInt64()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> GreaterBits(Lanes128<T> left, Lanes128<T> right) => new(Vector128.Max(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNegativeZero(Lanes128<T> lanes) => sizeof(T) == 4
        ? Vector128.EqualsAny(lanes.Value.AsInt32(), Vector128.Create(int.MinValue))
        : Vector128.EqualsAny(lanes.Value.AsInt64(), Vector128.Create(long.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lanes128<T> lanes) => lanes.Value.AsByte() == Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Pick(Lanes128<T> low, Lanes128<T> high, Lanes128<T> pattern)
    {
        if (sizeof(T) == 1)
        {
            if (Avx512Vbmi.VL.IsSupported) return new(Avx512Vbmi.VL.PermuteVar16x8x2(low.Value.AsByte(), pattern.Value.AsByte(), high.Value.AsByte()).As<byte, T>());
            Vector128<byte> p = pattern.Value.AsByte() & Vector128.Create((byte)(2 * Count - 1));
            return new(Vector128.ConditionalSelect(Vector128.LessThan(p, Vector128.Create((byte)Count)), Vector128.Shuffle(low.Value.AsByte(), p), Vector128.Shuffle(high.Value.AsByte(), p - Vector128.Create((byte)Count))).As<byte, T>());
        }

        if (sizeof(T) == 2)
        {
            if (Avx512BW.VL.IsSupported) return new(Avx512BW.VL.PermuteVar8x16x2(low.Value.AsInt16(), pattern.Value.AsInt16(), high.Value.AsInt16()).As<short, T>());
            Vector128<short> p = pattern.Value.AsInt16() & Vector128.Create((short)(2 * Count - 1));
            return new(Vector128.ConditionalSelect(Vector128.LessThan(p, Vector128.Create((short)Count)), Vector128.Shuffle(low.Value.AsInt16(), p), Vector128.Shuffle(high.Value.AsInt16(), p - Vector128.Create((short)Count))).As<short, T>());
        }

        if (sizeof(T) == 4)
        {
            if (Avx512F.VL.IsSupported) return new(Avx512F.VL.PermuteVar4x32x2(low.Value.AsInt32(), pattern.Value.AsInt32(), high.Value.AsInt32()).As<int, T>());
            Vector128<int> p = pattern.Value.AsInt32() & Vector128.Create(2 * Count - 1);
            return new(Vector128.ConditionalSelect(Vector128.LessThan(p, Vector128.Create(Count)), Vector128.Shuffle(low.Value.AsInt32(), p), Vector128.Shuffle(high.Value.AsInt32(), p - Vector128.Create(Count))).As<int, T>());
        }

        if (Avx512F.VL.IsSupported) return new(Avx512F.VL.PermuteVar2x64x2(low.Value.AsInt64(), pattern.Value.AsInt64(), high.Value.AsInt64()).As<long, T>());
        Vector128<long> q = pattern.Value.AsInt64() & Vector128.Create(2L * Count - 1);
        return new(Vector128.ConditionalSelect(Vector128.LessThan(q, Vector128.Create((long)Count)), Vector128.Shuffle(low.Value.AsInt64(), q), Vector128.Shuffle(high.Value.AsInt64(), q - Vector128.Create((long)Count))).As<long, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes128<T> Even, Lanes128<T> Odd) Unzip(Lanes128<T> low, Lanes128<T> high) => (new(Evens(low.Value, high.Value)), new(Odds(low.Value, high.Value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes128<T> Even, Lanes128<T> Odd) UnzipCrossed(Lanes128<T> low, Lanes128<T> high) => Unzip(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Uncross(Lanes128<T> lanes) => lanes;

    public static int Crossed(int place) => place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Every(int step, int first)
    {
        if (sizeof(T) == 1) return new(Vector128.CreateSequence((byte)first, (byte)step).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.CreateSequence((short)first, (short)step).As<short, T>());
        if (sizeof(T) == 4) return new(Vector128.CreateSequence(first, step).As<int, T>());
        return new(Vector128.CreateSequence((long)first, step).As<long, T>());
    }

    // Without an instruction: where the last place of a double is worth 1, its bits count on as an integer does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ToDouble(Vector128<long> integers) => Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported ? Vector128.ConvertToDouble(integers)
        : (integers + Vector128.Create(BitConverter.DoubleToInt64Bits(UnitPlace))).AsDouble() - Vector128.Create(UnitPlace);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<long> ToInt64(Vector128<double> numbers) => Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported ? Vector128.ConvertToInt64Native(numbers)
        : (Vector128.Truncate(numbers) + Vector128.Create(UnitPlace)).AsInt64() - Vector128.Create(BitConverter.DoubleToInt64Bits(UnitPlace));

    /// <summary>All bits of the lanes up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Part(long end)
    {
        if (sizeof(T) == 1) return Vector128.LessThan(Vector128<sbyte>.Indices, Vector128.Create((sbyte)end)).As<sbyte, T>();
        if (sizeof(T) == 2) return Vector128.LessThan(Vector128<short>.Indices, Vector128.Create((short)end)).As<short, T>();
        if (sizeof(T) == 4) return Vector128.LessThan(Vector128<int>.Indices, Vector128.Create((int)end)).As<int, T>();
        return Vector128.LessThan(Vector128<long>.Indices, Vector128.Create(end)).As<long, T>();
    }

    /// <summary>The first lanes, as many as <paramref name="mask"/> has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128<T> LoadFirst(T* from, long count, Vector128<T> mask, Vector128<T> otherwise)
    {
        Vector128<T> lanes = Avx2.IsSupported && sizeof(T) == 4 ? Avx2.MaskLoad((int*)from, mask.AsInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8 ? Avx2.MaskLoad((long*)from, mask.AsInt64()).As<long, T>()
            : PartMemory.Load128((byte*)from, count * sizeof(T)).As<byte, T>();
        return new(Vector128.ConditionalSelect(mask, lanes, otherwise));
    }

    /// <summary>The lower halves of lanes.</summary>
    // Where the instruction saturates, as in a browser, what it must not see is masked.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Truncate(Vector128<ushort> low, Vector128<ushort> high) => Sse2.IsSupported || AdvSimd.IsSupported
        ? Vector128.Narrow(low, high)
        : Vector128.Narrow(low & Vector128.Create((ushort)byte.MaxValue), high & Vector128.Create((ushort)byte.MaxValue));

    /// <inheritdoc cref="Truncate(Vector128{ushort}, Vector128{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Truncate(Vector128<uint> low, Vector128<uint> high) => Sse2.IsSupported || AdvSimd.IsSupported
        ? Vector128.Narrow(low, high)
        : Vector128.Narrow(low & Vector128.Create((uint)ushort.MaxValue), high & Vector128.Create((uint)ushort.MaxValue));

    /// <summary>The lanes with even numbers of two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Evens(Vector128<T> low, Vector128<T> high)
    {
        if (sizeof(T) == 1) return Truncate(low.AsUInt16(), high.AsUInt16()).As<byte, T>();
        if (sizeof(T) == 2) return Truncate(low.AsUInt32(), high.AsUInt32()).As<ushort, T>();
        if (sizeof(T) == 4) return Sse.IsSupported ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0b10_00_10_00).As<float, T>() : Vector128.Narrow(low.AsUInt64(), high.AsUInt64()).As<uint, T>();
        return Vector128.Create(low.AsInt64().GetElement(0), high.AsInt64().GetElement(0)).As<long, T>();
    }

    /// <summary>The lanes with odd numbers of two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Odds(Vector128<T> low, Vector128<T> high)
    {
        if (sizeof(T) == 1) return Vector128.Narrow(low.AsUInt16() >>> 8, high.AsUInt16() >>> 8).As<byte, T>();
        if (sizeof(T) == 2) return Vector128.Narrow(low.AsUInt32() >>> 16, high.AsUInt32() >>> 16).As<ushort, T>();
        if (sizeof(T) == 4) return Sse.IsSupported ? Sse.Shuffle(low.AsSingle(), high.AsSingle(), 0b11_01_11_01).As<float, T>() : Vector128.Narrow(low.AsUInt64() >>> 32, high.AsUInt64() >>> 32).As<uint, T>();
        return Vector128.Create(low.AsInt64().GetElement(1), high.AsInt64().GetElement(1)).As<long, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TWide Lower, TWide Upper) Both<TNext, TWide>((Vector128<TNext> Lower, Vector128<TNext> Upper) wide)
        where TWide : unmanaged =>
        (Unsafe.BitCast<Vector128<TNext>, TWide>(wide.Lower), Unsafe.BitCast<Vector128<TNext>, TWide>(wide.Upper));
}
