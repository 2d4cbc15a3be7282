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
internal sealed unsafe class PyramidKernel<T, TState, TReducer, TPairs> : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
    where TPairs : struct, IPairs<T, TState>
{
    /// <summary>Rows enough to share among threads: where a level has fewer, it and those above are made of sums that are kept.</summary>
    private const long LeastRows = 64;

    private readonly TReducer _reducer;
    private readonly TPairs _pairs;
    private readonly IntegerRounding _rounding;
    private readonly PyramidLevel[] _levels;
    private readonly BlockWindows[] _windows;
    private readonly long _channels, _groups, _depthBlock, _heightBlock, _widthBlock;

    /// <summary>The states of a level's row, and where in the working memory its rows begin, in bytes; behind the last level, the end.</summary>
    private readonly long[] _lengths, _starts;

    /// <summary>The highest level that has rows to share.</summary>
    private readonly int _shared;

    public PyramidKernel(TReducer reducer, TPairs pairs, BlockReduce layer, PyramidLevel[] levels, long channels)
    {
        (_reducer, _pairs, _rounding, _levels, _channels) = (reducer, pairs, layer.IntegerRounding, levels, channels);
        (_depthBlock, _heightBlock, _widthBlock) = (Block(layer, 0), Block(layer, 1), Block(layer, 2));
        _windows = [.. levels.Select(level => new BlockWindows(level.Plan))];
        _groups = levels[0].Plan.Batch * (levels[0].Plan.Channels / channels);
        _lengths = [.. levels.Select(level => level.Plan.Width.OutputLength * channels)];
        _starts = new long[levels.Length + 1];
        for (int i = 0; i < levels.Length; i++) _starts[i + 1] = _starts[i] + Scratch.Round(_depthBlock * _heightBlock * _lengths[i] * sizeof(TState));
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
        byte* scratch = Scratch.Of(_starts[^1]);
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            var (group, d) = Math.DivRem(rest, plan.Depth.OutputLength);
            TState* sums = _shared == _levels.Length ? (TState*)(scratch + _starts[_shared - 1]) : (TState*)job.Partials + unit * _lengths[_shared - 1];
            Make(new(job, group, _channels, scratch, null), _shared, d, h, sums);
        }
    }

    public override void Complete(in PoolJob job)
    {
        int top = _levels.Length;
        if (_shared == top) return;
        PoolPlan plan = _levels[^1].Plan;
        byte* scratch = Scratch.Of(_starts[^1]);
        for (long group = 0; group < _groups; group++)
        {
            var walk = new Walk(job, group, _channels, scratch, (TState*)job.Partials + group * Rows(_levels[_shared - 1].Plan) * _lengths[_shared - 1]);
            for (long d = 0; d < plan.Depth.OutputLength; d++)
                for (long h = 0; h < plan.Height.OutputLength; h++) Make(walk, top, d, h, (TState*)(scratch + _starts[top - 1]));
        }
    }

    private static long Block(BlockReduce layer, int axis) => axis - (3 - layer.SpatialRank) is var own && own >= 0 ? layer.BlockSize[own] : 1;

    private static long Rows(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength;

    /// <summary>Makes one row of a level, and of all levels below it that are not there yet.</summary>
    private void Make(in Walk walk, int level, long d, long h, TState* sums)
    {
        PoolPlan plan = _levels[level - 1].Plan;
        var row = new Row(this, walk, level, d, h);
        long depth = d * _depthBlock, height = h * _heightBlock;
        if (level == 1)
        {
            var taps = new PyramidRows<T>(
                walk.Input + depth * walk.From.Depth + height * walk.From.Height,
                Math.Min(_depthBlock, plan.Depth.InputLength - depth),
                walk.From.Depth,
                Math.Min(_heightBlock, plan.Height.InputLength - height),
                walk.From.Height);
            Finish(row, FoldTaps(walk, taps, row, sums), sums);
            return;
        }

        PoolPlan below = _levels[level - 2].Plan;
        long length = _lengths[level - 2], depths = Math.Min(_depthBlock, below.Depth.OutputLength - depth), heights = Math.Min(_heightBlock, below.Height.OutputLength - height);
        TState* kept = level - 1 == _shared ? walk.Kept : null, first = (TState*)(walk.Scratch + _starts[level - 2]);
        if (kept != null)
        {
            FoldSums(level, new(kept + (depth * below.Height.OutputLength + height) * length, depths, below.Height.OutputLength * length, heights, length), sums);
        }
        else
        {
            for (long i = 0; i < depths; i++)
                for (long j = 0; j < heights; j++) Make(walk, level - 1, depth + i, height + j, first + (i * heights + j) * length);
            FoldSums(level, new(first, depths, heights * length, heights, length), sums);
            // Rows below that are dropped here are outputs there; their sums nobody needs.
            long endDepth = d == plan.Depth.OutputLength - 1 ? below.Depth.OutputLength : depth + depths, endHeight = h == plan.Height.OutputLength - 1 ? below.Height.OutputLength : height + heights;
            for (long i = depth; i < endDepth; i++)
                for (long j = i < depth + depths ? height + heights : height; j < endHeight; j++) Make(walk, level - 1, i, j, first);
        }

        Finish(row, row.Alike > 0 && _pairs.Means(sums, row.Alike, row.By, row.Output) ? row.Alike : 0, sums);
    }

    /// <returns>How many means have been made too.</returns>
    private long FoldTaps(in Walk walk, in PyramidRows<T> rows, in Row row, TState* sums)
    {
        AxisPlan width = _levels[0].Plan.Width;
        long channels = _channels, step = walk.From.Width, whole = Math.Min(width.OutputLength, width.InputLength / _widthBlock), made = 0, means = 0;
        if (_widthBlock == 2 && channels == 1 && step == 1)
        {
            // Whole blocks all have the same divisor here.
            long alike = Math.Min(whole, row.Alike);
            T* output = alike > 0 ? row.Output : null;
            if (alike == 0) alike = whole;
            if (_pairs.Taps(rows, alike, _levels.Length == 1 && output != null ? null : sums, output, row.By)) (made, means) = (alike, output != null ? alike : 0);
        }

        for (long o = made; o < width.OutputLength; o++)
        {
            long taps = Math.Min(_widthBlock, width.InputLength - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = _reducer.Identity;
                T* from = rows.First + o * _widthBlock * step + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        T* tap = from + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = _reducer.Combine(state, _reducer.Lift(tap[k * step]));
                    }
                }

                sums[o * channels + c] = state;
            }
        }

        return means;
    }

    private void FoldSums(int level, in PyramidRows<TState> rows, TState* sums)
    {
        long channels = _channels, outputs = _levels[level - 1].Plan.Width.OutputLength, below = _levels[level - 2].Plan.Width.OutputLength, made = 0;
        if (_widthBlock == 2 && channels == 1 && Math.Min(outputs, below / 2) is var whole && _pairs.Sums(rows, whole, sums)) made = whole;
        for (long o = made; o < outputs; o++)
        {
            long taps = Math.Min(_widthBlock, below - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = _reducer.Identity;
                TState* from = rows.First + o * _widthBlock * channels + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        TState* row = from + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = _reducer.Combine(state, row[k * channels]);
                    }
                }

                sums[o * channels + c] = state;
            }
        }
    }

    /// <summary>The outputs of one row, from <paramref name="made"/> on. Only the last one's window may be clipped along the width.</summary>
    private void Finish(in Row row, long made, TState* sums)
    {
        long channels = _channels, outputs = row.Plan.Width.OutputLength;
        for (long i = made; i < outputs * channels; i++)
        {
            var (o, c) = Math.DivRem(i, channels);
            Window width = o == outputs - 1 ? row.Windows.LastWidth : row.Windows.Width;
            row.Output[o * row.To.Width + c * row.To.Channel] = _reducer.Finish(sums[i], row.Count * width.Count, row.Plan.Divisor(row.Extent * width.Extent));
        }
    }

    /// <summary>A row of outputs: where it lies, and what divides it.</summary>
    private readonly struct Row
    {
        public readonly PoolPlan Plan;
        public readonly TensorLayout To;
        public readonly BlockWindows Windows;
        public readonly T* Output;
        public readonly long Count, Extent;

        /// <summary>The divisor of all but perhaps the last output.</summary>
        public readonly PairDivision By;

        /// <summary>How many outputs, channels counted, can be divided alike on registers.</summary>
        public readonly long Alike;

        public Row(PyramidKernel<T, TState, TReducer, TPairs> kernel, in Walk walk, int level, long d, long h)
        {
            (Plan, To, Windows) = (kernel._levels[level - 1].Plan, kernel._levels[level - 1].Layout, kernel._windows[level - 1]);
            Window depth = d == Plan.Depth.OutputLength - 1 ? Windows.LastDepth : Windows.Depth, height = h == Plan.Height.OutputLength - 1 ? Windows.LastHeight : Windows.Height;
            Output = (T*)kernel._levels[level - 1].Output + walk.N * To.Batch + walk.C * To.Channel + d * To.Depth + h * To.Height;
            (Count, Extent) = (depth.Count * height.Count, depth.Extent * height.Extent);
            Window whole = Windows.Width, last = Windows.LastWidth;
            By = new(Count * whole.Count, Plan.Divisor(Extent * whole.Extent), kernel._rounding);
            long channels = kernel._channels;
            if (To.Width != channels || (channels > 1 && To.Channel != 1) || !kernel._pairs.Divides(By)) return;
            Alike = channels * (last.Extent == whole.Extent && last.Count == whole.Count ? Plan.Width.OutputLength : Plan.Width.OutputLength - 1);
        }
    }

    /// <summary>The windows of a level, of each axis the first and the last: none between them differs from the first but in its place.</summary>
    private sealed class BlockWindows(PoolPlan plan)
    {
        public readonly Window Depth = plan.Depth[0], LastDepth = plan.Depth[plan.Depth.OutputLength - 1];
        public readonly Window Height = plan.Height[0], LastHeight = plan.Height[plan.Height.OutputLength - 1];
        public readonly Window Width = plan.Width[0], LastWidth = plan.Width[plan.Width.OutputLength - 1];
    }

    /// <summary>One plane, or the channels of one image, on one thread.</summary>
    /// <param name="job">The call.</param>
    /// <param name="group">Which plane, or image.</param>
    /// <param name="channels">How many channels it has.</param>
    /// <param name="scratch">Room for the levels' rows.</param>
    /// <param name="kept">The sums that the units left of the level that they share; null where they are at work.</param>
    private readonly struct Walk(in PoolJob job, long group, long channels, byte* scratch, TState* kept)
    {
        public readonly long N = group / (job.Plan.Channels / channels), C = group % (job.Plan.Channels / channels);
        public readonly T* Input = (T*)job.Input + group / (job.Plan.Channels / channels) * job.InputLayout.Batch + group % (job.Plan.Channels / channels) * job.InputLayout.Channel;
        public readonly TensorLayout From = job.InputLayout;
        public readonly byte* Scratch = scratch;
        public readonly TState* Kept = kept;
    }
}
