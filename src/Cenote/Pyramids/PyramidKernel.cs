using System.Numerics;

namespace Cenote;

/// <summary>All levels of a pyramid from one read of the input. A row of a level is made of the rows below it as soon as these are there, so that what is carried from level to level stays in the cache: a row or two of each.</summary>
internal static class PyramidKernel
{
    /// <summary>Sums of so many bytes, or numbers of 16 bits, and half a divisor fit 32 bits.</summary>
    private const long MostBytes = 1 << 24, MostShorts = 1 << 16;

    /// <summary>Counts that a float holds.</summary>
    private const long MostCounted = 1 << 24;

    /// <param name="layer">The reduction.</param>
    /// <param name="type">The element type.</param>
    /// <param name="levels">Where the levels go.</param>
    /// <param name="channels">How many channels lie side by side: they are walked together.</param>
    public static PoolKernel Of(BlockReduce layer, ElementType type, PyramidLevel[] levels, long channels)
    {
        long taps = levels[^1].Plan.MaxExtent;
        bool isMean = layer.Method == Reduction.Mean, isCounted = isMean && layer.CountsData, isPlain = isMean && !layer.CountsData;
        IntegerRounding rounding = layer.IntegerRounding;
        return type switch
        {
            ElementType.Byte when isPlain && taps <= MostBytes => new PyramidKernel<byte, uint, IntegerMean<byte, uint>, BytePairs>(new(rounding), default, layer, levels, channels),
            ElementType.UInt16 when isPlain && taps <= MostShorts => new PyramidKernel<ushort, uint, IntegerMean<ushort, uint>, ShortPairs>(new(rounding), default, layer, levels, channels),
            ElementType.Single when isPlain => new PyramidKernel<float, float, SingleMean, FloatPairs>(default, default, layer, levels, channels),
            ElementType.Byte when isCounted && taps <= MostBytes => Counted<byte, ByteTallies>(new(BlockReducer.Missing<byte>(layer), layer.MinCount)),
            ElementType.UInt16 when isCounted && taps <= MostShorts => Counted<ushort, ShortTallies>(new(BlockReducer.Missing<ushort>(layer), layer.MinCount)),
            ElementType.Single when isCounted && taps <= MostCounted => new PyramidKernel<float, ulong, FloatTally, FloatTallies>(
                new(Missing(layer), layer.MinCount), new(Missing(layer), layer.MinCount), layer, levels, channels),
            _ => BlockReducer.Use<PoolKernel, Maker>(layer, type, new(layer, levels, channels)),
        };

        PoolKernel Counted<T, TPairs>(TPairs pairs)
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
            where TPairs : struct, IPairs<T, ulong> => new PyramidKernel<T, ulong, IntegerTally<T>, TPairs>(new(new(rounding), BlockReducer.Missing<T>(layer), layer.MinCount), pairs, layer, levels, channels);
    }

    private static MissingTaps<float> Missing(BlockReduce layer) => BlockReducer.Missing(layer, float.NaN, value => (float)value);

    private readonly struct Maker(BlockReduce layer, PyramidLevel[] levels, long channels) : IBlockReducerUser<PoolKernel>
    {
        PoolKernel IBlockReducerUser<PoolKernel>.Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing) =>
            new PyramidKernel<T, TState, TReducer, NoPairs<T, TState>>(reducer, default, layer, levels, channels);
    }
}

