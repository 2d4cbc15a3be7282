using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <inheritdoc/>
internal readonly unsafe partial struct Lanes128<T>(Vector128<T> value) : ILanes<Lanes128<T>, T>
    where T : unmanaged
{
    public readonly Vector128<T> Value = value;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Fill(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Load(T* from) => new(Vector128.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128<T> lanes, T* to) => lanes.Value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadPart(T* from, long first, long end, Lanes128<T> otherwise)
    {
        // Numbers of lanes fit a signed byte, whatever the element.
        if (Avx512BW.VL.IsSupported)
        {
            Vector128<T> mask = Part(Math.Clamp(first, 0, Count), Math.Clamp(end, 0, Count));
            if (sizeof(T) == 1) return new(Avx512BW.VL.MaskLoad((byte*)from, mask.AsByte(), otherwise.Value.AsByte()).As<byte, T>());
            if (sizeof(T) == 2) return new(Avx512BW.VL.MaskLoad((short*)from, mask.AsInt16(), otherwise.Value.AsInt16()).As<short, T>());
            if (sizeof(T) == 4) return new(Avx512F.VL.MaskLoad((int*)from, mask.AsInt32(), otherwise.Value.AsInt32()).As<int, T>());
            return new(Avx512F.VL.MaskLoad((long*)from, mask.AsInt64(), otherwise.Value.AsInt64()).As<long, T>());
        }

        Lanes128<T> lanes = otherwise;
        for (long i = Math.Max(0, first); i < Math.Min(end, Count); i++) ((T*)&lanes)[i] = from[i];
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> First(long count) => new(Part(0, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadMasked(T* from, Lanes128<T> mask, Lanes128<T> otherwise)
    {
        if (Avx512BW.VL.IsSupported)
        {
            if (sizeof(T) == 1) return new(Avx512BW.VL.MaskLoad((byte*)from, mask.Value.AsByte(), otherwise.Value.AsByte()).As<byte, T>());
            if (sizeof(T) == 2) return new(Avx512BW.VL.MaskLoad((short*)from, mask.Value.AsInt16(), otherwise.Value.AsInt16()).As<short, T>());
            if (sizeof(T) == 4) return new(Avx512F.VL.MaskLoad((int*)from, mask.Value.AsInt32(), otherwise.Value.AsInt32()).As<int, T>());
            return new(Avx512F.VL.MaskLoad((long*)from, mask.Value.AsInt64(), otherwise.Value.AsInt64()).As<long, T>());
        }

        Lanes128<T> lanes = otherwise;
        for (int i = 0; i < Count; i++)
            if (((byte*)&mask)[i * sizeof(T)] != 0) ((T*)&lanes)[i] = from[i];
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Lanes128<T> lanes, T* to, long end)
    {
        if (Avx512BW.VL.IsSupported)
        {
            Vector128<T> mask = Part(0, Math.Min(end, Count));
            if (sizeof(T) == 1) Avx512BW.VL.MaskStore((byte*)to, mask.AsByte(), lanes.Value.AsByte());
            else if (sizeof(T) == 2) Avx512BW.VL.MaskStore((short*)to, mask.AsInt16(), lanes.Value.AsInt16());
            else if (sizeof(T) == 4) Avx512F.VL.MaskStore((int*)to, mask.AsInt32(), lanes.Value.AsInt32());
            else Avx512F.VL.MaskStore((long*)to, mask.AsInt64(), lanes.Value.AsInt64());
            return;
        }

        for (long i = 0; i < Math.Min(end, Count); i++) to[i] = ((T*)&lanes)[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Lanes128<T> lanes, void* to, int size) => NarrowStore.Store(lanes.Value.AsByte(), sizeof(T), (byte*)to, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator +(Lanes128<T> left, Lanes128<T> right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator -(Lanes128<T> left, Lanes128<T> right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator *(Lanes128<T> left, Lanes128<T> right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> operator /(Lanes128<T> left, Lanes128<T> right) => new(left.Value / right.Value);

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
        if (typeof(T) == typeof(float) && Sse.IsSupported) return new(Sse.Max(later.Value.AsSingle(), earlier.Value.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double) && Sse2.IsSupported) return new(Sse2.Max(later.Value.AsDouble(), earlier.Value.AsDouble()).As<double, T>());
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(later, earlier), later, earlier) : new(Vector128.Max(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Min(Lanes128<T> earlier, Lanes128<T> later)
    {
        if (typeof(T) == typeof(float) && Sse.IsSupported) return new(Sse.Min(later.Value.AsSingle(), earlier.Value.AsSingle()).As<float, T>());
        if (typeof(T) == typeof(double) && Sse2.IsSupported) return new(Sse2.Min(later.Value.AsDouble(), earlier.Value.AsDouble()).As<double, T>());
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
        if (sizeof(T) == 1) return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<ushort>>(lower), Unsafe.BitCast<TWide, Vector128<ushort>>(upper)).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<uint>>(lower), Unsafe.BitCast<TWide, Vector128<uint>>(upper)).As<ushort, T>());
        if (typeof(T) == typeof(float)) return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<double>>(lower), Unsafe.BitCast<TWide, Vector128<double>>(upper)).As<float, T>());
        return new(Vector128.Narrow(Unsafe.BitCast<TWide, Vector128<ulong>>(lower), Unsafe.BitCast<TWide, Vector128<ulong>>(upper)).As<uint, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal ToReal<TReal>(Lanes128<T> lanes)
        where TReal : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector128<float>, TReal>(Vector128.ConvertToSingle(lanes.Value.AsInt32())) : Unsafe.BitCast<Vector128<double>, TReal>(Vector128.ConvertToDouble(lanes.Value.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInteger ToInteger<TInteger>(Lanes128<T> lanes)
        where TInteger : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector128<int>, TInteger>(Vector128.ConvertToInt32Native(lanes.Value.AsSingle())) : Unsafe.BitCast<Vector128<long>, TInteger>(Vector128.ConvertToInt64Native(lanes.Value.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> RoundToEven(Lanes128<T> lanes) =>
        sizeof(T) == 4 ? new(Vector128.Round(lanes.Value.AsSingle()).As<float, T>()) : new(Vector128.Round(lanes.Value.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Lanes128<T> lanes) => !Vector128.EqualsAll(lanes.Value, lanes.Value);

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
    public static (Lanes128<T> Even, Lanes128<T> Odd) Unzip(Lanes128<T> low, Lanes128<T> high) => (Pick(low, high, Every(2, 0)), Pick(low, high, Every(2, 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> Every(int step, int first)
    {
        if (sizeof(T) == 1) return new(Vector128.CreateSequence((byte)first, (byte)step).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector128.CreateSequence((short)first, (short)step).As<short, T>());
        if (sizeof(T) == 4) return new(Vector128.CreateSequence(first, step).As<int, T>());
        return new(Vector128.CreateSequence((long)first, step).As<long, T>());
    }

    /// <summary>All bits of the lanes from <paramref name="first"/> up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Part(long first, long end)
    {
        if (sizeof(T) == 1) return Between(Vector128<sbyte>.Indices, Vector128.Create((sbyte)first), Vector128.Create((sbyte)end)).As<sbyte, T>();
        if (sizeof(T) == 2) return Between(Vector128<short>.Indices, Vector128.Create((short)first), Vector128.Create((short)end)).As<short, T>();
        if (sizeof(T) == 4) return Between(Vector128<int>.Indices, Vector128.Create((int)first), Vector128.Create((int)end)).As<int, T>();
        return Between(Vector128<long>.Indices, Vector128.Create(first), Vector128.Create(end)).As<long, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<TIndex> Between<TIndex>(Vector128<TIndex> i, Vector128<TIndex> first, Vector128<TIndex> end) =>
        Vector128.LessThan(i, end) & ~Vector128.LessThan(i, first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TWide Lower, TWide Upper) Both<TNext, TWide>((Vector128<TNext> Lower, Vector128<TNext> Upper) wide)
        where TWide : unmanaged =>
        (Unsafe.BitCast<Vector128<TNext>, TWide>(wide.Lower), Unsafe.BitCast<Vector128<TNext>, TWide>(wide.Upper));
}
