using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <inheritdoc/>
internal readonly unsafe partial struct Lanes512<T>(Vector512<T> value) : ILanes<Lanes512<T>, T>
    where T : unmanaged
{
    public readonly Vector512<T> Value = value;

    public static int Count => Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Fill(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Load(T* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512<T> lanes, T* to) => lanes.Value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePast(Lanes512<T> lanes, T* to) => lanes.Value.StoreAlignedNonTemporal(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LoadPart(T* from, long end, Lanes512<T> otherwise)
    {
        // Numbers of lanes fit a signed byte, whatever the element.
        if (Avx512BW.IsSupported)
        {
            Vector512<T> mask = Part(Math.Clamp(end, 0, Count));
            if (sizeof(T) == 1) return new(Avx512BW.MaskLoad((byte*)from, mask.AsByte(), otherwise.Value.AsByte()).As<byte, T>());
            if (sizeof(T) == 2) return new(Avx512BW.MaskLoad((short*)from, mask.AsInt16(), otherwise.Value.AsInt16()).As<short, T>());
            if (sizeof(T) == 4) return new(Avx512F.MaskLoad((int*)from, mask.AsInt32(), otherwise.Value.AsInt32()).As<int, T>());
            return new(Avx512F.MaskLoad((long*)from, mask.AsInt64(), otherwise.Value.AsInt64()).As<long, T>());
        }

        Lanes512<T> lanes = otherwise;
        for (long i = 0; i < Math.Min(end, Count); i++) ((T*)&lanes)[i] = from[i];
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> First(long count) => new(Part(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LoadMasked(T* from, Lanes512<T> mask, Lanes512<T> otherwise)
    {
        if (Avx512BW.IsSupported)
        {
            if (sizeof(T) == 1) return new(Avx512BW.MaskLoad((byte*)from, mask.Value.AsByte(), otherwise.Value.AsByte()).As<byte, T>());
            if (sizeof(T) == 2) return new(Avx512BW.MaskLoad((short*)from, mask.Value.AsInt16(), otherwise.Value.AsInt16()).As<short, T>());
            if (sizeof(T) == 4) return new(Avx512F.MaskLoad((int*)from, mask.Value.AsInt32(), otherwise.Value.AsInt32()).As<int, T>());
            return new(Avx512F.MaskLoad((long*)from, mask.Value.AsInt64(), otherwise.Value.AsInt64()).As<long, T>());
        }

        Lanes512<T> lanes = otherwise;
        for (int i = 0; i < Count; i++)
            if (((byte*)&mask)[i * sizeof(T)] != 0) ((T*)&lanes)[i] = from[i];
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Lanes512<T> lanes, T* to, long end)
    {
        if (Avx512BW.IsSupported)
        {
            Vector512<T> mask = Part(Math.Clamp(end, 0, Count));
            if (sizeof(T) == 1) Avx512BW.MaskStore((byte*)to, mask.AsByte(), lanes.Value.AsByte());
            else if (sizeof(T) == 2) Avx512BW.MaskStore((short*)to, mask.AsInt16(), lanes.Value.AsInt16());
            else if (sizeof(T) == 4) Avx512F.MaskStore((int*)to, mask.AsInt32(), lanes.Value.AsInt32());
            else Avx512F.MaskStore((long*)to, mask.AsInt64(), lanes.Value.AsInt64());
            return;
        }

        for (long i = 0; i < Math.Min(end, Count); i++) to[i] = ((T*)&lanes)[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Lanes512<T> lanes, void* to, int size) => NarrowStore.Store(lanes.Value.AsByte(), sizeof(T), (byte*)to, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator +(Lanes512<T> left, Lanes512<T> right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> AddFrom(Lanes512<T> sum, T* term) => new(sum.Value + Vector512.Load(term));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator -(Lanes512<T> left, Lanes512<T> right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator *(Lanes512<T> left, Lanes512<T> right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator /(Lanes512<T> left, Lanes512<T> right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> MultiplyHigh(Lanes512<T> left, Lanes512<T> right)
    {
        if (typeof(T) == typeof(short))
        {
            if (Avx512BW.IsSupported) return new(Avx512BW.MultiplyHigh(left.Value.AsInt16(), right.Value.AsInt16()).As<short, T>());
            var (lower, upper) = Vector512.Widen(left.Value.AsInt16());
            var (byLower, byUpper) = Vector512.Widen(right.Value.AsInt16());
            return new(Vector512.Narrow(lower * byLower >> 16, upper * byUpper >> 16).As<short, T>());
        }

        if (Avx512BW.IsSupported) return new(Avx512BW.MultiplyHigh(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());
        var (low, high) = Vector512.Widen(left.Value.AsUInt16());
        var (byLow, byHigh) = Vector512.Widen(right.Value.AsUInt16());
        return new(Vector512.Narrow(low * byLow >>> 16, high * byHigh >>> 16).As<ushort, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator &(Lanes512<T> left, Lanes512<T> right) => new(left.Value & right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator |(Lanes512<T> left, Lanes512<T> right) => new(left.Value | right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator ^(Lanes512<T> left, Lanes512<T> right) => new(left.Value ^ right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator <<(Lanes512<T> lanes, int bits) => new(lanes.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator >>>(Lanes512<T> lanes, int bits) => new(lanes.Value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> operator >>(Lanes512<T> lanes, int bits) => new(lanes.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Signs(Lanes512<T> lanes) => new(lanes.Value >> (8 * sizeof(T) - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Greater(Lanes512<T> left, Lanes512<T> right) => new(Vector512.GreaterThan(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Equal(Lanes512<T> left, Lanes512<T> right) => new(Vector512.Equals(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Select(Lanes512<T> mask, Lanes512<T> yes, Lanes512<T> no) => new(Vector512.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> SelectGreater(Lanes512<T> left, Lanes512<T> right, Lanes512<T> yes, Lanes512<T> no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(left.Value, right.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Max(Lanes512<T> earlier, Lanes512<T> later)
    {
        // x86's maximum is "the first operand if greater, else the second", signs of zero and NaN included.
        if (Avx512F.IsSupported) return new(Vector512.MaxNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(later, earlier), later, earlier) : new(Vector512.Max(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Min(Lanes512<T> earlier, Lanes512<T> later)
    {
        if (Avx512F.IsSupported) return new(Vector512.MinNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(earlier, later), later, earlier) : new(Vector512.Min(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TWide Lower, TWide Upper) Widen<TWide>(Lanes512<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte)) return Both<ushort, TWide>(Vector512.Widen(lanes.Value.AsByte()));
        if (typeof(T) == typeof(sbyte)) return Both<short, TWide>(Vector512.Widen(lanes.Value.AsSByte()));
        if (typeof(T) == typeof(ushort)) return Both<uint, TWide>(Vector512.Widen(lanes.Value.AsUInt16()));
        if (typeof(T) == typeof(short)) return Both<int, TWide>(Vector512.Widen(lanes.Value.AsInt16()));
        if (typeof(T) == typeof(uint)) return Both<ulong, TWide>(Vector512.Widen(lanes.Value.AsUInt32()));
        if (typeof(T) == typeof(int)) return Both<long, TWide>(Vector512.Widen(lanes.Value.AsInt32()));
        return Both<double, TWide>(Vector512.Widen(lanes.Value.AsSingle()));
    }

    public static TWide Expand<TWide>(Lanes512<T> lanes)
        where TWide : unmanaged => throw new NotSupportedException();

    public static Lanes512<T> Shrink<TWide>(TWide lanes)
        where TWide : unmanaged => throw new NotSupportedException();

    // From memory each half is widened by one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TWide Lower, TWide Upper) WidenFrom<TWide>(T* from)
        where TWide : unmanaged
    {
        if (!Avx512BW.IsSupported) return Widen<TWide>(Load(from));
        if (typeof(T) == typeof(byte)) return Both<short, TWide>((Avx512BW.ConvertToVector512Int16(Vector256.Load((byte*)from)), Avx512BW.ConvertToVector512Int16(Vector256.Load((byte*)from + 32))));
        if (typeof(T) == typeof(sbyte)) return Both<short, TWide>((Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)from)), Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)from + 32))));
        if (typeof(T) == typeof(ushort)) return Both<int, TWide>((Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)from)), Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)from + 16))));
        if (typeof(T) == typeof(short)) return Both<int, TWide>((Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from)), Avx512F.ConvertToVector512Int32(Vector256.Load((short*)from + 16))));
        return Widen<TWide>(Load(from));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWide AddNeighbours<TWide>(Lanes512<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            if (Avx512BW.IsSupported) return Unsafe.BitCast<Vector512<short>, TWide>(Avx512BW.MultiplyAddAdjacent(lanes.Value.AsByte(), Vector512<sbyte>.One));
            Vector512<ushort> bytes = lanes.Value.AsUInt16();
            return Unsafe.BitCast<Vector512<ushort>, TWide>((bytes & Vector512.Create((ushort)byte.MaxValue)) + (bytes >>> 8));
        }

        if (typeof(T) == typeof(sbyte))
        {
            if (Avx512BW.IsSupported) return Unsafe.BitCast<Vector512<short>, TWide>(Avx512BW.MultiplyAddAdjacent(Vector512<byte>.One, lanes.Value.AsSByte()));
            Vector512<short> bytes = lanes.Value.AsInt16();
            return Unsafe.BitCast<Vector512<short>, TWide>((bytes << 8 >> 8) + (bytes >> 8));
        }

        if (typeof(T) == typeof(ushort))
        {
            Vector512<uint> words = lanes.Value.AsUInt32();
            return Unsafe.BitCast<Vector512<uint>, TWide>((words & Vector512.Create((uint)ushort.MaxValue)) + (words >>> 16));
        }

        if (typeof(T) == typeof(short))
        {
            if (Avx512BW.IsSupported) return Unsafe.BitCast<Vector512<int>, TWide>(Avx512BW.MultiplyAddAdjacent(lanes.Value.AsInt16(), Vector512<short>.One));
            Vector512<int> words = lanes.Value.AsInt32();
            return Unsafe.BitCast<Vector512<int>, TWide>((words << 16 >> 16) + (words >> 16));
        }

        if (typeof(T) == typeof(uint))
        {
            Vector512<ulong> words = lanes.Value.AsUInt64();
            return Unsafe.BitCast<Vector512<ulong>, TWide>((words & Vector512.Create((ulong)uint.MaxValue)) + (words >>> 32));
        }

        Vector512<long> longs = lanes.Value.AsInt64();
        return Unsafe.BitCast<Vector512<long>, TWide>((longs << 32 >> 32) + (longs >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Narrow<TWide>(TWide lower, TWide upper)
        where TWide : unmanaged
    {
        if (sizeof(T) == 1) return new(Vector512.Narrow(Unsafe.BitCast<TWide, Vector512<ushort>>(lower), Unsafe.BitCast<TWide, Vector512<ushort>>(upper)).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector512.Narrow(Unsafe.BitCast<TWide, Vector512<uint>>(lower), Unsafe.BitCast<TWide, Vector512<uint>>(upper)).As<ushort, T>());
        if (typeof(T) == typeof(float)) return new(Vector512.Narrow(Unsafe.BitCast<TWide, Vector512<double>>(lower), Unsafe.BitCast<TWide, Vector512<double>>(upper)).As<float, T>());
        return new(Vector512.Narrow(Unsafe.BitCast<TWide, Vector512<ulong>>(lower), Unsafe.BitCast<TWide, Vector512<ulong>>(upper)).As<uint, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal ToReal<TReal>(Lanes512<T> lanes)
        where TReal : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector512<float>, TReal>(Vector512.ConvertToSingle(lanes.Value.AsInt32())) : Unsafe.BitCast<Vector512<double>, TReal>(Vector512.ConvertToDouble(lanes.Value.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInteger ToInteger<TInteger>(Lanes512<T> lanes)
        where TInteger : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector512<int>, TInteger>(Vector512.ConvertToInt32Native(lanes.Value.AsSingle())) : Unsafe.BitCast<Vector512<long>, TInteger>(Vector512.ConvertToInt64Native(lanes.Value.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TReal Lower, TReal Upper) ToDoubles<TReal>(Lanes512<T> lanes)
        where TReal : unmanaged
    {
        Vector512<int> ints = lanes.Value.AsInt32();
        if (Avx512F.IsSupported) return Both<double, TReal>((Avx512F.ConvertToVector512Double(ints.GetLower()), Avx512F.ConvertToVector512Double(ints.GetUpper())));
        var (lower, upper) = Vector512.Widen(ints);
        return Both<double, TReal>((Vector512.ConvertToDouble(lower), Vector512.ConvertToDouble(upper)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> FromDoubles<TReal>(TReal lower, TReal upper)
        where TReal : unmanaged
    {
        Vector512<double> first = Unsafe.BitCast<TReal, Vector512<double>>(lower), second = Unsafe.BitCast<TReal, Vector512<double>>(upper);
        return new(Avx512F.IsSupported ? Vector512.Create(Avx512F.ConvertToVector256Int32WithTruncation(first), Avx512F.ConvertToVector256Int32WithTruncation(second)).As<int, T>()
            : Vector512.Narrow(Vector512.ConvertToInt64(first), Vector512.ConvertToInt64(second)).As<int, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> RoundToEven(Lanes512<T> lanes) =>
        sizeof(T) == 4 ? new(Vector512.Round(lanes.Value.AsSingle()).As<float, T>()) : new(Vector512.Round(lanes.Value.AsDouble()).As<double, T>());

    // The exponent's bits lie above the digits: what is added there multiplies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Scale(Lanes512<T> lanes, Lanes512<T> exponents) => sizeof(T) == 4
        ? new((lanes.Value.AsInt32() + (Vector512.ConvertToInt32Native(exponents.Value.AsSingle()) << 23)).As<int, T>())
        : new((lanes.Value.AsInt64() + ((exponents.Value.AsDouble() + Vector512.Create(6755399441055744d)).AsInt64() << 52)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Sqrt(Lanes512<T> lanes) => new(Vector512.Sqrt(lanes.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Map<TMap>(Lanes512<T> left, Lanes512<T> right, TMap map)
        where TMap : struct, ILaneMap => map.Of<Lanes512<T>, T>(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Lanes512<T> lanes)
    {
        // The operator is one inlined call less than EqualsAll.
        Vector512<T> same = lanes.Value;
        return lanes.Value != same;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LesserBits(Lanes512<T> left, Lanes512<T> right) => sizeof(T) == 4 ? new(Vector512.Min(left.Value.AsInt32(), right.Value.AsInt32()).As<int, T>()) : LesserLongs(left, right);

    // Apart: loops of floats are compiled without that type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> LesserLongs(Lanes512<T> left, Lanes512<T> right) => new(Vector512.Min(left.Value.AsInt64(), right.Value.AsInt64()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> GreaterBits(Lanes512<T> left, Lanes512<T> right) => new(Vector512.Max(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNegativeZero(Lanes512<T> lanes) => sizeof(T) == 4
        ? Vector512.EqualsAny(lanes.Value.AsInt32(), Vector512.Create(int.MinValue))
        : Vector512.EqualsAny(lanes.Value.AsInt64(), Vector512.Create(long.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lanes512<T> lanes) => lanes.Value.AsByte() == Vector512<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Pick(Lanes512<T> low, Lanes512<T> high, Lanes512<T> pattern)
    {
        if (sizeof(T) == 1)
        {
            if (Avx512Vbmi.IsSupported) return new(Avx512Vbmi.PermuteVar64x8x2(low.Value.AsByte(), pattern.Value.AsByte(), high.Value.AsByte()).As<byte, T>());
            Vector512<byte> p = pattern.Value.AsByte() & Vector512.Create((byte)(2 * Count - 1));
            return new(Vector512.ConditionalSelect(Vector512.LessThan(p, Vector512.Create((byte)Count)), Vector512.Shuffle(low.Value.AsByte(), p), Vector512.Shuffle(high.Value.AsByte(), p - Vector512.Create((byte)Count))).As<byte, T>());
        }

        if (sizeof(T) == 2)
        {
            if (Avx512BW.IsSupported) return new(Avx512BW.PermuteVar32x16x2(low.Value.AsInt16(), pattern.Value.AsInt16(), high.Value.AsInt16()).As<short, T>());
            Vector512<short> p = pattern.Value.AsInt16() & Vector512.Create((short)(2 * Count - 1));
            return new(Vector512.ConditionalSelect(Vector512.LessThan(p, Vector512.Create((short)Count)), Vector512.Shuffle(low.Value.AsInt16(), p), Vector512.Shuffle(high.Value.AsInt16(), p - Vector512.Create((short)Count))).As<short, T>());
        }

        if (sizeof(T) == 4)
        {
            if (Avx512F.IsSupported) return new(Avx512F.PermuteVar16x32x2(low.Value.AsInt32(), pattern.Value.AsInt32(), high.Value.AsInt32()).As<int, T>());
            Vector512<int> p = pattern.Value.AsInt32() & Vector512.Create(2 * Count - 1);
            return new(Vector512.ConditionalSelect(Vector512.LessThan(p, Vector512.Create(Count)), Vector512.Shuffle(low.Value.AsInt32(), p), Vector512.Shuffle(high.Value.AsInt32(), p - Vector512.Create(Count))).As<int, T>());
        }

        if (Avx512F.IsSupported) return new(Avx512F.PermuteVar8x64x2(low.Value.AsInt64(), pattern.Value.AsInt64(), high.Value.AsInt64()).As<long, T>());
        Vector512<long> q = pattern.Value.AsInt64() & Vector512.Create(2L * Count - 1);
        return new(Vector512.ConditionalSelect(Vector512.LessThan(q, Vector512.Create((long)Count)), Vector512.Shuffle(low.Value.AsInt64(), q), Vector512.Shuffle(high.Value.AsInt64(), q - Vector512.Create((long)Count))).As<long, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512<T> Even, Lanes512<T> Odd) Unzip(Lanes512<T> low, Lanes512<T> high) => (Pick(low, high, Every(2, 0)), Pick(low, high, Every(2, 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512<T> Even, Lanes512<T> Odd) UnzipCrossed(Lanes512<T> low, Lanes512<T> high) => Unzip(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Uncross(Lanes512<T> lanes) => lanes;

    public static int Crossed(int place) => place;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> Every(int step, int first)
    {
        if (sizeof(T) == 1) return new(Vector512.CreateSequence((byte)first, (byte)step).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector512.CreateSequence((short)first, (short)step).As<short, T>());
        if (sizeof(T) == 4) return new(Vector512.CreateSequence(first, step).As<int, T>());
        return new(Vector512.CreateSequence((long)first, step).As<long, T>());
    }

    /// <summary>All bits of the lanes up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Part(long end)
    {
        if (sizeof(T) == 1) return Vector512.LessThan(Vector512<sbyte>.Indices, Vector512.Create((sbyte)end)).As<sbyte, T>();
        if (sizeof(T) == 2) return Vector512.LessThan(Vector512<short>.Indices, Vector512.Create((short)end)).As<short, T>();
        if (sizeof(T) == 4) return Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)end)).As<int, T>();
        return Vector512.LessThan(Vector512<long>.Indices, Vector512.Create(end)).As<long, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TWide Lower, TWide Upper) Both<TNext, TWide>((Vector512<TNext> Lower, Vector512<TNext> Upper) wide)
        where TWide : unmanaged =>
        (Unsafe.BitCast<Vector512<TNext>, TWide>(wide.Lower), Unsafe.BitCast<Vector512<TNext>, TWide>(wide.Upper));
}
