using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Makes the tiles of a gradient, one after the other in the same memory.</summary>
// Bounds: a copy holds every output that GradientAxis says may read a tile's inputs, so that the shifts of taps stay inside it; rows are written as long as the tile's.
internal readonly unsafe struct TileSums<T, TSum, TSums, TFormat>
    where T : unmanaged
    where TSum : unmanaged, INumber<TSum>
    where TSums : unmanaged, ILanes<TSums, TSum>
    where TFormat : struct, IGradientFormat<T, TSum, TSums>
{
    /// <summary>Lists of taps that are kept at once: two phases along each axis of a plane.</summary>
    private const int Lists = 4;

    private readonly PoolPlan _pooling;
    private readonly TensorLayout _to;
    private readonly T* _output;
    private readonly bool _isChosen, _byChannels;
    private readonly GradientTiles _tiles;
    private readonly GradientAxis _depth, _height, _width;
    private readonly GradientSlab<T, TSum, TSums, TFormat> _slab;
    private readonly PhaseRows<TSum, TSums> _phases = new();

    /// <summary>The sums of each phase along the width, one after the other, and a row of them put together.</summary>
    private readonly TSum* _sums, _row;

    private readonly long _sumPitch, _windows;

    /// <summary>The taps that read one phase, and those along the depth.</summary>
    private readonly GradientTap<TSum>* _taps;

    private readonly AxisTap* _depths;

    public TileSums(in PoolJob job, in GradientTiles tiles, bool byChannels, byte* scratch)
    {
        (_pooling, _to, _isChosen) = (job.Plan.Transposed, job.OutputLayout, job.Offsets.Start is not null);
        _output = (T*)job.Output;
        (_tiles, _byChannels, _sumPitch) = (tiles, byChannels, SumPitch(tiles));
        _depth = new(_pooling.Depth, Take(ref scratch, GradientAxis.Bytes(_pooling.Depth)));
        _height = new(_pooling.Height, Take(ref scratch, GradientAxis.Bytes(_pooling.Height)));
        _width = new(_pooling.Width, Take(ref scratch, GradientAxis.Bytes(_pooling.Width)));
        GradientDivisors<TSum> divisors = _isChosen ? default : new(_pooling, Take(ref scratch, GradientDivisors<TSum>.Bytes(_pooling)));
        _slab = new(job, tiles, byChannels, divisors, Take(ref scratch, GradientSlab<T, TSum, TSums, TFormat>.Bytes(tiles, job.Offsets)));
        _sums = (TSum*)Take(ref scratch, _width.Stride * _sumPitch * sizeof(TSum));
        _row = (TSum*)Take(ref scratch, RowBytes(tiles));
        _taps = (GradientTap<TSum>*)Take(ref scratch, TapBytes(job.Plan));
        _windows = Windows(job.Plan);
        _depths = (AxisTap*)scratch;
    }

    public static long Bytes(in PoolJob job, in GradientTiles tiles)
    {
        PoolPlan pooling = job.Plan.Transposed;
        bool isChosen = job.Offsets.Start is not null;
        long axes = GradientAxis.Bytes(pooling.Depth) + GradientAxis.Bytes(pooling.Height) + GradientAxis.Bytes(pooling.Width);
        long copies = GradientSlab<T, TSum, TSums, TFormat>.Bytes(tiles, job.Offsets) + (isChosen ? 0 : GradientDivisors<TSum>.Bytes(pooling));
        return axes + copies + pooling.Width.Stride * SumPitch(tiles) * sizeof(TSum) + RowBytes(tiles) + TapBytes(job.Plan) + tiles.Depths * sizeof(AxisTap);
    }

    /// <summary>Makes one tile.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="before">The one that was made before it: rows that both read are copied once.</param>
    public void Make(in GradientTile tile, in GradientTile before)
    {
        var (depth, depthPhase) = _depth.At(tile.Depth);
        long firstRow = FirstRow(tile), again = tile.Follows(before) ? Math.Max(0, FirstRow(before) + _tiles.SlabRows - firstRow) : 0, firstColumn = _width.At(tile.Column).Quotient - _width.Reach;
        long columns = _width.At(tile.EndColumn - 1).Quotient - firstColumn + 1;
        int depths = 0;
        foreach (AxisTap tap in _depth.Taps(depthPhase))
        {
            if (depth + tap.Shift < 0 || depth + tap.Shift >= _pooling.Depth.OutputLength) continue;
            _slab.Fill(tile, depths, depth + tap.Shift, firstRow, again, firstColumn, columns);
            _depths[depths++] = tap;
        }

        if ((_byChannels || _to.Width == 1) && GradientRows<TSum, TSums, ToAll>.Suit(_height.Stride, _width.Stride, _byChannels ? tile.Channels : tile.EndColumn - tile.Column))
        {
            if (_isChosen) WriteRows<ToChosen>(tile, depths, firstRow, firstColumn);
            else WriteRows<ToAll>(tile, depths, firstRow, firstColumn);
            return;
        }

        for (long phase = 0; phase < _height.Stride; phase++)
        {
            long row = _height.First(phase, tile.Row);
            if (row >= tile.EndRow) continue;
            for (long columnPhase = 0; columnPhase < _width.Stride; columnPhase++) Add(tile, depths, phase, row, firstRow, columnPhase, firstColumn);
            for (; row < tile.EndRow; row += _height.Stride) Write(tile, row, _height.At(row).Quotient - firstRow, firstColumn);
        }
    }

    /// <summary>The first row of a tile's copy.</summary>
    private long FirstRow(in GradientTile tile) => _height.At(tile.Row).Quotient - _height.Reach;

    /// <summary>Sums up row by row, and writes each where it belongs.</summary>
    private void WriteRows<TGiven>(in GradientTile tile, int depths, long firstRow, long firstColumn)
        where TGiven : struct
    {
        long* counts = stackalloc long[Lists];
        long stride = _width.Stride, columns = tile.EndColumn - tile.Column;
        var (quotient, columnPhase) = _width.At(tile.Column);
        for (long phase = 0; phase < _height.Stride; phase++)
        {
            for (long i = 0; i < stride; i++)
            {
                // Behind the last phase comes the first one of the next quotient.
                var (ahead, at) = Math.DivRem(columnPhase + i, stride);
                counts[2 * phase + i] = Taps(TapList(2 * phase + i), depths, _height.Taps(phase), _width.Taps(at), ahead).Count;
            }
        }

        for (long plane = 0; plane < (_byChannels ? 1 : tile.Channels); plane++)
        {
            T* to = _output + tile.Batch * _to.Batch + (tile.Channel + plane) * _to.Channel + tile.Depth * _to.Depth + tile.Row * _to.Height + tile.Column * _to.Width;
            var (place, phase) = _height.At(tile.Row);
            for (long row = tile.Row; row < tile.EndRow; row++, to += _to.Height, phase++)
            {
                if (phase == _height.Stride) (place, phase) = (place + 1, 0);
                long list = 2 * phase, start = plane * _tiles.PlaneElements + (place - firstRow) * _tiles.Pitch + (quotient - firstColumn) * _tiles.Block;
                TSum* values = _slab.Values + start, numbers = _slab.Numbers + start;
                var taps = new GradientTaps<TSum>(TapList(list), counts[list]);
                if (_byChannels)
                {
                    Pixels<TGiven>(values, numbers, taps, stride == 1 ? taps : new(TapList(list + 1), counts[list + 1]), to, columns, tile.Channels);
                    continue;
                }

                TSum* sums = Sums(to);
                if (stride == 1) GradientRows<TSum, TSums, TGiven>.One(values, numbers, taps, sums, columns);
                else GradientRows<TSum, TSums, TGiven>.Two(values, numbers, taps, new(TapList(list + 1), counts[list + 1]), _phases, sums, columns);
                Round(sums, to, columns);
            }
        }
    }

    /// <summary>Sums up the channels of a row's pixels, of two phases in turn.</summary>
    private void Pixels<TGiven>(TSum* values, TSum* numbers, GradientTaps<TSum> taps, GradientTaps<TSum> others, T* to, long pixels, long channels)
        where TGiven : struct
    {
        if (_width.Stride == 1 && _to.Width == _tiles.Block && channels == _tiles.Block) (channels, pixels) = (channels * pixels, 1);
        bool isSecond = false;
        for (long pixel = 0; pixel < pixels; pixel++, to += _to.Width)
        {
            TSum* sums = Sums(to);
            GradientRows<TSum, TSums, TGiven>.One(values, numbers, isSecond ? others : taps, sums, channels);
            Round(sums, to, channels);
            if (_width.Stride == 1 || isSecond)
            {
                values += _tiles.Block;
                numbers += _tiles.Block;
            }

            isSecond = _width.Stride == 2 && !isSecond;
        }
    }

    /// <summary>Where the sums of a row are made: where they belong, unless they are to be rounded.</summary>
    private TSum* Sums(T* to) => typeof(T) == typeof(TSum) ? (TSum*)to : _row;

    private static void Round(TSum* sums, T* to, long length)
    {
        if (typeof(T) != typeof(TSum)) GradientCopy<T, TSum, TSums, TFormat>.Round(sums, to, 1, length);
    }

    /// <summary>Sums up the inputs of one phase, from the first row's first one to the last row's last one.</summary>
    private void Add(in GradientTile tile, int depths, long phase, long row, long firstRow, long columnPhase, long firstColumn)
    {
        long column = _width.First(columnPhase, tile.Column);
        if (column >= tile.EndColumn) return;
        long lastRow = row + (tile.EndRow - 1 - row) / _height.Stride * _height.Stride, lastColumn = column + (tile.EndColumn - 1 - column) / _width.Stride * _width.Stride;
        long planes = _byChannels ? 1 : tile.Channels;
        long start = (_height.At(row).Quotient - firstRow) * _tiles.Pitch + (_width.At(column).Quotient - firstColumn) * _tiles.Block;
        long end = (planes - 1) * _tiles.PlaneElements + (_height.At(lastRow).Quotient - firstRow) * _tiles.Pitch + (_width.At(lastColumn).Quotient - firstColumn + 1) * _tiles.Block;
        GradientTaps<TSum> taps = Taps(_taps, depths, _height.Taps(phase), _width.Taps(columnPhase), 0);
        TSum* to = _sums + columnPhase * _sumPitch + start;
        if (_isChosen) GradientSums<TSum, TSums>.AddChosen(_slab.Values + start, _slab.Numbers + start, taps, to, end - start);
        else GradientSums<TSum, TSums>.Add(_slab.Values + start, taps, to, end - start);
    }

    /// <summary>The taps that read a phase, in the order of their windows, from so many positions before the input's place on.</summary>
    private GradientTaps<TSum> Taps(GradientTap<TSum>* to, int depths, ReadOnlySpan<AxisTap> rows, ReadOnlySpan<AxisTap> columns, long ahead)
    {
        int count = 0;
        for (int i = 0; i < depths; i++)
        {
            foreach (AxisTap row in rows)
            {
                long shift = i * _tiles.SlabElements + row.Shift * _tiles.Pitch, number = (_depths[i].Number * _pooling.Height.Kernel + row.Number) * _pooling.Width.Kernel;
                foreach (AxisTap column in columns) to[count++] = new(shift + (column.Shift + ahead) * _tiles.Block, GradientCopy<T, TSum, TSums, TFormat>.Bits(number + column.Number));
            }
        }

        return new(to, count);
    }

    /// <summary>Writes one row of the result, of every plane.</summary>
    private void Write(in GradientTile tile, long row, long place, long firstColumn)
    {
        long columns = tile.EndColumn - tile.Column;
        var (quotient, phase) = _width.At(tile.Column);
        TSum* sums = _sums + place * _tiles.Pitch + (quotient - firstColumn) * _tiles.Block;
        T* to = _output + tile.Batch * _to.Batch + tile.Channel * _to.Channel + tile.Depth * _to.Depth + row * _to.Height + tile.Column * _to.Width;
        if (_byChannels)
        {
            WritePixels(sums, phase, to, columns, tile.Channels);
            return;
        }

        for (long plane = 0; plane < tile.Channels; plane++, sums += _tiles.PlaneElements, to += _to.Channel)
        {
            TSum* ready = sums;
            if (_width.Stride > 1)
            {
                ready = typeof(T) == typeof(TSum) && _to.Width == 1 ? (TSum*)to : _row;
                _phases.Join(sums, _sumPitch, _width.Stride, phase, ready, columns);
            }

            if (ready != (TSum*)to) GradientCopy<T, TSum, TSums, TFormat>.Round(ready, to, _to.Width, columns);
        }
    }

    private void WritePixels(TSum* sums, long phase, T* to, long pixels, long channels)
    {
        if (_width.Stride == 1 && _to.Width == _tiles.Block && channels == _tiles.Block)
        {
            GradientCopy<T, TSum, TSums, TFormat>.Round(sums, to, 1, pixels * channels);
            return;
        }

        for (long pixel = WriteNarrow(ref sums, ref phase, ref to, pixels, channels); pixel < pixels; pixel++, to += _to.Width)
        {
            GradientCopy<T, TSum, TSums, TFormat>.Round(sums + phase * _sumPitch, to, 1, channels);
            if (++phase < _width.Stride) continue;
            phase = 0;
            sums += _tiles.Block;
        }
    }

    /// <summary>Of pixels that lie side by side and fill no more than two registers, writes whole registers: what lies behind is the next pixels, written later. Returns how many have room for that.</summary>
    // Bounds: behind the sums there is room for registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private long WriteNarrow(ref TSum* sums, ref long phase, ref T* to, long pixels, long channels)
    {
        bool isOne = typeof(T) == typeof(TSum) && channels <= TSums.Count;
        long lanes = isOne ? TSums.Count : 2 * TSums.Count, stride = _width.Stride, pitch = _sumPitch;
        if (channels > lanes || _to.Width != channels) return 0;
        long narrow = Math.Max(0, pixels - (lanes - 1) / channels), at = phase;
        TSum* from = sums;
        T* result = to;
        for (long pixel = 0; pixel < narrow; pixel++, result += channels)
        {
            TSum* pixelSums = from + at * pitch;
            if (isOne) TSums.Store(TSums.Load(pixelSums), (TSum*)result);
            else TFormat.Store(TSums.Load(pixelSums), TSums.Load(pixelSums + TSums.Count), result);
            if (++at < stride) continue;
            at = 0;
            from += channels;
        }

        sums = from;
        phase = at;
        to = result;
        return narrow;
    }

    private static long SumPitch(in GradientTiles tiles) => (tiles.SlabElements + 4 * TSums.Count + Scratch.Alignment - 1) / Scratch.Alignment * Scratch.Alignment;

    private static long RowBytes(in GradientTiles tiles) => Scratch.Round((tiles.Columns * tiles.Block + TSums.Count) * sizeof(TSum));

    private static long TapBytes(PoolPlan plan) => Scratch.Round(Lists * Windows(plan) * sizeof(GradientTap<TSum>));

    private static long Windows(PoolPlan plan) => plan.Depth.Kernel * plan.Height.Kernel * plan.Width.Kernel;

    /// <summary>Where the taps of one of several phases lie.</summary>
    private GradientTap<TSum>* TapList(long number) => _taps + number * _windows;

    private static byte* Take(ref byte* scratch, long bytes)
    {
        byte* taken = scratch;
        scratch += bytes;
        return taken;
    }
}
