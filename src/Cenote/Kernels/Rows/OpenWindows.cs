using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What the windows that are still open come to, on registers: neighbours above each other, the oldest first.</summary>
internal interface IOpenWindows<TSelf, TAcc>
    where TSelf : struct, IOpenWindows<TSelf, TAcc>
    where TAcc : unmanaged
{
    /// <summary>How many are open at once.</summary>
    static abstract int Count { get; }

    TAcc Oldest { get; }

    /// <summary>Combines what was loaded with every window.</summary>
    void Take<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc>;

    /// <summary>Combines it with all but the oldest, which has ended.</summary>
    void TakeNewer<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc>;

    /// <summary>The oldest goes, and a new one begins.</summary>
    void Shift(TAcc begun);
}

/// <summary>Combines two registers of states.</summary>
internal interface ICombine<TAcc>
    where TAcc : unmanaged
{
    TAcc Combine(TAcc earlier, TAcc later);
}

/// <summary>One window.</summary>
internal struct OneOpen<TAcc> : IOpenWindows<OneOpen<TAcc>, TAcc>
    where TAcc : unmanaged
{
    private TAcc _state;

    public static int Count => 1;

    public readonly TAcc Oldest => _state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc> => _state = combine.Combine(_state, loaded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void TakeNewer<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc>
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Shift(TAcc begun) => _state = begun;
}

/// <summary>One more than <typeparamref name="TNewer"/> has.</summary>
internal struct MoreOpen<TNewer, TAcc> : IOpenWindows<MoreOpen<TNewer, TAcc>, TAcc>
    where TNewer : struct, IOpenWindows<TNewer, TAcc>
    where TAcc : unmanaged
{
    private TAcc _state;

    // Its methods change it.
#pragma warning disable CS0649
    private TNewer _newer;
#pragma warning restore CS0649

    public static int Count => TNewer.Count + 1;

    public readonly TAcc Oldest => _state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc>
    {
        _state = combine.Combine(_state, loaded);
        _newer.Take(combine, loaded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeNewer<TCombine>(TCombine combine, TAcc loaded)
        where TCombine : struct, ICombine<TAcc> => _newer.Take(combine, loaded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Shift(TAcc begun)
    {
        _state = _newer.Oldest;
        _newer.Shift(begun);
    }
}
