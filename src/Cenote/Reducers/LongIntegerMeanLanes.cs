using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of bytes over windows whose sums are longer than 16 bits: widened once, and then the mean of 16-bit integers with a sign.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TTap">A register of elements.</typeparam>
/// <typeparam name="TWide">An integer of twice the width.</typeparam>
/// <typeparam name="TWides">A register of these.</typeparam>
/// <typeparam name="TSum">What <typeparamref name="TMean"/> carries from tap to tap.</typeparam>
/// <typeparam name="TSums">As many of these as a register of <typeparamref name="TWide"/> has lanes.</typeparam>
/// <typeparam name="TMean">The mean of the wider integers.</typeparam>
internal readonly unsafe struct LongIntegerMeanLanes<T, TTap, TWide, TWides, TSum, TSums, TMean>(TMean mean) : ILaneReducer<T, TTap, TSum, Pair<TSums, TSum>>, IRunningSum
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

    public static int ExtentSize => TMean.ExtentSize;

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    public static bool IsExact => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TSums, TSum> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TWides>(taps);
        return new(mean.Lift(lower), mean.Lift(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> LiftFrom(T* taps)
    {
        var (lower, upper) = TTap.WidenFrom<TWides>(taps);
        return new(default(TMean).Lift(lower), default(TMean).Lift(upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> Subtract(Pair<TSums, TSum> sums, Pair<TSums, TSum> terms) => new(TMean.Subtract(sums.Lower, terms.Lower), TMean.Subtract(sums.Upper, terms.Upper));

    // A difference of bytes is a number of 16 bits, with a sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> Change(T* entering, T* leaving)
    {
        var (lower, upper) = TTap.WidenFrom<TWides>(entering);
        var (lessLower, lessUpper) = TTap.WidenFrom<TWides>(leaving);
        return new(default(TMean).Lift(lower - lessLower), default(TMean).Lift(upper - lessUpper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TSums, TSum> RunningSums(Pair<TSums, TSum> terms, ref Pair<TSums, TSum> before)
    {
        TSums last = before.Lower, lower = TMean.RunningSums(terms.Lower, ref last), upper = TMean.RunningSums(terms.Upper, ref last);
        before = new(last, last);
        return new(lower, upper);
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
