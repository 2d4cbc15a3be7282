using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The mean of floats over a whole plane: added as doubles, divided once, rounded once.</summary>
internal readonly unsafe struct WideMeanLanes<TTap, TDoubles> : ILaneReducer<float, TTap, double, Pair<TDoubles, double>>
    where TTap : unmanaged, ILanes<TTap, float>
    where TDoubles : unmanaged, ILanes<TDoubles, double>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TDoubles, double> Lift(TTap taps)
    {
        var (lower, upper) = TTap.Widen<TDoubles>(taps);
        return new(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Pair<TDoubles, double> Combine(Pair<TDoubles, double> earlier, Pair<TDoubles, double> later) => new(earlier.Lower + later.Lower, earlier.Upper + later.Upper);

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(Pair<TDoubles, double> state, byte* extents, long factor)
    {
        TDoubles rest = TDoubles.Fill(factor);
        TDoubles lower = state.Lower / (TDoubles.Load((double*)extents) * rest), upper = state.Upper / (TDoubles.Load((double*)extents + TDoubles.Count) * rest);
        return TTap.Narrow(lower, upper) + default(TTap);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
