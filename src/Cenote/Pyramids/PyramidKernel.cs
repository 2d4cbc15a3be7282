namespace Cenote;

/// <summary>All levels of a pyramid from one read of the input. A row of a level is made of the rows below it as soon as these are there, so that what is carried from level to level stays in the cache: a row or two of each.</summary>
internal static class PyramidKernel
{
    /// <summary>Sums of so many bytes, or numbers of 16 bits, and half a divisor fit 32 bits.</summary>
    private const long MostBytes = 1 << 24, MostShorts = 1 << 16;

    public static PoolKernel Of(BlockReduce layer, ElementType type, PyramidLevel[] levels)
    {
        bool isMean = layer.Method == Reduction.Mean && !layer.CountsData;
        long taps = levels[^1].Plan.MaxExtent;
        return type switch
        {
            ElementType.Byte when isMean && taps <= MostBytes => new PyramidKernel<byte, uint, IntegerMean<byte, uint>, BytePairs>(new(layer.IntegerRounding), layer, levels),
            ElementType.UInt16 when isMean && taps <= MostShorts => new PyramidKernel<ushort, uint, IntegerMean<ushort, uint>, ShortPairs>(new(layer.IntegerRounding), layer, levels),
            ElementType.Single when isMean => new PyramidKernel<float, float, SingleMean, FloatPairs>(default, layer, levels),
            _ => BlockReducer.Use<PoolKernel, Maker>(layer, type, new(layer, levels)),
        };
    }

    private readonly struct Maker(BlockReduce layer, PyramidLevel[] levels) : IBlockReducerUser<PoolKernel>
    {
        PoolKernel IBlockReducerUser<PoolKernel>.Use<T, TState, TReducer, TNumber>(TReducer reducer, TNumber number, MissingTaps<T> missing) =>
            new PyramidKernel<T, TState, TReducer, NoPairs<T, TState>>(reducer, layer, levels);
    }
}

