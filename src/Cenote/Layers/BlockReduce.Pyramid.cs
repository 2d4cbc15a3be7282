using System.Numerics.Tensors;

namespace Cenote;

public abstract partial class BlockReduce
{
    /// <summary>Inputs of fewer elements are pooled as windows; so are pixels of as many bytes, which fill registers as they are.</summary>
    private const long LeastPaired = 1 << 16, WidePixel = 32;

    /// <summary>The layer that makes one level of a pyramid by itself: the same reduction of blocks of <see cref="BlockSize"/> to the power of <paramref name="level"/>.</summary>
    /// <param name="level">From 1, which is this layer.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is below 1, or its blocks have 2³¹ elements or more along an axis.</exception>
    public BlockReduce AtLevel(int level)
    {
        if (level < 1) throw new ArgumentOutOfRangeException(nameof(level), $"level is {level}; it must be at least 1.");
        Span<int> sizes = stackalloc int[SpatialRank];
        for (int axis = 0; axis < SpatialRank; axis++)
        {
            double size = Math.Pow(_blockSize[axis], level);
            sizes[axis] = size <= int.MaxValue ? (int)size
                : throw new ArgumentOutOfRangeException(nameof(level), $"level is {level}; blocks of {_blockSize[axis]} to that power have more than 2^31 − 1 elements along the {WindowOptions.AxisName(axis, SpatialRank)}.");
        }

        return Of(Spatial.Create(sizes));
    }

