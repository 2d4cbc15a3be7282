using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Elements at any distances.</summary>
internal readonly unsafe struct StridedElements<T>(T* start, in TensorLayout layout)
    where T : unmanaged
{
    public readonly T* Start = start;
    public readonly TensorLayout Layout = layout;
}

/// <summary>What becomes of an element and the numbers that belong to it, one or two.</summary>
internal interface IElementMap
{
    static abstract bool HasTwo { get; }

    (TLanes First, TLanes Second) Of<TLanes, T>(TLanes elements, TLanes first, TLanes second)
        where TLanes : unmanaged, ILanes<TLanes, T>
        where T : unmanaged;
}

/// <summary>Passes over elements and numbers, on the widest registers.</summary>
internal static unsafe class ElementPass
{
    /// <param name="plan">Its outputs are the elements.</param>
    /// <param name="elements">The elements.</param>
    /// <param name="numbers">The numbers that belong to them; the second ones lie behind all of the first.</param>
    /// <param name="order">How those lie.</param>
    /// <param name="map">What to make of both.</param>
    /// <param name="results">Where to; over the numbers if nowhere.</param>
    /// <param name="maxDegree">How many threads.</param>
    /// <param name="cancellation">Stops a long pass.</param>
    public static void Run<T, TReal, TConvert, TMap>(PoolPlan plan, in StridedElements<T> elements, TReal* numbers, in TensorLayout order, TMap map, in StridedElements<T> results, int maxDegree, CancellationToken cancellation)
        where T : unmanaged
        where TReal : unmanaged
        where TConvert : struct, IPoolReducer<T, TReal>
        where TMap : struct, IElementMap
    {
        var job = new PoolJob(plan, elements.Start, elements.Layout, numbers, order, cancellation);
        PoolKernel kernel =
            Registers.Exist(64) ? new ElementKernel<T, TReal, TConvert, TMap, Lanes512<TReal>>(map, results)
            : Registers.Exist(32) ? new ElementKernel<T, TReal, TConvert, TMap, Lanes256<TReal>>(map, results)
            : new ElementKernel<T, TReal, TConvert, TMap, Lanes128<TReal>>(map, results);
        PlaneParallel.Run(kernel, job, maxDegree, null);
    }
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
    where TMap : struct, IElementMap
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
            if (isLifted) Lift(elements, step, lifted, length);
            Map(isLifted ? lifted : (TReal*)elements, numbers, job.Plan.OutputElements, isRounded ? rounded : results.Start is not null ? (TReal*)result : numbers, length);
            for (long i = 0; isRounded && i < length; i++) result[i * resultStep] = default(TConvert).Finish(rounded[i], 1, 1);
        }
    }

    private static void Lift(T* elements, long step, TReal* lifted, long length)
    {
        if (typeof(T) == typeof(float) && typeof(TReal) == typeof(double) && step == 1)
        {
            TensorPrimitives.ConvertTruncating(new ReadOnlySpan<float>(elements, (int)length), new Span<double>(lifted, (int)length));
            return;
        }

        for (long i = 0; i < length; i++) lifted[i] = default(TConvert).Lift(elements[i * step]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Map(TReal* elements, TReal* numbers, long apart, TReal* to, long length)
    {
        TMap made = map;
        bool makesTwo = TMap.HasTwo && to == numbers;
        long i = 0;
        for (; i + TLanes.Count <= length; i += TLanes.Count)
        {
            var (first, second) = made.Of<TLanes, TReal>(TLanes.Load(elements + i), TLanes.Load(numbers + i), TMap.HasTwo ? TLanes.Load(numbers + apart + i) : default);
            TLanes.Store(first, to + i);
            if (makesTwo) TLanes.Store(second, to + apart + i);
        }

        if (i == length) return;
        long rest = length - i;
        var (last, lastSecond) = made.Of<TLanes, TReal>(TLanes.LoadPart(elements + i, rest, default), TLanes.LoadPart(numbers + i, rest, default), TMap.HasTwo ? TLanes.LoadPart(numbers + apart + i, rest, default) : default);
        TLanes.StorePart(last, to + i, rest);
        if (makesTwo) TLanes.StorePart(lastSecond, to + apart + i, rest);
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
