using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>What the outputs of a row divide by along the width. Rows longer than the table differ at their ends only.</summary>
internal readonly unsafe struct LaneExtents
{
    /// <summary>Outputs at each end of a long row that have entries of their own.</summary>
    private const long End = 1 << 15;

    private readonly byte* _table;
    private readonly long _outputs;
    private readonly int _size, _lanes;

    private LaneExtents(byte* table, long outputs, int size, int lanes)
    {
        _table = table;
        (_outputs, _size, _lanes) = (outputs, size, lanes);
    }

    /// <summary>Whether the table tells all that there is to tell.</summary>
    public static bool Covers(AxisPlan axis) => axis.OutputLength <= 2 * End || axis.Span / axis.Stride + 2 + 2 * 64 <= End;

    public static long Bytes(AxisPlan axis, int size, int lanes) => Scratch.Round((Math.Min(axis.OutputLength, 2 * End) + lanes) * size);

    public static LaneExtents Write<T, TTap, TState, TAcc, TReducer>(TReducer reducer, PoolPlan plan, byte* table)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        AxisPlan axis = plan.Width;
        var extents = new LaneExtents(table, axis.OutputLength, reducer.ExtentSize, TTap.Count);
        if (reducer.ExtentSize == 0) return extents;
        long entries = Math.Min(axis.OutputLength, 2 * End);
        for (long i = 0; i < entries + TTap.Count; i++)
        {
            long o = i < End ? i : i + axis.OutputLength - entries;
            reducer.WriteExtent(table, i, o < axis.OutputLength ? plan.LaneDivisor(axis[o].Extent) : 1);
        }

        return extents;
    }

    /// <summary>The entries of the lanes from output <paramref name="o"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(long o) => _table + (_outputs > 2 * End ? Folded(o) : o) * _size;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Folded(long o) => o >= _outputs - End ? o - (_outputs - 2 * End) : Math.Min(o, End - _lanes);
}