    /// <summary>Makes several levels of a pyramid from one read of the input: blocks of <see cref="BlockSize"/>, of its square, its cube, and so on.</summary>
    /// <remarks>Each level is what <see cref="AtLevel"/> makes of the input, not of the level before: sums are carried on before they are divided and rounded. Integers are exact; floating-point sums are grouped by level, and so within k·ε.</remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="levels">How many; at least 1.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call.</param>
    /// <returns>The levels, the largest first, each in the input's memory order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no levels, or their blocks are too large (see <see cref="AtLevel"/>).</exception>
    /// <exception cref="ArgumentException">The shape does not suit a level (see <see cref="PoolLayer.Plan"/>), or an output is larger than one array.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot be pooled.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Layer.MaxDegreeOfParallelism"/> was not set, and CENOTE_NUM_THREADS holds no number of threads.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Tensor<T>[] Pyramid<T>(Tensor<T> input, int levels, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(input);
        ElementTypes.Of<T>();
        PoolPlan[] plans = Levels(input.Lengths, levels);
        Tensor<T>[] outputs = [.. plans.Select(plan => Allocate<T>("output", plan.OutputShape, input.Lengths, input.Strides))];
        Pyramid<T>(input.AsReadOnlyTensorSpan(), levels, level => outputs[level - 1].AsTensorSpan(), progress, cancellationToken);
        return outputs;
    }

    /// <param name="input">N×C×spatial or C×spatial, any strides.</param>
    /// <param name="levels">How many; at least 1.</param>
    /// <param name="output">Asked once for each level, from 1: of the shape that <see cref="AtLevel"/> has, any strides that give each element a place of its own; they share no memory with the input or each other.</param>
    /// <param name="progress">Told the fraction done, rising to 1; from any thread.</param>
    /// <param name="cancellationToken">Stops a long call; the outputs are then partly written.</param>
    /// <exception cref="ArgumentException">A shape does not suit, or memory is shared. Nothing has been written.</exception>
    /// <inheritdoc cref="Pyramid{T}(Tensor{T}, int, IProgress{double}, CancellationToken)"/>
    public unsafe void Pyramid<T>(in ReadOnlyTensorSpan<T> input, int levels, Func<int, TensorSpan<T>> output, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(output);
        ElementType type = ElementTypes.Of<T>();
        PoolPlan[] plans = Levels(input.Lengths, levels);
        fixed (T* from = &input.GetPinnableReference())
        {
            var places = new List<MemoryPlace>() { new(nameof(input), (nint)from, [.. input.Lengths], [.. input.Strides]) };
            Bind(plans, places, output, () =>
            {
                var made = places.Skip(1).Select((place, i) => new PyramidLevel(plans[i], (void*)place.Start, TensorLayout.Of(place.Strides, SpatialRank)));
                RunPyramid(type, (void*)places[0].Start, TensorLayout.Of(places[0].Strides, SpatialRank), [.. made], progress, cancellationToken);
            });
        }
    }

    // One level of a pyramid, where its kernel adds neighbours faster than windows are pooled.
    private protected override unsafe void Run(ElementType type, in PoolJob job, IProgress<double>? progress)
    {
        if (AddsPairs(type, job)) RunPyramid(type, job.Input, job.InputLayout, [new(job.Plan, job.Output, job.OutputLayout)], progress, job.Cancellation);
        else base.Run(type, job, progress);
    }

    /// <summary>Whether the reduction is a mean of pairs that lie side by side, in rows or in dense pixels. Small ones have kernels that leave no garbage.</summary>
    private bool AddsPairs(ElementType type, in PoolJob job) =>
        Method == Reduction.Mean && type is ElementType.Byte or ElementType.UInt16 or ElementType.Single
        && job.Plan.Width.Kernel == 2 && job.Plan.Height.Kernel <= 2 && job.Plan.Depth.Kernel <= 2 && (job.InputLayout.Width == 1 || IsNarrow(type, job.InputLayout, job.Plan.Channels)) && job.Plan.InputElements >= LeastPaired;

    private static bool IsNarrow(ElementType type, in TensorLayout layout, long channels) => layout.Channel == 1 && layout.Width == channels && channels * ElementTypes.Size(type) < WidePixel;

    /// <summary>Whether levels can be made each of the one before, without losing anything.</summary>
    private bool IsRepeatable => Method is Reduction.Max or Reduction.Min && MinCount == 1;

    private BlockReduce Of(Spatial blockSize) => SpatialRank switch
    {
        1 => new BlockReduce1d(blockSize, Method) { Edge = Edge, IgnoreNaN = IgnoreNaN, NoData = NoData, MinCount = MinCount, IntegerRounding = IntegerRounding, MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        2 => new BlockReduce2d(blockSize, Method) { Edge = Edge, IgnoreNaN = IgnoreNaN, NoData = NoData, MinCount = MinCount, IntegerRounding = IntegerRounding, MaxDegreeOfParallelism = MaxDegreeOfParallelism },
        _ => new BlockReduce3d(blockSize, Method) { Edge = Edge, IgnoreNaN = IgnoreNaN, NoData = NoData, MinCount = MinCount, IntegerRounding = IntegerRounding, MaxDegreeOfParallelism = MaxDegreeOfParallelism },
    };

    private PoolPlan[] Levels(ReadOnlySpan<nint> inputShape, int levels)
    {
        if (levels < 1) throw new ArgumentOutOfRangeException(nameof(levels), $"levels is {levels}; it must be at least 1.");
        var plans = new PoolPlan[levels];
        for (int level = 1; level <= levels; level++) plans[level - 1] = AtLevel(level).Plan(inputShape);
        return plans;
    }

    /// <summary>Pins one level's memory after the other, each checked against all before it.</summary>
    private static unsafe void Bind<T>(PoolPlan[] plans, List<MemoryPlace> places, Func<int, TensorSpan<T>> output, Action run)
        where T : unmanaged
    {
        int level = places.Count;
        if (level > plans.Length)
        {
            run();
            return;
        }

        TensorSpan<T> span = output(level);
        Require.Shape(nameof(output), span.Lengths, plans[level - 1].OutputShape, plans[level - 1]);
        fixed (T* to = &span.GetPinnableReference())
        {
            var place = new MemoryPlace($"level {level}", (nint)to, [.. span.Lengths], [.. span.Strides]);
            foreach (MemoryPlace other in places) Require.Apart(nameof(output), place.Region(sizeof(T)), other.Name, other.Region(sizeof(T)));
            places.Add(place);
            Bind(plans, places, output, run);
        }
    }

    private unsafe void RunPyramid(ElementType type, void* input, in TensorLayout layout, PyramidLevel[] levels, IProgress<double>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (levels[0].Plan.OutputElements == 0)
        {
            progress?.Report(1);
            return;
        }

        if (PicksTap)
        {
            for (int i = 0; i < levels.Length; i++)
                Run(i == 0 ? Operator : AtLevel(i + 1).Operator, type, PoolJob.Of(levels[i].Plan, input, layout, levels[i].Output, levels[i].Layout, cancellation), PartProgress.Of(progress, i, levels.Length));
            return;
        }

        if (!IsRepeatable)
        {
            PoolKernel kernel = PyramidKernel.Of(this, type, levels, layout.Channel == 1 ? levels[0].Plan.Channels : 1);
            PlaneParallel.Run(kernel, PoolJob.Of(levels[^1].Plan, input, layout, levels[^1].Output, levels[^1].Layout, cancellation), MaxDegreeOfParallelism, progress);
            return;
        }

        void* from = input;
        TensorLayout order = layout;
        ReadOnlySpan<nint> shape = levels[0].Plan.InputShape;
        for (int i = 0; i < levels.Length; i++)
        {
            Run(Operator, type, PoolJob.Of(CreatePlan(shape), from, order, levels[i].Output, levels[i].Layout, cancellation), null);
            from = levels[i].Output;
            order = levels[i].Layout;
            shape = levels[i].Plan.OutputShape;
            progress?.Report((i + 1.0) / levels.Length);
        }
    }

    /// <summary>A tensor's memory by what it is called.</summary>
    private sealed record MemoryPlace(string Name, nint Start, nint[] Lengths, nint[] Strides)
    {
        public MemoryRegion Region(int elementSize) => new((nuint)Start, elementSize, Lengths, Strides);
    }
}