/// <inheritdoc cref="PyramidKernel"/>
internal sealed unsafe class PyramidKernel<T, TState, TReducer, TPairs>(TReducer reducer, BlockReduce layer, PyramidLevel[] levels) : PoolKernel
    where T : unmanaged
    where TState : unmanaged
    where TReducer : struct, IPoolReducer<T, TState>
    where TPairs : struct, IPairs<T, TState>
{
    /// <summary>Rows enough to share among threads: where a level has fewer, it and those above are made of sums that are kept.</summary>
    private const long LeastRows = 64;

    private readonly PyramidLevel[] _levels = levels;
    private readonly long _depthBlock = Block(layer, 0), _heightBlock = Block(layer, 1), _widthBlock = Block(layer, 2);

    public override string Name => "pyramid";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the highest level that has rows to share.</summary>
    public override long Units(in PoolJob job) => Groups(job) * Rows(_levels[Shared(job) - 1].Plan);

    public override double Cost(in PoolJob job) => job.Plan.InputElements * (0.1 * sizeof(T));

    public override long PartialBytes(in PoolJob job)
    {
        int shared = Shared(job);
        return shared == _levels.Length ? 0 : Groups(job) * Rows(_levels[shared - 1].Plan) * RowLength(job, shared) * sizeof(TState);
    }

    // Bounds: rows, and outputs of a row, are those of the levels' plans; the last block of an axis is clipped to the lengths of what is below.
    public override void Run(in PoolJob job, long first, long end)
    {
        int shared = Shared(job);
        PoolPlan plan = _levels[shared - 1].Plan;
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(unit, plan.Height.OutputLength);
            var (group, d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var rows = new Walk(job, group, Scratch.Of(ScratchBytes(job, shared)));
            TState* kept = shared == _levels.Length ? rows.Row(this, shared) : (TState*)job.Partials + unit * RowLength(job, shared);
            Make(rows, shared, d, h, kept);
        }
    }

    public override void Complete(in PoolJob job)
    {
        int top = _levels.Length;
        PoolPlan plan = _levels[^1].Plan;
        for (long group = 0; group < Groups(job); group++)
        {
            var rows = new Walk(job, group, Scratch.Of(ScratchBytes(job, top)));
            for (long d = 0; d < plan.Depth.OutputLength; d++)
                for (long h = 0; h < plan.Height.OutputLength; h++) Make(rows, top, d, h, rows.Row(this, top));
        }
    }

    private static long Block(BlockReduce layer, int axis) => axis - (3 - layer.SpatialRank) is var own && own >= 0 ? layer.BlockSize[own] : 1;

    private static long Rows(PoolPlan plan) => plan.Depth.OutputLength * plan.Height.OutputLength;

    /// <summary>Channels that lie side by side are walked together.</summary>
    private static long ChannelsOf(in PoolJob job) => job.InputLayout.Channel == 1 ? job.Plan.Channels : 1;

    private static long Groups(in PoolJob job) => job.Plan.Batch * (job.Plan.Channels / ChannelsOf(job));

    private long RowLength(in PoolJob job, int level) => _levels[level - 1].Plan.Width.OutputLength * ChannelsOf(job);

    private int Shared(in PoolJob job)
    {
        int level = _levels.Length;
        while (level > 1 && Groups(job) * Rows(_levels[level - 1].Plan) < LeastRows) level--;
        return level;
    }

    /// <summary>For each level but the highest the rows that one above is made of; of the highest a single one.</summary>
    private long ScratchBytes(in PoolJob job, int top)
    {
        long bytes = Cenote.Scratch.Round(RowLength(job, top) * sizeof(TState));
        for (int level = 1; level < top; level++) bytes += Cenote.Scratch.Round(_depthBlock * _heightBlock * RowLength(job, level) * sizeof(TState));
        return bytes;
    }

    /// <summary>Makes one row of a level, and of all levels below it that are not there yet.</summary>
    private void Make(in Walk walk, int level, long d, long h, TState* sums)
    {
        PoolJob job = walk.Job;
        PoolPlan plan = _levels[level - 1].Plan;
        long depth = d * _depthBlock, height = h * _heightBlock;
        if (level == 1)
        {
            TensorLayout from = job.InputLayout;
            var taps = new PyramidRows<T>(
                walk.Input + depth * from.Depth + height * from.Height,
                Math.Min(_depthBlock, plan.Depth.InputLength - depth),
                from.Depth,
                Math.Min(_heightBlock, plan.Height.InputLength - height),
                from.Height);
            FoldTaps(walk, taps, sums);
        }
        else
        {
            PoolPlan below = _levels[level - 2].Plan;
            long length = RowLength(job, level - 1), depths = Math.Min(_depthBlock, below.Depth.OutputLength - depth), heights = Math.Min(_heightBlock, below.Height.OutputLength - height);
            TState* kept = walk.Kept(this, level - 1), first = walk.Row(this, level - 1);
            if (kept != null)
            {
                FoldSums(walk, level, new(kept + (depth * below.Height.OutputLength + height) * length, depths, below.Height.OutputLength * length, heights, length), sums);
            }
            else
            {
                for (long i = 0; i < depths; i++)
                    for (long j = 0; j < heights; j++) Make(walk, level - 1, depth + i, height + j, first + (i * heights + j) * length);
                FoldSums(walk, level, new(first, depths, heights * length, heights, length), sums);
                // Rows below that are dropped here are outputs there; their sums nobody needs.
                long endDepth = d == plan.Depth.OutputLength - 1 ? below.Depth.OutputLength : depth + depths, endHeight = h == plan.Height.OutputLength - 1 ? below.Height.OutputLength : height + heights;
                for (long i = depth; i < endDepth; i++)
                    for (long j = i < depth + depths ? height + heights : height; j < endHeight; j++) Make(walk, level - 1, i, j, first);
            }
        }

        Finish(walk, level, d, h, sums);
    }

    private void FoldTaps(in Walk walk, in PyramidRows<T> rows, TState* sums)
    {
        AxisPlan width = _levels[0].Plan.Width;
        long channels = walk.Channels, step = walk.Job.InputLayout.Width, whole = Math.Min(width.OutputLength, width.InputLength / _widthBlock), made = 0;
        if (_widthBlock == 2 && channels == 1 && step == 1) made = TPairs.Taps(rows, whole, sums);
        for (long o = made; o < width.OutputLength; o++)
        {
            long taps = Math.Min(_widthBlock, width.InputLength - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = reducer.Identity;
                T* from = rows.First + o * _widthBlock * step + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        T* row = from + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = reducer.Combine(state, reducer.Lift(row[k * step]));
                    }
                }

                sums[o * channels + c] = state;
            }
        }
    }

    private void FoldSums(in Walk walk, int level, in PyramidRows<TState> rows, TState* sums)
    {
        long channels = walk.Channels, outputs = _levels[level - 1].Plan.Width.OutputLength, below = _levels[level - 2].Plan.Width.OutputLength, made = 0;
        if (_widthBlock == 2 && channels == 1) made = TPairs.Sums(rows, Math.Min(outputs, below / 2), sums);
        for (long o = made; o < outputs; o++)
        {
            long taps = Math.Min(_widthBlock, below - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = reducer.Identity;
                TState* from = rows.First + o * _widthBlock * channels + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        TState* row = from + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = reducer.Combine(state, row[k * channels]);
                    }
                }

                sums[o * channels + c] = state;
            }
        }
    }

    /// <summary>The outputs of one row. Only the last one's window may be clipped along the width.</summary>
    private void Finish(in Walk walk, int level, long d, long h, TState* sums)
    {
        PoolPlan plan = _levels[level - 1].Plan;
        TensorLayout to = _levels[level - 1].Layout;
        Window depth = plan.Depth[d], height = plan.Height[h], whole = plan.Width[0], last = plan.Width[plan.Width.OutputLength - 1];
        long channels = walk.Channels, outputs = plan.Width.OutputLength, made = 0;
        T* row = (T*)_levels[level - 1].Output + walk.N * to.Batch + walk.C * to.Channel + d * to.Depth + h * to.Height;
        if (to.Width == channels && (channels == 1 || to.Channel == 1))
        {
            long alike = last.Extent == whole.Extent ? outputs : outputs - 1;
            made = TPairs.Means(sums, alike * channels, plan.Divisor(depth.Extent * height.Extent * whole.Extent), layer.IntegerRounding, row);
        }

        for (long i = made; i < outputs * channels; i++)
        {
            var (o, c) = Math.DivRem(i, channels);
            Window width = o == outputs - 1 ? last : whole;
            long divisor = plan.Divisor(depth.Extent * height.Extent * width.Extent);
            row[o * to.Width + c * to.Channel] = reducer.Finish(sums[i], depth.Count * height.Count * width.Count, divisor);
        }
    }

    /// <summary>One plane, or the channels of one image, on one thread.</summary>
    private readonly struct Walk(in PoolJob job, long group, byte* scratch)
    {
        public readonly PoolJob Job = job;
        public readonly long Group = group, Channels = ChannelsOf(job);

        public long N => Group / (Job.Plan.Channels / Channels);

        public long C => Channels == Job.Plan.Channels ? 0 : Group % Job.Plan.Channels;

        public T* Input => (T*)Job.Input + N * Job.InputLayout.Batch + C * Job.InputLayout.Channel;

        /// <summary>Where a level's rows are put.</summary>
        public TState* Row(PyramidKernel<T, TState, TReducer, TPairs> kernel, int level)
        {
            byte* from = scratch;
            for (int lower = 1; lower < level; lower++) from += Cenote.Scratch.Round(kernel._depthBlock * kernel._heightBlock * kernel.RowLength(Job, lower) * sizeof(TState));
            return (TState*)from;
        }

        /// <summary>The sums that the units left of a level; null where it is none of theirs.</summary>
        public TState* Kept(PyramidKernel<T, TState, TReducer, TPairs> kernel, int level)
        {
            PoolJob job = Job;
            return level == kernel.Shared(job) && job.Partials != null
                ? (TState*)job.Partials + Group * Rows(kernel._levels[level - 1].Plan) * kernel.RowLength(job, level) : null;
        }
    }
}
