namespace Cenote;

/// <summary>A lane reducer that keeps one of the taps that it combines, and says which.</summary>
internal interface IChoiceLanes<T, TTap> : ILaneReducer<T, TTap, T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>All bits of the lanes where combining keeps the later operand.</summary>
    TTap Prefers(TTap earlier, TTap later);
}
