using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

// What sums of chosen taps need of a register: the numbers of taps, and an addition that depends on them.
internal readonly unsafe partial struct Lanes128<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> LoadUnsigned(byte* from, int size)
    {
        if (size == sizeof(T)) return Load((T*)from);
        if (sizeof(T) == 4 && size == 1) return new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte())).As<uint, T>());
        if (sizeof(T) == 4 && size == 2) return new(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte().AsUInt16()).As<uint, T>());
        if (size == 1) return new(Vector128.WidenLower(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ushort*)from).AsByte()))).As<ulong, T>());
        if (size == 2) return new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte().AsUInt16())).As<ulong, T>());
        return new(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte().AsUInt32()).As<ulong, T>());
    }

    // Without mask registers zeros are added elsewhere, which changes no sum that began at +0: sooner done than a choice between two sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> AddWhereSame(Lanes128<T> sum, T* terms, T* numbers, Lanes128<T> same) => sizeof(T) == 4
        ? new(sum.Value + (Vector128.Equals(same.Value.AsInt32(), Vector128.Load(numbers).AsInt32()).As<int, T>() & Vector128.Load(terms)))
        : new(sum.Value + (Vector128.Equals(same.Value.AsInt64(), Vector128.Load(numbers).AsInt64()).As<long, T>() & Vector128.Load(terms)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> SelectSame(Lanes128<T> number, Lanes128<T> same, Lanes128<T> yes, Lanes128<T> no) => new(Vector128.ConditionalSelect(
        sizeof(T) == 4 ? Vector128.Equals(number.Value.AsInt32(), same.Value.AsInt32()).As<int, T>() : Vector128.Equals(number.Value.AsInt64(), same.Value.AsInt64()).As<long, T>(), yes.Value, no.Value));
}

// Registers this wide exist where these instructions do.
internal readonly unsafe partial struct Lanes256<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> LoadUnsigned(byte* from, int size) => (sizeof(T), size) switch
    {
        (4, 1) => new(Avx2.ConvertToVector256Int32(from).As<int, T>()),
        (4, 2) => new(Avx2.ConvertToVector256Int32((ushort*)from).As<int, T>()),
        (8, 1) => new(Avx2.ConvertToVector256Int64(from).As<long, T>()),
        (8, 2) => new(Avx2.ConvertToVector256Int64((ushort*)from).As<long, T>()),
        (8, 4) => new(Avx2.ConvertToVector256Int64((uint*)from).As<long, T>()),
        _ => Load((T*)from),
    };

    // Without mask registers zeros are added elsewhere, which changes no sum that began at +0: sooner done than a choice between two sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> AddWhereSame(Lanes256<T> sum, T* terms, T* numbers, Lanes256<T> same) => sizeof(T) == 4
        ? new(sum.Value + (Vector256.Equals(same.Value.AsInt32(), Vector256.Load(numbers).AsInt32()).As<int, T>() & Vector256.Load(terms)))
        : new(sum.Value + (Vector256.Equals(same.Value.AsInt64(), Vector256.Load(numbers).AsInt64()).As<long, T>() & Vector256.Load(terms)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> SelectSame(Lanes256<T> number, Lanes256<T> same, Lanes256<T> yes, Lanes256<T> no) => new(Vector256.ConditionalSelect(
        sizeof(T) == 4 ? Vector256.Equals(number.Value.AsInt32(), same.Value.AsInt32()).As<int, T>() : Vector256.Equals(number.Value.AsInt64(), same.Value.AsInt64()).As<long, T>(), yes.Value, no.Value));
}

// Registers this wide exist where these instructions do.
internal readonly unsafe partial struct Lanes512<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> LoadUnsigned(byte* from, int size) => (sizeof(T), size) switch
    {
        (2, 1) => new(Avx512BW.ConvertToVector512Int16(Vector256.Load(from)).As<short, T>()),
        (4, 1) => new(Avx512F.ConvertToVector512Int32(Vector128.Load(from)).As<int, T>()),
        (4, 2) => new(Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)from)).As<int, T>()),
        (8, 1) => new(Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()).As<long, T>()),
        (8, 2) => new(Avx512F.ConvertToVector512Int64(Vector128.Load((ushort*)from)).As<long, T>()),
        (8, 4) => new(Avx512F.ConvertToVector512Int64(Vector256.Load((uint*)from)).As<long, T>()),
        _ => Load((T*)from),
    };

    // One expression, that the comparison may become the addition's mask.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> AddWhereSame(Lanes512<T> sum, T* terms, T* numbers, Lanes512<T> same) => sizeof(T) == 4
        ? new(Vector512.ConditionalSelect(Vector512.Equals(same.Value.AsInt32(), Vector512.Load(numbers).AsInt32()).As<int, T>(), sum.Value + Vector512.Load(terms), sum.Value))
        : new(Vector512.ConditionalSelect(Vector512.Equals(same.Value.AsInt64(), Vector512.Load(numbers).AsInt64()).As<long, T>(), sum.Value + Vector512.Load(terms), sum.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> SelectSame(Lanes512<T> number, Lanes512<T> same, Lanes512<T> yes, Lanes512<T> no) => new(Vector512.ConditionalSelect(
        sizeof(T) == 4 ? Vector512.Equals(number.Value.AsInt32(), same.Value.AsInt32()).As<int, T>() : Vector512.Equals(number.Value.AsInt64(), same.Value.AsInt64()).As<long, T>(), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> SelectSameFrom(Lanes512<T> number, Lanes512<T> same, T* yes, Lanes512<T> no) => sizeof(T) == 4
        ? new(Vector512.ConditionalSelect(Vector512.Equals(number.Value.AsInt32(), same.Value.AsInt32()), Vector512.Load((int*)yes), no.Value.AsInt32()).As<int, T>())
        : new(Vector512.ConditionalSelect(Vector512.Equals(number.Value.AsInt64(), same.Value.AsInt64()), Vector512.Load((long*)yes), no.Value.AsInt64()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSame(Lanes512<T> number, Lanes512<T> same, Lanes512<T> lanes, T* to)
    {
        if (!Avx512F.IsSupported) Store(SelectSame(number, same, lanes, Load(to)), to);
        else if (sizeof(T) == 4) Avx512F.MaskStore((int*)to, Vector512.Equals(number.Value.AsInt32(), same.Value.AsInt32()), lanes.Value.AsInt32());
        else Avx512F.MaskStore((long*)to, Vector512.Equals(number.Value.AsInt64(), same.Value.AsInt64()), lanes.Value.AsInt64());
    }
}
