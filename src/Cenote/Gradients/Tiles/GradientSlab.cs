using System.Numerics;

namespace Cenote;

/// <summary>What a tile's windows give, copied with zeros for windows that do not exist, so that no loop clips: gradients over their divisors, or gradients beside the chosen taps' numbers.</summary>
internal readonly unsafe struct GradientSlab<T, TSum, TSums, TFormat>
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from;
    private readonly OffsetMemory _offsets;
    private readonly T* _gradients;
    private readonly GradientTiles _tiles;
    private readonly GradientDivisors<TSum> _divisors;
    private readonly bool _byChannels;

    /// <param name="job">The job.</param>
    /// <param name="tiles">How it is cut.</param>
    /// <param name="byChannels">Whether channels lie side by side in a copy.</param>
    /// <param name="divisors">The divisors, where there are no offsets.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public GradientSlab(in PoolJob job, in GradientTiles tiles, bool byChannels, in GradientDivisors<TSum> divisors, byte* memory)
    {
        (_plan, _from, _offsets) = (job.Plan, job.InputLayout, job.Offsets);
        _gradients = (T*)job.Input;
        (_tiles, _divisors, _byChannels) = (tiles, divisors, byChannels);
        Values = (TSum*)memory;
        Numbers = (TSum*)(memory + SlabBytes(tiles));
        new Span<byte>(memory, checked((int)SlabBytes(tiles))).Clear();
    }

    public TSum* Values { get; }

    /// <summary>The chosen taps' numbers, as the bits of a lane, since each is compared with many taps; any where there is no window.</summary>
    public TSum* Numbers { get; }

    public static long Bytes(in GradientTiles tiles, in OffsetMemory offsets) => (offsets.Start is null ? 1 : 2) * SlabBytes(tiles);

    // Four registers may be loaded where the copy has but one element left.
    private static long SlabBytes(in GradientTiles tiles) => Scratch.Round((tiles.Depths * tiles.SlabElements + 4 * TSums.Count) * sizeof(TSum));

    /// <summary>Copies what lies at one depth.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="number">Which of the copy's depths it becomes.</param>
    /// <param name="depth">The depth.</param>
    /// <param name="firstRow">The outputs' first row; negative where that has only zeros.</param>
    /// <param name="again">How many of the rows, the first ones, are the last ones of the copy so far.</param>
    /// <param name="firstColumn">Their first column.</param>
    /// <param name="columns">How many columns.</param>
    public void Fill(in GradientTile tile, long number, long depth, long firstRow, long again, long firstColumn, long columns)
    {
        if (again > 0)
        {
            Keep(Values + number * _tiles.SlabElements, again);
            if (_offsets.Start is not null) Keep(Numbers + number * _tiles.SlabElements, again);
        }

        long rows = _plan.Height.InputLength, from = Math.Max(0, firstColumn), end = Math.Min(_plan.Width.InputLength, firstColumn + columns);
        long planes = _byChannels ? 1 : tile.Channels;
        for (long plane = 0; plane < planes; plane++)
        {
            T* gradients = _gradients + tile.Batch * _from.Batch + (tile.Channel + plane) * _from.Channel + depth * _from.Depth;
            OffsetMemory offsets = _offsets.Start is null ? default : _offsets.Plane(tile.Batch, tile.Channel + plane);
            for (long row = again; row < _tiles.SlabRows; row++)
            {
                long place = number * _tiles.SlabElements + plane * _tiles.PlaneElements + row * _tiles.Pitch, h = firstRow + row;
                bool isInside = h >= 0 && h < rows && from < end;
                if (isInside ? !_tiles.AreAlike : !_tiles.AreWhole) new Span<TSum>(Values + place, (int)_tiles.Pitch).Clear();
                if (!isInside) continue;
                place += (from - firstColumn) * _tiles.Block;
                Row(tile, gradients + h * _from.Height, depth, h, from, end, Values + place);
                if (_offsets.Start is not null) NumberRow(tile, offsets, depth * offsets.Layout.Depth + h * offsets.Layout.Height, from, end, Numbers + place);
            }
        }
    }

    // Tiles that follow one another have no more than one plane.
    private void Keep(TSum* copy, long rows)
    {
        long elements = rows * _tiles.Pitch * sizeof(TSum);
        Buffer.MemoryCopy(copy + (_tiles.SlabRows - rows) * _tiles.Pitch, copy, elements, elements);
    }

    private void Row(in GradientTile tile, T* row, long depth, long height, long from, long end, TSum* to)
    {
        bool isMean = _offsets.Start is null, hasWidths = isMean && _divisors.Widths is not null;
        Runs runs = RunsOf(_from, tile, end - from, hasWidths);
        row += from * _from.Width;
        TSum divisor = isMean ? _divisors.Row(depth, height) : TSum.One;
        for (long run = 0; run < runs.Count; run++, row += runs.Step, to += _tiles.Block)
        {
            if (!isMean) GradientCopy<T, TSum, TSums, TFormat>.Lift(row, runs.Stride, to, runs.Length);
            else if (hasWidths && !_byChannels) GradientCopy<T, TSum, TSums, TFormat>.Divide(row, runs.Stride, to, runs.Length, divisor, _divisors.Widths + from);
            else GradientCopy<T, TSum, TSums, TFormat>.Divide(row, runs.Stride, to, runs.Length, hasWidths ? divisor * _divisors.Widths[from + run] : divisor);
        }
    }

    private void NumberRow(in GradientTile tile, in OffsetMemory offsets, long place, long from, long end, TSum* to)
    {
        Runs runs = RunsOf(offsets.Layout, tile, end - from, false);
        byte* row = offsets.Start + (place + from * offsets.Layout.Width) * offsets.Size;
        for (long run = 0; run < runs.Count; run++, row += runs.Step * offsets.Size, to += _tiles.Block)
            GradientCopy<T, TSum, TSums, TFormat>.Widen(row, offsets.Size, runs.Stride, to, runs.Length);
    }

    /// <summary>The pieces of a row in which elements lie at equal distances.</summary>
    private Runs RunsOf(in TensorLayout layout, in GradientTile tile, long columns, bool byPixels)
    {
        if (!_byChannels) return new(1, 0, columns, layout.Width);
        bool isDense = layout.Channel == 1 && layout.Width == _tiles.Block && tile.Channels == _tiles.Block;
        return isDense && !byPixels ? new(1, 0, columns * _tiles.Block, 1) : new(columns, layout.Width, tile.Channels, layout.Channel);
    }

    /// <summary>Pieces of a row.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="Step">The distance between them.</param>
    /// <param name="Length">The elements of each.</param>
    /// <param name="Stride">The distance between these.</param>
    private readonly record struct Runs(long Count, long Step, long Length, long Stride);
}
