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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> RunningSums(Lanes128<T> lanes)
    {
        lanes += Neighbours<One>(default, lanes).Before;
        if (Count > 2) lanes += Neighbours<Two>(default, lanes).Before;
        return Count > 4 ? lanes + Neighbours<Four>(default, lanes).Before : lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128<T> FillLast(Lanes128<T> lanes) => Fill(lanes.Value.GetElement(Count - 1));
}

internal readonly unsafe partial struct Lanes256<T>
{
    // Two steps at most, where the last lane by itself is three.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> FillLast(Lanes256<T> lanes)
    {
        if (!Avx2.IsSupported) return Fill(lanes.Value.GetElement(Count - 1));
        if (sizeof(T) == 4) return new(Avx2.PermuteVar8x32(lanes.Value.AsInt32(), Vector256.Create(7)).As<int, T>());
        Vector256<long> last = Avx2.Permute4x64(lanes.Value.AsInt64(), 0b11_11_11_11);
        return sizeof(T) == 8 ? new(last.As<long, T>()) : new(Avx2.Shuffle(last.AsByte(), Vector256.Create((short)0x0706).AsByte()).As<byte, T>());
    }

    // In halves, of which the lower one's last lane is then added to the upper one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256<T> RunningSums(Lanes256<T> lanes)
    {
        if (!Avx2.IsSupported)
        {
            Lanes128<T> first = Lanes128<T>.RunningSums(new(lanes.Value.GetLower())), second = Lanes128<T>.RunningSums(new(lanes.Value.GetUpper()));
            return new(Vector256.Create(first.Value, (second + Lanes128<T>.FillLast(first)).Value));
        }

        Vector256<T> sums = lanes.Value;
        if (sizeof(T) == 2) sums += Avx2.ShiftLeftLogical128BitLane(sums.AsByte(), 2).As<byte, T>();
        if (sizeof(T) <= 4) sums += Avx2.ShiftLeftLogical128BitLane(sums.AsByte(), 4).As<byte, T>();
        sums += Avx2.ShiftLeftLogical128BitLane(sums.AsByte(), 8).As<byte, T>();
        Vector256<byte> lower = Avx2.Permute2x128(sums.AsByte(), sums.AsByte(), 0x08);
        Vector256<T> last = sizeof(T) switch
        {
            2 => Avx2.Shuffle(lower, Vector256.Create((short)0x0F0E).AsByte()).As<byte, T>(),
            4 => Avx2.Shuffle(lower.AsInt32(), 0b11_11_11_11).As<int, T>(),
            _ => Avx2.UnpackHigh(lower.AsInt64(), lower.AsInt64()).As<long, T>(),
        };
        return new(sums + last);
    }

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
        long count = Avx2.IsSupported ? Count / 2 : Count;
        var (even, odd) = UnzipCrossed(LoadApart(from), LoadApart(from + count));
        var (laterEven, laterOdd) = UnzipCrossed(LoadApart(from + 2 * count), LoadApart(from + 3 * count));
        var (first, third) = UnzipCrossed(even, laterEven);
        var (second, fourth) = UnzipCrossed(odd, laterOdd);
        return (first, second, third, fourth);
    }

    /// <summary>Half a register, and another one from two registers further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256<T> LoadApart(T* from) => Avx2.IsSupported ? new(Vector256.Create(Vector128.Load(from), Vector128.Load(from + 2 * Count))) : Load(from);
}

internal readonly unsafe partial struct Lanes512<T>
{
    // Where there are instructions that have the distance in them by those: each of the others loads a pattern and copies a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512<T> Before, Lanes512<T> Behind) Neighbours<TBy>(Lanes512<T> low, Lanes512<T> high)
        where TBy : struct, ISide
    {
        if (Avx512F.IsSupported && sizeof(T) == 4)
        {
            return (new(Avx512F.AlignRight32(high.Value.AsInt32(), low.Value.AsInt32(), (byte)(Count - TBy.Of(0))).As<int, T>()),
                new(Avx512F.AlignRight32(high.Value.AsInt32(), low.Value.AsInt32(), (byte)TBy.Of(0)).As<int, T>()));
        }

        if (Avx512F.IsSupported && sizeof(T) == 8)
        {
            return (new(Avx512F.AlignRight64(high.Value.AsInt64(), low.Value.AsInt64(), (byte)(Count - TBy.Of(0))).As<long, T>()),
                new(Avx512F.AlignRight64(high.Value.AsInt64(), low.Value.AsInt64(), (byte)TBy.Of(0)).As<long, T>()));
        }

        return (Pick(low, high, Every(1, Count - (int)TBy.Of(0))), Pick(low, high, Every(1, (int)TBy.Of(0))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> RunningSums(Lanes512<T> lanes)
    {
        lanes += Later(lanes, 1);
        lanes += Later(lanes, 2);
        lanes += Later(lanes, 4);
        if (Count > 8) lanes += Later(lanes, 8);
        return Count > 16 ? lanes + Later(lanes, 16) : lanes;
    }

    /// <summary>The lanes some places further on, behind zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512<T> Later(Lanes512<T> lanes, int places) => Pick(default, lanes, Every(1, Count - places));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512<T> FillLast(Lanes512<T> lanes) => Fill(lanes.Value.GetElement(Count - 1));
}
