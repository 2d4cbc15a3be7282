using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What the outputs of a row divide by along the width. Long rows differ at their ends only, and the table holds no more.</summary>
internal readonly unsafe struct LaneExtents
{
    /// <summary>The widest register, in lanes.</summary>
    private const long MostLanes = 64;

    /// <summary>The longest table.</summary>
    private const long MostEntries = 1 << 16;

    private readonly byte* _table;
    private readonly long _outputs, _end;
    private readonly int _size, _lanes;

    private LaneExtents(byte* table, AxisPlan axis, int size, int lanes)
    {
        _table = table;
        (_outputs, _end, _size, _lanes) = (axis.OutputLength, End(axis), size, lanes);
    }

    /// <summary>Whether a table tells all that there is to tell: not where too many windows of a row are clipped, each otherwise.</summary>
    public static bool Covers(AxisPlan axis) => Entries(axis) <= MostEntries;

    public static long Bytes(AxisPlan axis, int size, int lanes) => Scratch.Round((Entries(axis) + lanes) * size);

    /// <summary>Outputs at each end of a long row that have entries of their own: those whose windows are clipped, and registers of whole ones; of uneven windows all.</summary>
    private static long End(AxisPlan axis) => axis.Slides ? axis.MostClipped + 2 * MostLanes : axis.OutputLength;

    private static long Entries(AxisPlan axis) => Math.Min(axis.OutputLength, 2 * End(axis));

    public static LaneExtents Write<T, TTap, TState, TAcc, TReducer>(TReducer reducer, PoolPlan plan, byte* table)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan axis = plan.Width;
        var extents = new LaneExtents(table, axis, TReducer.ExtentSize, TTap.Count);
        if (TReducer.ExtentSize == 0) return extents;
        long entries = Entries(axis), end = End(axis);
        for (long i = 0; i < entries + TTap.Count; i++)
        {
            long o = i < end ? i : i + axis.OutputLength - entries;
            reducer.WriteExtent(table, i, o < axis.OutputLength ? plan.LaneDivisor(axis[o].Extent) : 1);
        }

        return extents;
    }

    /// <summary>The entries of the lanes from output <paramref name="o"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(long o) => _table + (_outputs > 2 * _end ? Folded(o) : o) * _size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Folded(long o) => o >= _outputs - _end ? o - (_outputs - 2 * _end) : Math.Min(o, _end - _lanes);
}
