namespace Cenote;

internal sealed unsafe partial class PyramidKernel<T, TState, TReducer, TPairs>
{
    /// <returns>Of how many outputs, channels counted, there are means too.</returns>
    private long FoldTaps(in PyramidRows<T> rows, long step, in Row row, TState* sums, long from, byte* room)
    {
        AxisPlan width = _levels[0].Plan.Width;
        long channels = _channels, made = from, means = from;
        if (from == 0 && AddsPairs(step))
        {
            long alike = Math.Min(_whole, row.Kind.Pixels), whole = alike > 0 ? alike : _whole;
            T* output = alike > 0 ? row.Output : null;
            if (_pairs.Taps(PairsOf(_taps, rows, whole, room, Prefetch.Distance), whole * channels, _levels.Length == 1 && output != null ? null : sums, output, row.Kind.By)) (made, means) = (whole, alike);
        }

        for (long o = made; o < width.OutputLength; o++)
        {
            long taps = Math.Min(_widthBlock, width.InputLength - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = _reducer.Identity;
                T* first = rows.First + o * _widthBlock * step + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        T* tap = first + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = _reducer.Combine(state, _reducer.Lift(tap[k * step]));
                    }
                }

                sums[o * channels + c] = state;
            }
        }

        return means * channels;
    }

    /// <summary>Rows in which the two numbers that are to be added lie side by side: of several channels a copy.</summary>
    private PyramidRows<TNumber> PairsOf<TNumber>(in PixelPairs<TNumber> pairs, in PyramidRows<TNumber> rows, long outputs, byte* room, long ahead = 0)
        where TNumber : unmanaged
    {
        if (_channels == 1) return rows;
        long length = 2 * outputs * _channels;
        var copy = (TNumber*)room;
        for (long i = 0; i < rows.Count; i++) pairs.Copy(rows.First + i / rows.Heights * rows.DepthStep + i % rows.Heights * rows.HeightStep, outputs, copy + i * length, ahead);
        return new(copy, rows.Depths, rows.Heights * length, rows.Heights, length);
    }

    private void FoldSums(int level, in PyramidRows<TState> rows, TState* sums, long from, byte* room)
    {
        long channels = _channels, outputs = _levels[level - 1].Plan.Width.OutputLength, below = _levels[level - 2].Plan.Width.OutputLength, made = from;
        if (from == 0 && AddsPairs(channels) && Math.Min(outputs, below / 2) is var whole && _pairs.Sums(PairsOf(_sums, rows, whole, room), whole * channels, sums)) made = whole;
        for (long o = made; o < outputs; o++)
        {
            long taps = Math.Min(_widthBlock, below - o * _widthBlock);
            for (long c = 0; c < channels; c++)
            {
                TState state = _reducer.Identity;
                TState* first = rows.First + o * _widthBlock * channels + c;
                for (long i = 0; i < rows.Depths; i++)
                {
                    for (long j = 0; j < rows.Heights; j++)
                    {
                        TState* row = first + i * rows.DepthStep + j * rows.HeightStep;
                        for (long k = 0; k < taps; k++) state = _reducer.Combine(state, row[k * channels]);
                    }
                }

                sums[o * channels + c] = state;
            }
        }
    }

    /// <summary>The outputs of one row, from <paramref name="made"/> on.</summary>
    private void Finish(in Row row, long made, TState* sums)
    {
        RowKind kind = row.Kind;
        long channels = _channels, outputs = kind.Plan.Width.OutputLength;
        for (long i = made; i < outputs * channels; i++)
        {
            var (o, c) = Math.DivRem(i, channels);
            Window width = o == outputs - 1 ? kind.LastWidth : kind.Width;
            row.Output[o * kind.To.Width + c * kind.To.Channel] = _reducer.Finish(sums[i], kind.Count * width.Count, kind.Plan.Divisor(kind.Extent * width.Extent));
        }
    }

    /// <summary>A row of outputs: where it lies, and what it has in common with others.</summary>
    private readonly struct Row(RowKind kind, T* output)
    {
        public readonly RowKind Kind = kind;
        public readonly T* Output = output;
    }

    /// <summary>The rows of a level that are clipped alike: of each axis only the last window may differ from the first but in its place.</summary>
    private sealed class RowKind
    {
        public readonly PoolPlan Plan;
        public readonly TensorLayout To;
        public readonly Window Width, LastWidth;
        public readonly long Count, Extent;

        /// <summary>The divisor of all but perhaps the last output.</summary>
        public readonly PairDivision By;

        /// <summary>How many outputs, channels counted, can be divided alike on registers; and how many pixels.</summary>
        public readonly long Alike, Pixels;

        private RowKind(PyramidLevel level, bool lastDepth, bool lastHeight, long channels, IntegerRounding rounding, TPairs pairs)
        {
            (Plan, To) = (level.Plan, level.Layout);
            long outputs = Plan.Width.OutputLength;
            Window depth = Plan.Depth[lastDepth ? Plan.Depth.OutputLength - 1 : 0], height = Plan.Height[lastHeight ? Plan.Height.OutputLength - 1 : 0];
            (Width, LastWidth) = (Plan.Width[0], Plan.Width[outputs - 1]);
            (Count, Extent) = (depth.Count * height.Count, depth.Extent * height.Extent);
            By = new(Count * Width.Count, Plan.Divisor(Extent * Width.Extent), rounding);
            if (To.Width != channels || (channels > 1 && To.Channel != 1) || !pairs.Divides(By)) return;
            Pixels = LastWidth.Extent == Width.Extent && LastWidth.Count == Width.Count ? outputs : outputs - 1;
            Alike = channels * Pixels;
        }

        /// <summary>Those that no axis clips, the last along the height, along the depth, and along both.</summary>
        public static RowKind[] Of(PyramidLevel level, long channels, IntegerRounding rounding, TPairs pairs) =>
            [.. Enumerable.Range(0, 4).Select(last => new RowKind(level, last >= 2, last % 2 == 1, channels, rounding, pairs))];
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
