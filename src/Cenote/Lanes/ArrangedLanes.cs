using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Cenote;

// Numbers of lanes are constants once these methods are inlined.
#pragma warning disable CA1857

// Registers as parts of a row: what lies some lanes to the left and to the right, and every fourth lane.
internal readonly unsafe partial struct Lanes128<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes128<T> Before, Lanes128<T> Behind) Neighbours<TBy>(Lanes128<T> low, Lanes128<T> high)
        where TBy : struct, ISide
    {
        if (Ssse3.IsSupported)
        {
            return (new(Ssse3.AlignRight(high.Value.AsByte(), low.Value.AsByte(), (byte)(16 - TBy.Of(0) * sizeof(T))).As<byte, T>()),
                new(Ssse3.AlignRight(high.Value.AsByte(), low.Value.AsByte(), (byte)(TBy.Of(0) * sizeof(T))).As<byte, T>()));
        }

        if (AdvSimd.IsSupported && TBy.Of(0) < Count)
        {
            return (new(AdvSimd.ExtractVector128(low.Value.AsByte(), high.Value.AsByte(), (byte)(16 - TBy.Of(0) * sizeof(T))).As<byte, T>()),
                new(AdvSimd.ExtractVector128(low.Value.AsByte(), high.Value.AsByte(), (byte)(TBy.Of(0) * sizeof(T))).As<byte, T>()));
        }

        return (Pick(low, high, Every(1, Count - (int)TBy.Of(0))), Pick(low, high, Every(1, (int)TBy.Of(0))));
    }
}

internal readonly unsafe partial struct Lanes256<T>
{
    // Halves are shifted each by itself: what comes into them from the other register lies between both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes256<T> Before, Lanes256<T> Behind) Neighbours<TBy>(Lanes256<T> low, Lanes256<T> high)
        where TBy : struct, ISide
    {
        if (!Avx2.IsSupported) return (Pick(low, high, Every(1, Count - (int)TBy.Of(0))), Pick(low, high, Every(1, (int)TBy.Of(0))));
        Vector256<byte> between = Avx2.Permute2x128(low.Value.AsByte(), high.Value.AsByte(), 0x21);
        return (new(Avx2.AlignRight(high.Value.AsByte(), between, (byte)(16 - TBy.Of(0) * sizeof(T))).As<byte, T>()),
            new(Avx2.AlignRight(between, low.Value.AsByte(), (byte)(TBy.Of(0) * sizeof(T))).As<byte, T>()));
    }

    // Halves are loaded to where they belong: no lane has to cross from one to the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes256<T> First, Lanes256<T> Second, Lanes256<T> Third, Lanes256<T> Fourth) LoadFourths(T* from)
    {
        long count = Crosses ? Count / 2 : Count;
        var (even, odd) = UnzipCrossed(LoadApart(from), LoadApart(from + count));
        var (laterEven, laterOdd) = UnzipCrossed(LoadApart(from + 2 * count), LoadApart(from + 3 * count));
        var (first, third) = UnzipCrossed(even, laterEven);
        var (second, fourth) = UnzipCrossed(odd, laterOdd);
        return (first, second, third, fourth);
    }

    /// <summary>Half a register, and another one from two registers further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> LoadApart(T* from) => Crosses ? new(Vector256.Create(Vector128.Load(from), Vector128.Load(from + 2 * Count))) : Load(from);
}

internal readonly unsafe partial struct Lanes512<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512<T> Before, Lanes512<T> Behind) Neighbours<TBy>(Lanes512<T> low, Lanes512<T> high)
        where TBy : struct, ISide =>
        (Pick(low, high, Every(1, Count - (int)TBy.Of(0))), Pick(low, high, Every(1, (int)TBy.Of(0))));
}
