using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

/// <inheritdoc/>
internal readonly unsafe partial struct Lanes256<T>(Vector256<T> value) : ILanes<Lanes256<T>, T>
    where T : unmanaged
{
    public readonly Vector256<T> Value = value;

    /// <summary>2⁵² and half of it, so that numbers of both signs fit.</summary>
    private const double UnitPlace = 6755399441055744;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Fill(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Load(T* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256<T> lanes, T* to) => lanes.Value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LoadPart(T* from, long end, Lanes256<T> otherwise)
    {
        // Numbers of lanes fit a signed byte, whatever the element.
        end = Math.Clamp(end, 0, Count);
        return Avx512BW.VL.IsSupported ? MaskLoad(from, Part(end), otherwise.Value) : LoadFirst(from, end, Part(end), otherwise.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> First(long count) => new(Part(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LoadMasked(T* from, Lanes256<T> mask, Lanes256<T> otherwise)
    {
        return Avx512BW.VL.IsSupported ? MaskLoad(from, mask.Value, otherwise.Value) : LoadFirst(from, BitOperations.PopCount(mask.Value.ExtractMostSignificantBits()), mask.Value, otherwise.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart(Lanes256<T> lanes, T* to, long end)
    {
        end = Math.Clamp(end, 0, Count);
        if (Avx512BW.VL.IsSupported) MaskStore(lanes.Value, to, Part(end));
        else PartMemory.Store(lanes.Value.AsByte(), (byte*)to, end * sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNarrow(Lanes256<T> lanes, void* to, int size) => NarrowStore.Store(lanes.Value.AsByte(), sizeof(T), (byte*)to, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator +(Lanes256<T> left, Lanes256<T> right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> AddFrom(Lanes256<T> sum, T* term) => new(sum.Value + Vector256.Load(term));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator -(Lanes256<T> left, Lanes256<T> right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator *(Lanes256<T> left, Lanes256<T> right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator /(Lanes256<T> left, Lanes256<T> right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> MultiplyHigh(Lanes256<T> left, Lanes256<T> right)
    {
        if (typeof(T) == typeof(short))
        {
            if (Avx2.IsSupported) return new(Avx2.MultiplyHigh(left.Value.AsInt16(), right.Value.AsInt16()).As<short, T>());
            var (lower, upper) = Vector256.Widen(left.Value.AsInt16());
            var (byLower, byUpper) = Vector256.Widen(right.Value.AsInt16());
            return new(Vector256.Narrow(lower * byLower >> 16, upper * byUpper >> 16).As<short, T>());
        }

        if (Avx2.IsSupported) return new(Avx2.MultiplyHigh(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());
        var (low, high) = Vector256.Widen(left.Value.AsUInt16());
        var (byLow, byHigh) = Vector256.Widen(right.Value.AsUInt16());
        return new(Vector256.Narrow(low * byLow >>> 16, high * byHigh >>> 16).As<ushort, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator &(Lanes256<T> left, Lanes256<T> right) => new(left.Value & right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator |(Lanes256<T> left, Lanes256<T> right) => new(left.Value | right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator ^(Lanes256<T> left, Lanes256<T> right) => new(left.Value ^ right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator <<(Lanes256<T> lanes, int bits) => new(lanes.Value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator >>>(Lanes256<T> lanes, int bits) => new(lanes.Value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> operator >>(Lanes256<T> lanes, int bits) => new(lanes.Value >> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Signs(Lanes256<T> lanes) => new(lanes.Value >> (8 * sizeof(T) - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Greater(Lanes256<T> left, Lanes256<T> right) => new(Vector256.GreaterThan(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Equal(Lanes256<T> left, Lanes256<T> right) => new(Vector256.Equals(left.Value, right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Select(Lanes256<T> mask, Lanes256<T> yes, Lanes256<T> no) => new(Vector256.ConditionalSelect(mask.Value, yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> SelectGreater(Lanes256<T> left, Lanes256<T> right, Lanes256<T> yes, Lanes256<T> no) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(left.Value, right.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Max(Lanes256<T> earlier, Lanes256<T> later)
    {
        // x86's maximum is "the first operand if greater, else the second", signs of zero and NaN included.
        if (Avx.IsSupported) return new(Vector256.MaxNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(later, earlier), later, earlier) : new(Vector256.Max(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Min(Lanes256<T> earlier, Lanes256<T> later)
    {
        if (Avx.IsSupported) return new(Vector256.MinNative(later.Value, earlier.Value));
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) ? Select(Greater(earlier, later), later, earlier) : new(Vector256.Min(later.Value, earlier.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TWide Lower, TWide Upper) Widen<TWide>(Lanes256<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte)) return Both<ushort, TWide>(Vector256.Widen(lanes.Value.AsByte()));
        if (typeof(T) == typeof(sbyte)) return Both<short, TWide>(Vector256.Widen(lanes.Value.AsSByte()));
        if (typeof(T) == typeof(ushort)) return Both<uint, TWide>(Vector256.Widen(lanes.Value.AsUInt16()));
        if (typeof(T) == typeof(short)) return Both<int, TWide>(Vector256.Widen(lanes.Value.AsInt16()));
        if (typeof(T) == typeof(uint)) return Both<ulong, TWide>(Vector256.Widen(lanes.Value.AsUInt32()));
        if (typeof(T) == typeof(int)) return Both<long, TWide>(Vector256.Widen(lanes.Value.AsInt32()));
        return Both<double, TWide>(Vector256.Widen(lanes.Value.AsSingle()));
    }

    // From memory each half is widened by one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TWide Lower, TWide Upper) WidenFrom<TWide>(T* from)
        where TWide : unmanaged
    {
        if (!Avx2.IsSupported) return Widen<TWide>(Load(from));
        if (typeof(T) == typeof(byte)) return Both<short, TWide>((Avx2.ConvertToVector256Int16((byte*)from), Avx2.ConvertToVector256Int16((byte*)from + 16)));
        if (typeof(T) == typeof(sbyte)) return Both<short, TWide>((Avx2.ConvertToVector256Int16((sbyte*)from), Avx2.ConvertToVector256Int16((sbyte*)from + 16)));
        if (typeof(T) == typeof(ushort)) return Both<int, TWide>((Avx2.ConvertToVector256Int32((ushort*)from), Avx2.ConvertToVector256Int32((ushort*)from + 8)));
        if (typeof(T) == typeof(short)) return Both<int, TWide>((Avx2.ConvertToVector256Int32((short*)from), Avx2.ConvertToVector256Int32((short*)from + 8)));
        if (typeof(T) == typeof(uint)) return Both<long, TWide>((Avx2.ConvertToVector256Int64((uint*)from), Avx2.ConvertToVector256Int64((uint*)from + 4)));
        if (typeof(T) == typeof(int)) return Both<long, TWide>((Avx2.ConvertToVector256Int64((int*)from), Avx2.ConvertToVector256Int64((int*)from + 4)));
        return Widen<TWide>(Load(from));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWide AddNeighbours<TWide>(Lanes256<T> lanes)
        where TWide : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            if (Avx2.IsSupported) return Unsafe.BitCast<Vector256<short>, TWide>(Avx2.MultiplyAddAdjacent(lanes.Value.AsByte(), Vector256<sbyte>.One));
            Vector256<ushort> bytes = lanes.Value.AsUInt16();
            return Unsafe.BitCast<Vector256<ushort>, TWide>((bytes & Vector256.Create((ushort)byte.MaxValue)) + (bytes >>> 8));
        }

        if (typeof(T) == typeof(sbyte))
        {
            if (Avx2.IsSupported) return Unsafe.BitCast<Vector256<short>, TWide>(Avx2.MultiplyAddAdjacent(Vector256<byte>.One, lanes.Value.AsSByte()));
            Vector256<short> bytes = lanes.Value.AsInt16();
            return Unsafe.BitCast<Vector256<short>, TWide>((bytes << 8 >> 8) + (bytes >> 8));
        }

        if (typeof(T) == typeof(ushort))
        {
            Vector256<uint> words = lanes.Value.AsUInt32();
            return Unsafe.BitCast<Vector256<uint>, TWide>((words & Vector256.Create((uint)ushort.MaxValue)) + (words >>> 16));
        }

        if (typeof(T) == typeof(short))
        {
            if (Avx2.IsSupported) return Unsafe.BitCast<Vector256<int>, TWide>(Avx2.MultiplyAddAdjacent(lanes.Value.AsInt16(), Vector256<short>.One));
            Vector256<int> words = lanes.Value.AsInt32();
            return Unsafe.BitCast<Vector256<int>, TWide>((words << 16 >> 16) + (words >> 16));
        }

        if (typeof(T) == typeof(uint))
        {
            Vector256<ulong> words = lanes.Value.AsUInt64();
            return Unsafe.BitCast<Vector256<ulong>, TWide>((words & Vector256.Create((ulong)uint.MaxValue)) + (words >>> 32));
        }

        Vector256<long> longs = lanes.Value.AsInt64();
        return Unsafe.BitCast<Vector256<long>, TWide>((longs << 32 >> 32) + (longs >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWide Expand<TWide>(Lanes256<T> lanes)
        where TWide : unmanaged => Unsafe.BitCast<Vector512<double>, TWide>(Vector512.WidenLower(lanes.Value.AsSingle().ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Shrink<TWide>(TWide lanes)
        where TWide : unmanaged
    {
        var wide = Unsafe.BitCast<TWide, Vector512<double>>(lanes);
        return new(Vector512.Narrow(wide, wide).GetLower().As<float, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Narrow<TWide>(TWide lower, TWide upper)
        where TWide : unmanaged
    {
        if (sizeof(T) == 1) return new(Vector256.Narrow(Unsafe.BitCast<TWide, Vector256<ushort>>(lower), Unsafe.BitCast<TWide, Vector256<ushort>>(upper)).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector256.Narrow(Unsafe.BitCast<TWide, Vector256<uint>>(lower), Unsafe.BitCast<TWide, Vector256<uint>>(upper)).As<ushort, T>());
        if (typeof(T) == typeof(float)) return new(Vector256.Narrow(Unsafe.BitCast<TWide, Vector256<double>>(lower), Unsafe.BitCast<TWide, Vector256<double>>(upper)).As<float, T>());
        return new(Vector256.Narrow(Unsafe.BitCast<TWide, Vector256<ulong>>(lower), Unsafe.BitCast<TWide, Vector256<ulong>>(upper)).As<uint, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal ToReal<TReal>(Lanes256<T> lanes)
        where TReal : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector256<float>, TReal>(Vector256.ConvertToSingle(lanes.Value.AsInt32())) : Unsafe.BitCast<Vector256<double>, TReal>(ToDouble(lanes.Value.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TInteger ToInteger<TInteger>(Lanes256<T> lanes)
        where TInteger : unmanaged =>
        sizeof(T) == 4 ? Unsafe.BitCast<Vector256<int>, TInteger>(Vector256.ConvertToInt32Native(lanes.Value.AsSingle())) : Unsafe.BitCast<Vector256<long>, TInteger>(ToInt64(lanes.Value.AsDouble()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TReal Lower, TReal Upper) ToDoubles<TReal>(Lanes256<T> lanes)
        where TReal : unmanaged
    {
        Vector256<int> ints = lanes.Value.AsInt32();
        if (Avx.IsSupported) return Both<double, TReal>((Avx.ConvertToVector256Double(ints.GetLower()), Avx.ConvertToVector256Double(ints.GetUpper())));
        var (lower, upper) = Vector256.Widen(ints);
        return Both<double, TReal>((Vector256.ConvertToDouble(lower), Vector256.ConvertToDouble(upper)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> FromDoubles<TReal>(TReal lower, TReal upper)
        where TReal : unmanaged
    {
        Vector256<double> first = Unsafe.BitCast<TReal, Vector256<double>>(lower), second = Unsafe.BitCast<TReal, Vector256<double>>(upper);
        return new(Avx.IsSupported ? Vector256.Create(Avx.ConvertToVector128Int32WithTruncation(first), Avx.ConvertToVector128Int32WithTruncation(second)).As<int, T>()
            : Vector256.Narrow(Vector256.ConvertToInt64(first), Vector256.ConvertToInt64(second)).As<int, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> RoundToEven(Lanes256<T> lanes) =>
        sizeof(T) == 4 ? new(Vector256.Round(lanes.Value.AsSingle()).As<float, T>()) : new(Vector256.Round(lanes.Value.AsDouble()).As<double, T>());

    // The exponent's bits lie above the digits: what is added there multiplies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Scale(Lanes256<T> lanes, Lanes256<T> exponents) => sizeof(T) == 4
        ? new((lanes.Value.AsInt32() + (Vector256.ConvertToInt32Native(exponents.Value.AsSingle()) << 23)).As<int, T>())
        : new((lanes.Value.AsInt64() + ((exponents.Value.AsDouble() + Vector256.Create(UnitPlace)).AsInt64() << 52)).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Sqrt(Lanes256<T> lanes) => new(Vector256.Sqrt(lanes.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Map<TMap>(Lanes256<T> left, Lanes256<T> right, TMap map)
        where TMap : struct, ILaneMap => map.Of<Lanes256<T>, T>(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNaN(Lanes256<T> lanes)
    {
        // The operator is one inlined call less than EqualsAll.
        Vector256<T> same = lanes.Value;
        return lanes.Value != same;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LesserBits(Lanes256<T> left, Lanes256<T> right) => sizeof(T) == 4 ? new(Vector256.Min(left.Value.AsInt32(), right.Value.AsInt32()).As<int, T>()) : LesserLongs(left, right);

    // Apart: loops of floats are compiled without that type.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> LesserLongs(Lanes256<T> left, Lanes256<T> right) => new(Vector256.Min(left.Value.AsInt64(), right.Value.AsInt64()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> GreaterBits(Lanes256<T> left, Lanes256<T> right) => new(Vector256.Max(left.Value.AsUInt16(), right.Value.AsUInt16()).As<ushort, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyNegativeZero(Lanes256<T> lanes) => sizeof(T) == 4
        ? Vector256.EqualsAny(lanes.Value.AsInt32(), Vector256.Create(int.MinValue))
        : Vector256.EqualsAny(lanes.Value.AsInt64(), Vector256.Create(long.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsZero(Lanes256<T> lanes) => lanes.Value.AsByte() == Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Pick(Lanes256<T> low, Lanes256<T> high, Lanes256<T> pattern)
    {
        if (sizeof(T) == 1)
        {
            if (Avx512Vbmi.VL.IsSupported) return new(Avx512Vbmi.VL.PermuteVar32x8x2(low.Value.AsByte(), pattern.Value.AsByte(), high.Value.AsByte()).As<byte, T>());
            Vector256<byte> p = pattern.Value.AsByte() & Vector256.Create((byte)(2 * Count - 1));
            return new(Vector256.ConditionalSelect(Vector256.LessThan(p, Vector256.Create((byte)Count)), Vector256.Shuffle(low.Value.AsByte(), p), Vector256.Shuffle(high.Value.AsByte(), p - Vector256.Create((byte)Count))).As<byte, T>());
        }

        if (sizeof(T) == 2)
        {
            if (Avx512BW.VL.IsSupported) return new(Avx512BW.VL.PermuteVar16x16x2(low.Value.AsInt16(), pattern.Value.AsInt16(), high.Value.AsInt16()).As<short, T>());
            Vector256<short> p = pattern.Value.AsInt16() & Vector256.Create((short)(2 * Count - 1));
            return new(Vector256.ConditionalSelect(Vector256.LessThan(p, Vector256.Create((short)Count)), Vector256.Shuffle(low.Value.AsInt16(), p), Vector256.Shuffle(high.Value.AsInt16(), p - Vector256.Create((short)Count))).As<short, T>());
        }

        if (sizeof(T) == 4)
        {
            if (Avx512F.VL.IsSupported) return new(Avx512F.VL.PermuteVar8x32x2(low.Value.AsInt32(), pattern.Value.AsInt32(), high.Value.AsInt32()).As<int, T>());
            // Permutations look at the lower three bits of a number, and the blend at the sign.
            if (Avx2.IsSupported)
            {
                Vector256<int> numbers = pattern.Value.AsInt32(), first = Avx2.PermuteVar8x32(low.Value.AsInt32(), numbers), second = Avx2.PermuteVar8x32(high.Value.AsInt32(), numbers);
                return new(Avx.BlendVariable(first.AsSingle(), second.AsSingle(), (numbers << 28).AsSingle()).As<float, T>());
            }

            Vector256<int> p = pattern.Value.AsInt32() & Vector256.Create(2 * Count - 1);
            return new(Vector256.ConditionalSelect(Vector256.LessThan(p, Vector256.Create(Count)), Vector256.Shuffle(low.Value.AsInt32(), p), Vector256.Shuffle(high.Value.AsInt32(), p - Vector256.Create(Count))).As<int, T>());
        }

        if (Avx512F.VL.IsSupported) return new(Avx512F.VL.PermuteVar4x64x2(low.Value.AsInt64(), pattern.Value.AsInt64(), high.Value.AsInt64()).As<long, T>());
        Vector256<long> q = pattern.Value.AsInt64() & Vector256.Create(2L * Count - 1);
        return new(Vector256.ConditionalSelect(Vector256.LessThan(q, Vector256.Create((long)Count)), Vector256.Shuffle(low.Value.AsInt64(), q), Vector256.Shuffle(high.Value.AsInt64(), q - Vector256.Create((long)Count))).As<long, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes256<T> Even, Lanes256<T> Odd) Unzip(Lanes256<T> low, Lanes256<T> high) => (new(Evens(low.Value, high.Value)), new(Odds(low.Value, high.Value)));

    // The halves of a register are two, and stay so.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes256<T> Even, Lanes256<T> Odd) UnzipCrossed(Lanes256<T> low, Lanes256<T> high)
    {
        if (!Avx2.IsSupported) return Unzip(low, high);
        if (sizeof(T) < 4) return UnzipPacked(low, high);
        if (sizeof(T) == 4) return (new(Avx.Shuffle(low.Value.AsSingle(), high.Value.AsSingle(), 0b10_00_10_00).As<float, T>()), new(Avx.Shuffle(low.Value.AsSingle(), high.Value.AsSingle(), 0b11_01_11_01).As<float, T>()));
        return (new(Avx2.UnpackLow(low.Value.AsInt64(), high.Value.AsInt64()).As<long, T>()), new(Avx2.UnpackHigh(low.Value.AsInt64(), high.Value.AsInt64()).As<long, T>()));
    }

    /// <inheritdoc cref="UnzipCrossed"/>
    // Apart, as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes256<T> Even, Lanes256<T> Odd) UnzipPacked(Lanes256<T> low, Lanes256<T> high) => sizeof(T) == 1
        ? (Pack(low.Value.AsUInt16() & Vector256.Create((ushort)byte.MaxValue), high.Value.AsUInt16() & Vector256.Create((ushort)byte.MaxValue)), Pack(low.Value.AsUInt16() >>> 8, high.Value.AsUInt16() >>> 8))
        : (Pack(low.Value.AsUInt32() & Vector256.Create((uint)ushort.MaxValue), high.Value.AsUInt32() & Vector256.Create((uint)ushort.MaxValue)), Pack(low.Value.AsUInt32() >>> 16, high.Value.AsUInt32() >>> 16));

    /// <summary>Numbers that fit half of their lanes, half by half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> Pack(Vector256<ushort> low, Vector256<ushort> high) => new(Avx2.PackUnsignedSaturate(low.AsInt16(), high.AsInt16()).As<byte, T>());

    /// <inheritdoc cref="Pack(Vector256{ushort}, Vector256{ushort})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> Pack(Vector256<uint> low, Vector256<uint> high) => new(Avx2.PackUnsignedSaturate(low.AsInt32(), high.AsInt32()).As<ushort, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Uncross(Lanes256<T> lanes) => Avx2.IsSupported ? new(Avx2.Permute4x64(lanes.Value.AsInt64(), 0b11_01_10_00).As<long, T>()) : lanes;

    // The middle quarters have changed places.
    public static int Crossed(int place) => !Avx2.IsSupported || place < Count / 4 || place >= 3 * Count / 4 ? place : place < Count / 2 ? place + Count / 4 : place - Count / 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> Every(int step, int first)
    {
        if (sizeof(T) == 1) return new(Vector256.CreateSequence((byte)first, (byte)step).As<byte, T>());
        if (sizeof(T) == 2) return new(Vector256.CreateSequence((short)first, (short)step).As<short, T>());
        if (sizeof(T) == 4) return new(Vector256.CreateSequence(first, step).As<int, T>());
        return new(Vector256.CreateSequence((long)first, step).As<long, T>());
    }

    // Without an instruction: where the last place of a double is worth 1, its bits count on as an integer does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> ToDouble(Vector256<long> integers) => Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported ? Vector256.ConvertToDouble(integers)
        : (integers + Vector256.Create(BitConverter.DoubleToInt64Bits(UnitPlace))).AsDouble() - Vector256.Create(UnitPlace);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> ToInt64(Vector256<double> numbers) => Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported ? Vector256.ConvertToInt64Native(numbers)
        : (Vector256.Truncate(numbers) + Vector256.Create(UnitPlace)).AsInt64() - Vector256.Create(BitConverter.DoubleToInt64Bits(UnitPlace));

    /// <summary>All bits of the lanes up to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Part(long end)
    {
        if (sizeof(T) == 1) return Vector256.LessThan(Vector256<sbyte>.Indices, Vector256.Create((sbyte)end)).As<sbyte, T>();
        if (sizeof(T) == 2) return Vector256.LessThan(Vector256<short>.Indices, Vector256.Create((short)end)).As<short, T>();
        if (sizeof(T) == 4) return Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)end)).As<int, T>();
        return Vector256.LessThan(Vector256<long>.Indices, Vector256.Create(end)).As<long, T>();
    }

    /// <summary>The first lanes, as many as <paramref name="mask"/> has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> LoadFirst(T* from, long count, Vector256<T> mask, Vector256<T> otherwise)
    {
        Vector256<T> lanes = Avx2.IsSupported && sizeof(T) == 4 ? Avx2.MaskLoad((int*)from, mask.AsInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8 ? Avx2.MaskLoad((long*)from, mask.AsInt64()).As<long, T>()
            : PartMemory.Load256((byte*)from, count * sizeof(T)).As<byte, T>();
        return new(Vector256.ConditionalSelect(mask, lanes, otherwise));
    }

    /// <summary>The lanes with even numbers of two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Evens(Vector256<T> low, Vector256<T> high)
    {
        if (sizeof(T) == 1) return Vector256.Narrow(low.AsUInt16(), high.AsUInt16()).As<byte, T>();
        if (sizeof(T) == 2) return Vector256.Narrow(low.AsUInt32(), high.AsUInt32()).As<ushort, T>();
        if (sizeof(T) == 4) return Avx2.IsSupported ? Avx2.Permute4x64(Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b10_00_10_00).AsInt64(), 0b11_01_10_00).As<long, T>() : Vector256.Narrow(low.AsUInt64(), high.AsUInt64()).As<uint, T>();
        return Avx2.Permute4x64(Avx2.UnpackLow(low.AsInt64(), high.AsInt64()), 0b11_01_10_00).As<long, T>();
    }

    /// <summary>The lanes with odd numbers of two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Odds(Vector256<T> low, Vector256<T> high)
    {
        if (sizeof(T) == 1) return Vector256.Narrow(low.AsUInt16() >>> 8, high.AsUInt16() >>> 8).As<byte, T>();
        if (sizeof(T) == 2) return Vector256.Narrow(low.AsUInt32() >>> 16, high.AsUInt32() >>> 16).As<ushort, T>();
        if (sizeof(T) == 4) return Avx2.IsSupported ? Avx2.Permute4x64(Avx.Shuffle(low.AsSingle(), high.AsSingle(), 0b11_01_11_01).AsInt64(), 0b11_01_10_00).As<long, T>() : Vector256.Narrow(low.AsUInt64() >>> 32, high.AsUInt64() >>> 32).As<uint, T>();
        return Avx2.Permute4x64(Avx2.UnpackHigh(low.AsInt64(), high.AsInt64()), 0b11_01_10_00).As<long, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TWide Lower, TWide Upper) Both<TNext, TWide>((Vector256<TNext> Lower, Vector256<TNext> Upper) wide)
        where TWide : unmanaged =>
        (Unsafe.BitCast<Vector256<TNext>, TWide>(wide.Lower), Unsafe.BitCast<Vector256<TNext>, TWide>(wide.Upper));
}
