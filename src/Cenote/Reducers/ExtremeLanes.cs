using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The maximum or minimum on registers of integers, float or double. A NaN that comes later is missed, and so watched for.</summary>
internal readonly unsafe struct ExtremeLanes<T, TTap, TOrder>(T worst) : IChoiceLanes<T, TTap>, ITieWatch<TTap>, ITapState
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TOrder : struct, IOrder
{
    private static bool IsFloating
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) || typeof(T) == typeof(double);
    }

    public TTap Padding => TTap.Fill(worst);

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => TOrder.Best<T, TTap>(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Choose(TTap earlier, TTap later, TTap ofEarlier, TTap ofLater) => TOrder.SelectBetter<T, TTap>(later, earlier, ofLater, ofEarlier);

    public TTap NoBound => IsFloating ? default(TTap) - Padding : Padding ^ TTap.Equal(Padding, Padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Bound(TTap tap, TTap bound) => TOrder.Worse<T, TTap>(tap, bound);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => state;

    // A sum costs one instruction, and once it is NaN it stays so. Infinities of both signs alarm needlessly, and cost time only.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => IsFloating ? watch + taps : watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => IsFloating && TTap.AnyNaN(watch);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap WatchNaN(TTap watch, TTap taps) => Watch(watch, taps);

    // As an integer −0 is the least of all, and stays so.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap WatchTies(TTap watch, TTap taps) => IsFloating ? TTap.LesserBits(watch, taps) : watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watchOfNaN, TTap watchOfTies) => Alarms(watchOfNaN) || (IsFloating && TTap.AnyNegativeZero(watchOfTies));
}

/// <summary>The maximum or minimum on registers of float or double, whatever they hold.</summary>
internal readonly unsafe struct ExactExtremeLanes<T, TTap, TOrder>(T worst) : IChoiceLanes<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TOrder : struct, IOrder
{
    public TTap Padding => TTap.Fill(worst);

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    // A lane that does not equal itself is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => TTap.Select(TTap.Equal(later, later), TOrder.Best<T, TTap>(earlier, later), later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Choose(TTap earlier, TTap later, TTap ofEarlier, TTap ofLater) =>
        TTap.Select(TTap.Equal(later, later), TOrder.SelectBetter<T, TTap>(later, earlier, ofLater, ofEarlier), ofLater);

    public TTap NoBound => Padding ^ TTap.Equal(Padding, Padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Bound(TTap tap, TTap bound) => TTap.Select(TTap.Equal(bound, Padding), bound, tap);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}

/// <summary>
/// The maximum or minimum of 16-bit floats as integers: the bits of a negative number turned over, so that integers order them. Wrong for NaN, and for
/// −0, which would be less than +0; both are watched for.
/// </summary>
/// <param name="infinity">The bits of +∞.</param>
internal readonly unsafe struct SmallFloatExtremeLanes<TTap, TOrder>(short infinity) : IChoiceLanes<short, TTap>, ITieWatch<TTap>, ILiftedOnce
    where TTap : unmanaged, ILanes<TTap, short>
    where TOrder : struct, IOrder
{
    public TTap Padding => TTap.Fill(TOrder.Worst((short)(infinity | short.MinValue), infinity));

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps ^ (TTap.Signs(taps) & TTap.Fill(short.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => TOrder.Best<short, TTap>(earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Choose(TTap earlier, TTap later, TTap ofEarlier, TTap ofLater) => TOrder.SelectBetter<short, TTap>(later, earlier, ofLater, ofEarlier);

    public TTap NoBound => TTap.Fill(TOrder.Worst(short.MaxValue, short.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Bound(TTap tap, TTap bound) => TOrder.Worse<short, TTap>(tap, bound);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => Lift(state);

    // Such taps themselves: a NaN among them remains one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) =>
        watch | (taps & (TTap.Greater(taps & TTap.Fill(short.MaxValue), TTap.Fill(infinity)) | TTap.Equal(taps, TTap.Fill(short.MinValue))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => !TTap.IsZero(watch);

    // Any bit beside the sign is a NaN's.
    public static bool AreTies(TTap watch) => TTap.IsZero(watch & TTap.Fill(short.MaxValue));

    // The greatest magnitude: of all numbers that of a NaN is greater than infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap WatchNaN(TTap watch, TTap taps) => TTap.Max(watch, taps & TTap.Fill(short.MaxValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap WatchTies(TTap watch, TTap taps) => TTap.Min(watch, taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watchOfNaN, TTap watchOfTies) =>
        !TTap.IsZero(TTap.Greater(watchOfNaN, TTap.Fill(infinity)) | TTap.Equal(watchOfTies, TTap.Fill(short.MinValue)));
}

/// <summary>The maximum or minimum of 16-bit floats, whatever they hold.</summary>
/// <param name="infinity">The bits of +∞.</param>
internal readonly unsafe struct ExactSmallFloatExtremeLanes<TTap, TOrder>(short infinity) : IChoiceLanes<short, TTap>
    where TTap : unmanaged, ILanes<TTap, short>
    where TOrder : struct, IOrder
{
    public TTap Padding => TTap.Fill(TOrder.Worst((short)(infinity | short.MinValue), infinity));

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Lift(TTap taps) => taps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Combine(TTap earlier, TTap later) => Choose(earlier, later, earlier, later);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Choose(TTap earlier, TTap later, TTap ofEarlier, TTap ofLater)
    {
        TTap isNaN = TTap.Greater(later & TTap.Fill(short.MaxValue), TTap.Fill(infinity));
        TTap isKept = TTap.Greater(earlier & TTap.Fill(short.MaxValue), TTap.Fill(infinity));
        TTap better = TTap.Select(isKept, default, TOrder.Better<short, TTap>(Order(later), Order(earlier)));
        return TTap.Select(better | isNaN, ofLater, ofEarlier);
    }

    public TTap NoBound => Padding ^ TTap.Equal(Padding, Padding);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Bound(TTap tap, TTap bound) => TTap.Select(TTap.Equal(bound, Padding), bound, tap);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TTap state, byte* extents, long factor) => state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;

    /// <summary>Integers in the order of the numbers; −0 and +0 are both 0: a negative number is the negative of its magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Order(TTap taps)
    {
        TTap signs = TTap.Signs(taps);
        // −m is ~m + 1, and signs are −1 there.
        TTap turned = (taps & TTap.Fill(short.MaxValue)) ^ signs;
        return turned + (signs & TTap.Fill(1));
    }
}
