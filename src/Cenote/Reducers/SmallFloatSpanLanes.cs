using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// The maximum or minimum of 16-bit floats tap by tap, without putting each in order: of their bits as signed integers the greatest is the greatest number, unless all are negative, when the
/// least is. So both are kept, side by side, which no line of states has room for. Of a minimum signs are turned over before and after. NaN of one sign comes out as the greatest, of the other as the
/// greatest without a sign, which is watched; −0 matters only where the greatest is +0.
/// </summary>
/// <param name="infinity">The bits of +∞.</param>
internal readonly unsafe struct SmallFloatSpanLanes<TTap, TOrder>(short infinity) : ILaneReducer<short, TTap, short, Pair<TTap, short>>
    where TTap : unmanaged, ILanes<TTap, short>
    where TOrder : struct, IOrder
{
    private static bool IsMinimum
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(TOrder) == typeof(Least);
    }

    public TTap Padding => TTap.Fill(TOrder.Worst((short)(infinity | short.MinValue), infinity));

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TTap, short> Lift(TTap taps)
    {
        TTap turned = Turn(taps);
        return new(turned, turned);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TTap, short> Combine(Pair<TTap, short> earlier, Pair<TTap, short> later) => new(TTap.Max(earlier.Lower, later.Lower), TTap.Min(earlier.Upper, later.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TTap, short> state, byte* extents, long factor) => Turn(TTap.Select(TTap.Signs(state.Lower), state.Upper, state.Lower));

    // Signs turned over, the order without signs is the one with signs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => IsMinimum ? TTap.Max(watch, taps) : TTap.GreaterBits(watch, taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTap WatchState(TTap watch, Pair<TTap, short> state)
    {
        TTap ties = TTap.Equal(state.Lower, default) & TTap.Equal(state.Upper, TTap.Fill(short.MinValue));
        return IsMinimum ? TTap.Max(watch, (state.Lower | ties) & TTap.Fill(short.MaxValue)) : TTap.GreaterBits(watch, state.Lower | ties | TTap.Fill(short.MinValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => !TTap.IsZero(TTap.Greater(IsMinimum ? watch : watch ^ TTap.Fill(short.MinValue), TTap.Fill(infinity)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTap Turn(TTap taps) => IsMinimum ? taps ^ TTap.Fill(short.MinValue) : taps;
}

/// <summary>The same of whatever there is.</summary>
internal readonly unsafe struct ExactSmallFloatSpanLanes<TTap, TOrder>(ExactSmallFloatExtremeLanes<TTap, TOrder> reducer) : ILaneReducer<short, TTap, short, Pair<TTap, short>>
    where TTap : unmanaged, ILanes<TTap, short>
    where TOrder : struct, IOrder
{
    public TTap Padding => reducer.Padding;

    public bool Accepts(PoolPlan plan) => true;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    public static bool IsIdempotent => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TTap, short> Lift(TTap taps) => new(taps, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TTap, short> Combine(Pair<TTap, short> earlier, Pair<TTap, short> later) => new(reducer.Combine(earlier.Lower, later.Lower), default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TTap, short> state, byte* extents, long factor) => state.Lower;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