/// <inheritdoc cref="PyramidKernel"/>
internal sealed unsafe partial class PyramidKernel<T, TState, TReducer, TPairs> : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
    where TPairs : struct, IPairs<T, TState>
{
    /// <summary>Rows enough to share among threads: where a level has fewer, it and those above are made of sums that are kept.</summary>
    private const long LeastRows = 64;

    private readonly TReducer _reducer;
    private readonly TPairs _pairs;
    private readonly PyramidLevel[] _levels;
    private readonly RowKind[][] _kinds;

    /// <summary>Two and four pixels in the order of one channel, two sums, and two means put back.</summary>
    private readonly PixelPairs<T> _taps, _fours, _means;
    private readonly PixelPairs<TState> _sums;
    private readonly long _channels, _groups, _roomBytes, _depthBlock, _heightBlock, _widthBlock;

    /// <summary>How many blocks of the input are whole along the width.</summary>
    private readonly long _whole;

    /// <summary>The states of a level's row, and where in the working memory its rows begin, in bytes; behind the last level, the end.</summary>
    private readonly long[] _lengths, _starts;

    /// <summary>The highest level that has rows to share.</summary>
    private readonly int _shared;

    public PyramidKernel(TReducer reducer, TPairs pairs, BlockReduce layer, PyramidLevel[] levels, long channels)
    {
        (_reducer, _pairs, _levels, _channels) = (reducer, pairs, levels, channels);
        (_depthBlock, _heightBlock, _widthBlock) = (Block(layer, 0), Block(layer, 1), Block(layer, 2));
        _whole = Math.Min(levels[0].Plan.Width.OutputLength, levels[0].Plan.Width.InputLength / _widthBlock);
        _kinds = [.. levels.Select(level => RowKind.Of(level, channels, layer.IntegerRounding, pairs))];
        _groups = levels[0].Plan.Batch * (levels[0].Plan.Channels / channels);
        _lengths = [.. levels.Select(level => level.Plan.Width.OutputLength * channels)];
        _starts = new long[levels.Length + 1];
        for (int i = 0; i < levels.Length; i++) _starts[i + 1] = _starts[i] + Scratch.Round(_depthBlock * _heightBlock * _lengths[i] * sizeof(TState));
        (_taps, _fours, _means, _sums) = (new(2, channels), new(4, channels), new(channels, 2), new(2, channels));
        // Of several channels: the rows of a block, or those of a block of blocks and their means.
        long rows = _depthBlock * _heightBlock;
        long ofTwo = _widthBlock == 2 && _fours.Shuffles && rows <= PyramidBlocks<T>.Most ? (2 * Math.Min(rows * rows, PyramidBlocks<T>.Most) + rows) * sizeof(T) : 0;
        _roomBytes = channels > 1 ? _lengths[0] * Math.Max(rows * Math.Max(_widthBlock * sizeof(T), sizeof(TState)), ofTwo) : 0;
        for (_shared = levels.Length; _shared > 1 && _groups * Rows(levels[_shared - 1].Plan) < LeastRows;) _shared--;
    }

    public override string Name => "pyramid";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the highest level that has rows to share.</summary>
    public override long Units(in PoolJob job) => _groups * Rows(_levels[_shared - 1].Plan);

    public override double Cost(in PoolJob job) => job.Plan.InputElements * (0.1 * sizeof(T));

    public override long PartialBytes(in PoolJob job) => _shared == _levels.Length ? 0 : Units(job) * _lengths[_shared - 1] * sizeof(TState);

    // Bounds: rows, and outputs of a row, are those of the levels' plans; the last block of an axis is clipped to the lengths of what is below.
    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = _levels[_shared - 1].Plan;
        byte* scratch = Scratch.Of(_starts[^1] + 2 * PyramidBlocks<T>.Most * sizeof(T*) + _roomBytes);
        Walk walk = default;
        for (long unit = first, group = -1; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            var (own, d) = Math.DivRem(rest, plan.Depth.OutputLength);
            // Of volumes rows are so short that divisions show.
            if (own != group) walk = new(job, group = own, _channels, scratch, null);
            TState* sums = _shared == _levels.Length ? (TState*)(scratch + _starts[_shared - 1]) : (TState*)job.Partials + unit * _lengths[_shared - 1];
            Make(walk, _shared, d, h, sums);
        }
    }

    public override void Complete(in PoolJob job)
    {
        int top = _levels.Length;
        if (_shared == top) return;
        PoolPlan plan = _levels[^1].Plan;
        byte* scratch = Scratch.Of(_starts[^1] + 2 * PyramidBlocks<T>.Most * sizeof(T*) + _roomBytes);
        for (long group = 0; group < _groups; group++)
        {
            var walk = new Walk(job, group, _channels, scratch, (TState*)job.Partials + group * Rows(_levels[_shared - 1].Plan) * _lengths[_shared - 1]);
            for (long d = 0; d < plan.Depth.OutputLength; d++)
                for (long h = 0; h < plan.Height.OutputLength; h++) Make(walk, top, d, h, (TState*)(scratch + _starts[top - 1]));
        }
    }

    private static long Block(BlockReduce layer, int axis) => axis - (3 - layer.SpatialRank) is var own && own >= 0 ? layer.BlockSize[own] : 1;

    private static long Rows(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength;

    /// <summary>Makes one row of a level from output <paramref name="from"/> on, and of all levels below it that are not there yet.</summary>
    private void Make(in Walk walk, int level, long d, long h, TState* sums, long from = 0)
    {
        PoolPlan plan = _levels[level - 1].Plan;
        if (from == plan.Width.OutputLength) return;
        Row row = At(walk, level, d, h);
        if (level == 1)
        {
            Finish(row, FoldTaps(Taps(walk, d, h), walk.From.Width, row, sums, from, Room(walk)), sums);
            return;
        }

        PoolPlan below = _levels[level - 2].Plan;
        long depth = d * _depthBlock, height = h * _heightBlock, length = _lengths[level - 2];
        long depths = Math.Min(_depthBlock, below.Depth.OutputLength - depth), heights = Math.Min(_heightBlock, below.Height.OutputLength - height);
        TState* kept = level - 1 == _shared ? walk.Kept : null, first = (TState*)(walk.Scratch + _starts[level - 2]);
        if (kept != null)
        {
            FoldSums(level, new(kept + (depth * below.Height.OutputLength + height) * length, depths, below.Height.OutputLength * length, heights, length), sums, 0, Room(walk));
        }
        else
        {
            long made = level == 2 && (depths == 1 || TPairs.TakesManyRows) ? MakeTwo(walk, depth, depths, height, heights, sums) : 0;
            for (long i = 0; i < depths; i++)
                for (long j = 0; j < heights; j++) Make(walk, level - 1, depth + i, height + j, first + (i * heights + j) * length, made * _widthBlock);
            FoldSums(level, new(first, depths, heights * length, heights, length), sums, made, Room(walk));
            // Rows below that are dropped here are outputs there; their sums nobody needs.
            long endDepth = d == plan.Depth.OutputLength - 1 ? below.Depth.OutputLength : depth + depths, endHeight = h == plan.Height.OutputLength - 1 ? below.Height.OutputLength : height + heights;
            for (long i = depth; i < endDepth; i++)
                for (long j = i < depth + depths ? height + heights : height; j < endHeight; j++) Make(walk, level - 1, i, j, first);
        }

        RowKind kind = row.Kind;
        Finish(row, kind.Alike > 0 && _pairs.Means(sums, kind.Alike, kind.By, row.Output) ? kind.Alike : 0, sums);
    }

    /// <summary>Makes the sums of a row of the second level, and the means below them, at once.</summary>
    /// <returns>How many outputs of the second level have been made; the others need all that is below them.</returns>
    private long MakeTwo(in Walk walk, long depth, long depths, long height, long heights, TState* sums)
    {
        long rows = _depthBlock * _heightBlock, blocks = depths * heights;
        bool arePixels = _channels > 1;
        if (!AddsPairs(walk.From.Width) || rows * blocks > PyramidBlocks<T>.Most || (arePixels && !_fours.Shuffles)) return 0;
        T** taps = (T**)(walk.Scratch + _starts[^1]), outputs = taps + PyramidBlocks<T>.Most, tap = taps;
        RowKind kind = At(walk, 1, depth, height).Kind;
        for (long i = 0, block = 0; i < depths; i++)
        {
            for (long j = 0; j < heights; j++, block++)
            {
                PyramidRows<T> read = Taps(walk, depth + i, height + j);
                Row row = At(walk, 1, depth + i, height + j);
                if (read.Count != rows || row.Kind.By != kind.By) return 0;
                for (long d = 0; d < read.Depths; d++)
                    for (long h = 0; h < read.Heights; h++) *tap++ = read.First + d * read.DepthStep + h * read.HeightStep;
                outputs[block] = row.Output;
            }
        }

        long made = Math.Min(_levels[1].Plan.Width.OutputLength, Math.Min(_whole, kind.Pixels) / 2), ahead = Prefetch.Rows(heights * _heightBlock * walk.From.Height * sizeof(T));
        if (!arePixels) return _pairs.Two(new(taps, rows, outputs, blocks, ahead, Prefetch.Pays(_levels[0].Plan.InputElements * sizeof(T))), made, sums, kind.By) ? made : 0;
        return TwoOfPixels(new(taps, rows, outputs, blocks, ahead), made, sums, kind.By, (T*)Room(walk)) ? made : 0;
    }

    /// <summary>The same of pixels, four of which are put into the order of one channel: the sums of the first level then lie in pairs as well, and its means are put back.</summary>
    private bool TwoOfPixels(in PyramidBlocks<T> blocks, long outputs, TState* sums, in PairDivision by, T* room)
    {
        T** taps = stackalloc T*[(int)(blocks.Rows * blocks.Blocks)], means = stackalloc T*[(int)blocks.Blocks];
        for (long i = 0; i < blocks.Rows * blocks.Blocks; i++, room += 4 * outputs * _channels)
        {
            taps[i] = room;
            _fours.Copy(blocks.Taps[i], outputs, room, Prefetch.Distance);
        }

        for (long i = 0; i < blocks.Blocks; i++) means[i] = room + 2 * i * outputs * _channels;
        if (!_pairs.Two(new(taps, blocks.Rows, means, blocks.Blocks, 0), outputs * _channels, sums, by)) return false;
        for (long i = 0; i < blocks.Blocks; i++) _means.Copy(means[i], outputs, blocks.Outputs[i]);
        return true;
    }

    private Row At(in Walk walk, int level, long d, long h)
    {
        PyramidLevel made = _levels[level - 1];
        TensorLayout to = made.Layout;
        return new(
            _kinds[level - 1][(d == made.Plan.Depth.OutputLength - 1 ? 2 : 0) + (h == made.Plan.Height.OutputLength - 1 ? 1 : 0)],
            (T*)made.Output + walk.N * to.Batch + walk.C * to.Channel + d * to.Depth + h * to.Height);
    }

    /// <summary>Whether dense pixels are added in pairs.</summary>
    private bool AddsPairs(long step) => _widthBlock == 2 && step == _channels && typeof(TPairs) != typeof(NoPairs<T, TState>);

    /// <summary>Room for the rows of a block, of taps or of sums, where their order is another than that of the channels.</summary>
    private byte* Room(in Walk walk) => walk.Scratch + _starts[^1] + 2 * PyramidBlocks<T>.Most * sizeof(T*);

    private PyramidRows<T> Taps(in Walk walk, long d, long h)
    {
        PoolPlan plan = _levels[0].Plan;
        long depth = d * _depthBlock, height = h * _heightBlock;
        return new(
            walk.Input + depth * walk.From.Depth + height * walk.From.Height,
            Math.Min(_depthBlock, plan.Depth.InputLength - depth),
            walk.From.Depth,
            Math.Min(_heightBlock, plan.Height.InputLength - height),
            walk.From.Height);
    }
}
