namespace Cenote;

/// <summary>A lane reducer that keeps one of the taps that it combines, and says which.</summary>
internal interface IChoiceLanes<T, TTap> : ILaneReducer<T, TTap, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>What belongs to the operand that combining keeps, whatever its bits mean.</summary>
    TTap Choose(TTap earlier, TTap later, TTap ofEarlier, TTap ofLater);

    /// <summary>A bound that no tap passes.</summary>
    TTap NoBound { get; }

    /// <summary>A tap, or what was lifted of padding where that is its bound.</summary>
    TTap Bound(TTap tap, TTap bound);
}
