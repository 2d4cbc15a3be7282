namespace Cenote;

/// <summary>What a reducer wants of taps that are not combined in their order.</summary>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal interface ITieWatch<TTap>
    where TTap : unmanaged
{
    /// <summary>Notes taps that tie with others and yet differ: which of them is kept depends on the order.</summary>
    TTap WatchTies(TTap watch, TTap taps);

    /// <summary>Whether such taps were seen: the work must be done again in order.</summary>
    bool AlarmsOfTies(TTap watch);
}
