using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of bytes over windows whose sums are longer than 16 bits: widened once, and then the mean of 16-bit integers.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TWide">An integer of twice the width.</typeparam>
/// <typeparam name="TWides">A register of these.</typeparam>
/// <typeparam name="TSum">What <typeparamref name="TMean"/> carries from tap to tap.</typeparam>
/// <typeparam name="TSums">As many of these as a register of <typeparamref name="TWide"/> has lanes.</typeparam>
/// <typeparam name="TMean">The mean of the wider integers.</typeparam>
internal readonly unsafe struct LongIntegerMeanLanes<T, TTap, TWide, TWides, TSum, TSums, TMean>(TMean mean) : ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TWide : unmanaged
    where TWides : unmanaged, ILanes<TWides, TWide>
    where TSum : unmanaged
    where TSums : unmanaged, IRegister<TSums, TSum>
    where TMean : struct, ILaneReducer<TWide, TWides, TSum, TSums>
{
    public bool Accepts(PoolPlan plan) => mean.Accepts(plan);

    public TTap Padding => default;

    public int ExtentSize => mean.ExtentSize;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public bool IsLong => true;

    public bool IsExact => true;

    public bool IsIdempotent => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TSums, TSum> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TWides>(taps);
        return new(mean.Lift(lower), mean.Lift(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TSums, TSum> Combine(Pair<TSums, TSum> earlier, Pair<TSums, TSum> later) => new(mean.Combine(earlier.Lower, later.Lower), mean.Combine(earlier.Upper, later.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TSums, TSum> state, byte* extents, long factor) =>
        TTap.Narrow(mean.Finish(state.Lower, extents, factor), mean.Finish(state.Upper, extents + TWides.Count * ExtentSize, factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => mean.WriteExtent(extents, lane, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
