namespace Cenote.Gpu;

using W1 = OneTurn;
using W10 = Turns<Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>>, Turns<OneTurn, OneTurn>>;
using W12 = Turns<Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>>, Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>>;
using W2 = Turns<OneTurn, OneTurn>;
using W3 = Turns<Turns<OneTurn, OneTurn>, OneTurn>;
using W4 = Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>;
using W5 = Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, OneTurn>;
using W6 = Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, Turns<OneTurn, OneTurn>>;
using W8 = Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>>;
using W9 = Turns<Turns<Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>, Turns<Turns<OneTurn, OneTurn>, Turns<OneTurn, OneTurn>>>, OneTurn>;

/// <summary>The windows of an axis, known when a kernel is compiled: what depends on them alone costs nothing.</summary>
internal interface IWindowSteps
{
    /// <summary>Taps of a window.</summary>
    static abstract int Kernel { get; }

    /// <summary>The distance between windows.</summary>
    static abstract int Stride { get; }

    /// <summary>Which tap of its last window an input is whose number is a multiple of the stride.</summary>
    static abstract int Phase { get; }

    /// <summary>A turn for each window that reads a tile of one input; of two, four and eight.</summary>
    static abstract TState OfOne<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;

    /// <inheritdoc cref="OfOne"/>
    static abstract TState OfTwo<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;

    /// <inheritdoc cref="OfOne"/>
    static abstract TState OfFour<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;

    /// <inheritdoc cref="OfOne"/>
    static abstract TState OfEight<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState>;
}

internal interface INumber
{
    static abstract int Value { get; }
}

/// <summary>So many taps, so far apart windows, padding that leaves such a remainder; and how many windows read tiles of one, two, four and eight inputs.</summary>
internal readonly struct Steps<TKernel, TStride, TPhase, TOne, TTwo, TFour, TEight> : IWindowSteps
    where TKernel : unmanaged, INumber
    where TStride : unmanaged, INumber
    where TPhase : unmanaged, INumber
    where TOne : unmanaged, ITurns
    where TTwo : unmanaged, ITurns
    where TFour : unmanaged, ITurns
    where TEight : unmanaged, ITurns
{
    public static int Kernel => TKernel.Value;

    public static int Stride => TStride.Value;

    public static int Phase => TPhase.Value;

    public static TState OfOne<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TOne.Each(state, turn, 0);

    public static TState OfTwo<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TTwo.Each(state, turn, 0);

    public static TState OfFour<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TFour.Each(state, turn, 0);

    public static TState OfEight<TState, TTurn>(TState state, TTurn turn)
        where TState : unmanaged
        where TTurn : struct, ITurn<TState> => TEight.Each(state, turn, 0);
}

internal readonly struct N0 : INumber
{
    public static int Value => 0;
}

internal readonly struct N1 : INumber
{
    public static int Value => 1;
}

internal readonly struct N2 : INumber
{
    public static int Value => 2;
}

internal readonly struct N3 : INumber
{
    public static int Value => 3;
}

internal readonly struct N4 : INumber
{
    public static int Value => 4;
}

internal readonly struct N5 : INumber
{
    public static int Value => 5;
}

/// <summary>What is done with windows that are known.</summary>
internal interface IStepsUse
{
    void Run<TSteps>()
        where TSteps : unmanaged, IWindowSteps;
}

/// <summary>The windows that kernels are compiled for.</summary>
internal static class KnownSteps
{
    public static bool Has(AxisPlan axis) => axis.Slides && (axis.Dilation == 1 || axis.Kernel == 1) && Key(axis) is (1, 1, 0) or (2, 1, 0) or (2, 2, _) or (3, 1, 0) or (3, 2, _) or (4, 4, 0) or (5, 1, 0);

    public static void Use(AxisPlan axis, IStepsUse use)
    {
        switch (Key(axis))
        {
            case (1, 1, _): use.Run<Steps<N1, N1, N0, W1, W2, W4, W8>>(); break;
            case (2, 1, _): use.Run<Steps<N2, N1, N0, W2, W3, W5, W9>>(); break;
            case (2, 2, 0): use.Run<Steps<N2, N2, N0, W1, W1, W2, W4>>(); break;
            case (2, 2, 1): use.Run<Steps<N2, N2, N1, W1, W2, W3, W5>>(); break;
            case (3, 1, _): use.Run<Steps<N3, N1, N0, W3, W4, W6, W10>>(); break;
            case (3, 2, 0): use.Run<Steps<N3, N2, N0, W2, W2, W3, W5>>(); break;
            case (3, 2, 1): use.Run<Steps<N3, N2, N1, W1, W2, W3, W5>>(); break;
            case (4, 4, 0): use.Run<Steps<N4, N4, N0, W1, W1, W1, W2>>(); break;
            default: use.Run<Steps<N5, N1, N0, W5, W6, W8, W12>>(); break;
        }
    }

    private static (long Kernel, long Stride, long Phase) Key(AxisPlan axis) => (axis.Kernel, axis.Stride, axis.Before % axis.Stride);
}
