namespace Cenote;

/// <summary>What a reducer wants of taps as they are loaded.</summary>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal interface ITapWatch<TTap>
    where TTap : unmanaged
{
    /// <summary>A tap that changes nothing: what stands for positions outside the input.</summary>
    TTap Padding { get; }

    /// <summary>What a copy holds of taps.</summary>
    static virtual TTap Keep(TTap taps) => taps;

    /// <summary>Notes taps with which this reducer, for the sake of speed, goes wrong.</summary>
    TTap Watch(TTap watch, TTap taps);

    /// <summary>Whether such taps were seen: the work must be done again by an exact reducer.</summary>
    bool Alarms(TTap watch);

    /// <summary>Whether all such taps tie with others that differ from them, −0 with +0: that goes wrong only where an output is such a number.</summary>
    static virtual bool AreTies(TTap watch) => false;
}
