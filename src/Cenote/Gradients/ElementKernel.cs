using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Elements at any distances.</summary>
internal readonly unsafe struct StridedElements<T>(T* start, in TensorLayout layout)
    where T : unmanaged
{
    public readonly T* Start = start;
    public readonly TensorLayout Layout = layout;
}

/// <summary>
/// Makes new numbers of some planes' elements and as many dense numbers, one by one, in the numbers' place or as elements elsewhere. Input and output are those of the job's plan's outputs: elements, numbers.
/// </summary>
/// <param name="map">What to make of an element and a number.</param>
/// <param name="results">Where to; over the numbers if nowhere.</param>
internal sealed unsafe class ElementKernel<T, TReal, TConvert, TMap, TLanes>(TMap map, StridedElements<T> results) : PoolKernel
    where T : unmanaged
    where TReal : unmanaged
    where TConvert : struct, IPoolReducer<T, TReal>
    where TMap : struct, ILaneMap
    where TLanes : unmanaged, ILanes<TLanes, TReal>
{
    /// <summary>The elements of a piece of a line: few, that they stay in the first cache.</summary>
    private const long Piece = 1 << 10;

    public override string Name => "elements";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is a piece of a line.</summary>
    public override long Units(in PoolJob job) => Lines.Of(job, results.Layout).Pieces;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements;

    // Bounds: lines have the plan's lengths; the last lanes of one are loaded and stored in part.
    public override void Run(in PoolJob job, long first, long end)
    {
        Lines lines = Lines.Of(job, results.Layout);
        TReal* lifted = stackalloc TReal[(int)Piece], rounded = stackalloc TReal[(int)Piece];
        for (long unit = first; unit < end; unit++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (line, at) = lines[unit];
            long length = Math.Min(Piece, lines.Length - at), step = lines.Step(job.InputLayout), resultStep = lines.Step(results.Layout);
            T* elements = (T*)job.Input + lines.Place(line, job.InputLayout) + at * step;
            T* result = results.Start + lines.Place(line, results.Layout) + at * resultStep;
            TReal* numbers = (TReal*)job.Output + line * lines.Length + at;
            bool isLifted = typeof(T) != typeof(TReal) || step != 1, isRounded = results.Start is not null && (typeof(T) != typeof(TReal) || resultStep != 1);
            for (long i = 0; isLifted && i < length; i++) lifted[i] = default(TConvert).Lift(elements[i * step]);
            Map(isLifted ? lifted : (TReal*)elements, numbers, isRounded ? rounded : results.Start is not null ? (TReal*)result : numbers, length);
            for (long i = 0; isRounded && i < length; i++) result[i * resultStep] = default(TConvert).Finish(rounded[i], 1, 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Map(TReal* elements, TReal* numbers, TReal* to, long length)
    {
        TMap made = map;
        long i = 0;
        for (; i + TLanes.Count <= length; i += TLanes.Count) TLanes.Store(made.Of<TLanes, TReal>(TLanes.Load(elements + i), TLanes.Load(numbers + i)), to + i);
        if (i < length) TLanes.StorePart(made.Of<TLanes, TReal>(TLanes.LoadPart(elements + i, length - i, default), TLanes.LoadPart(numbers + i, length - i, default)), to + i, length - i);
    }

    /// <summary>The elements of a plan's outputs as lines of the dense numbers: all of them where the others lie alike, else along the channels where these lie side by side, or the width.</summary>
    private readonly record struct Lines(PoolPlan Plan, bool AreOne, bool ByChannels)
    {
        public static Lines Of(in PoolJob job, in TensorLayout results)
        {
            TensorLayout order = Along(job.Plan, job.OutputLayout);
            bool isDense = Along(job.Plan, job.InputLayout) == order && (results == default || Along(job.Plan, results) == order);
            return new(job.Plan, isDense, order.Channel == 1);
        }

        public long Length => AreOne ? Plan.OutputElements : ByChannels ? Plan.Channels : Plan.Width.OutputLength;

        public long Pieces => Plan.OutputElements / Math.Max(1, Length) * PerLine;

        private long PerLine => (Length + Piece - 1) / Piece;

        public (long Line, long At) this[long unit]
        {
            get
            {
                var (line, piece) = Math.DivRem(unit, PerLine);
                return (line, piece * Piece);
            }
        }

        public long Step(in TensorLayout layout) => AreOne ? 1 : ByChannels ? layout.Channel : layout.Width;

        public long Place(long line, in TensorLayout layout)
        {
            if (AreOne) return 0;
            long inner = ByChannels ? Plan.Width.OutputLength : 1;
            (line, long w) = Math.DivRem(line, inner);
            (line, long h) = Math.DivRem(line, Plan.Height.OutputLength);
            (line, long d) = Math.DivRem(line, Plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(line, ByChannels ? 1 : Plan.Channels);
            return n * layout.Batch + c * layout.Channel + d * layout.Depth + h * layout.Height + w * layout.Width;
        }

        private static TensorLayout Along(PoolPlan plan, in TensorLayout layout) => layout.Along(plan.Batch, plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
    }
}
