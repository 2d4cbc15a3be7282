using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>As <see cref="WideMeanLanes{TTap, TDoubles}"/>, with the doubles in one register twice as wide, where there is one.</summary>
internal readonly unsafe struct ExpandedMeanLanes<TTap, TDoubles> : ILaneReducer<float, TTap, double, TDoubles>
    where TTap : unmanaged, ILanes<TTap, float>
    where TDoubles : unmanaged, ILanes<TDoubles, double>
{
    public bool Accepts(PoolPlan plan) => true;

    public TTap Padding => default;

    public static int ExtentSize => sizeof(double);

    public bool FoldsInAnyOrder(PoolPlan plan) => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TDoubles Lift(TTap taps) => TTap.Expand<TDoubles>(taps);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TDoubles Combine(TDoubles earlier, TDoubles later) => earlier + later;

    // Adding +0 keeps a zero from being negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Finish(TDoubles state, byte* extents, long factor) => TTap.Shrink(state / (TDoubles.Load((double*)extents) * TDoubles.Fill(factor))) + default(TTap);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteExtent(byte* extents, long lane, long extent) => ((double*)extents)[lane] = Math.Max(1, extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TTap Watch(TTap watch, TTap taps) => watch;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Alarms(TTap watch) => false;
}
