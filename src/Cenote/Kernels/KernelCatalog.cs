using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>The kernels of one operator and element type, the fastest first; the order is the dispatch.</summary>
internal sealed class KernelCatalog
{
    /// <summary>Bytes of a pixel's channels below which rows of stride 1 are faster: dense pixels are walked as one with more channels, but for those at the borders. Measured.</summary>
    private const long FewBytes = 48;

    /// <summary>Pixels of so many bytes and channels are faster all the same where windows have few taps, of four bytes or more each. Measured.</summary>
    private const long SomeBytes = 16, SomeChannels = 3;

    /// <summary>How many taps are few; sums of them in order have a shorter step, and up to <see cref="FewTaps"/> any pixels are faster. Measured.</summary>
    private const long FewTaps = 9, FewSums = 25;

    /// <summary>Bytes of a row of outputs up to which they are faster, however many channels it has: of short rows the borders are most. Measured.</summary>
    private const long ShortRowBytes = 512;

    private readonly KernelList _planes, _kernels;

    private KernelCatalog(KernelList planes, KernelList kernels) => (_planes, _kernels) = (planes, kernels);

    public IReadOnlyList<PoolKernel> Kernels => [.. _planes.All, .. _kernels.All];

    /// <summary>The kernels given, and behind them the reference.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="kernels">In threes: those of 512, 256 and 128 bits.</param>
    public static KernelCatalog Of<T, TState, TReducer>(TReducer reducer, params ReadOnlySpan<PoolKernel[]> kernels)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : struct, IPoolReducer<T, TState>
    {
        List<KernelGroup> groups = [];
        for (int i = 0; i < kernels.Length; i += 3)
        {
            PoolKernel[] widest = kernels[i], wide = kernels[i + 1], narrow = kernels[i + 2];
            if (narrow.Length > 0) groups.AddRange([new(() => wide, () => widest), new(() => narrow)]);
        }

        return Of<T, TState, TReducer>(reducer, [], [.. groups]);
    }

    /// <summary>The same of kernels that are made when a job gets as far.</summary>
    /// <param name="reducer">Combines.</param>
    /// <param name="planes">Those for whole planes, which no other job asks.</param>
    /// <param name="groups">The others.</param>
    /// <param name="areSums">Whether taps are added in order: pixels of few channels then make small windows as fast as rows of one channel do, and short rows.</param>
    /// <param name="pixels">Those for channels-last rows that are as fast with few channels, if any.</param>
    public static KernelCatalog Of<T, TState, TReducer>(TReducer reducer, KernelGroup[] planes, KernelGroup[] groups, bool areSums = false, Func<PoolKernel[]>? pixels = null)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : struct, IPoolReducer<T, TState>
    {
        long size = Unsafe.SizeOf<T>(), few = FewBytes / size, fewTaps = size < 4 ? 0 : areSums ? FewSums : FewTaps;
        var reference = new ReferenceKernel<T, TState, TReducer>(reducer);
        KernelGroup[] inside =
        [
            new(() => [.. pixels?.Invoke() ?? [], .. Interleaved()], ofPixels: true), .. groups,
            new(() => groups.Length > 0 ? [new PlanarKernel<StridedPlanes>(new(groups), Unsafe.SizeOf<T>())] : []),
            new(() => [new UnevenWindows<T, TState, TReducer>(reducer)]),
        ];
        return new(new(planes), new([.. inside, new(() => [new ZeroPaddedKernel<T, TState, TReducer>(new(inside), reducer, reference), reference])]));

        PoolKernel[] Interleaved() => groups.Length > 0
            ? [
                new InterleavedKernel(new(groups), few, few, manyTaps: LiftsLong<T, TState>() ? 4 : 12, shortRow: areSums ? 0 : ShortRowBytes / size, fewTaps, fewestTaps: areSums ? FewTaps : 0, someChannels: Math.Max(SomeChannels, SomeBytes / size)),
                new PlanarKernel<PixelPlanes>(new(groups), Unsafe.SizeOf<T>()),
            ]
            : [];
    }

    // A Half becomes a float in so many steps that rows, which are lifted once, are worth more than pixels. Measured.
    private static bool LiftsLong<T, TState>() => typeof(T) == typeof(Half) && typeof(TState) == typeof(float);

    /// <summary>The kernels given; the last of them takes any job.</summary>
    public static KernelCatalog Of(params PoolKernel[] kernels) => new(new(), kernels);

    /// <inheritdoc cref="Of(PoolKernel[])"/>
    public static KernelCatalog Of(KernelGroup[] kernels) => new(new(), new(kernels));

    /// <summary>Every kernel on registers, bound to a reducer; none where this machine lacks such registers.</summary>
    /// <param name="reducer">The reducer for what may be expected.</param>
    /// <param name="exact">The one for plans that the first does not accept, and for taps of which it is not sure.</param>
    /// <param name="strips">Those of <see cref="Strips"/>, where registers hold what several windows come to.</param>
    /// <param name="pixels">That of <see cref="PixelWindows{T, TTap, TState, TAcc}"/>, where another reducer suits it better.</param>
    /// <param name="columns">That of <see cref="PixelColumns{T, TTap, TState, TAcc}"/>, of exact sums.</param>
    /// <param name="rows">That of <see cref="RowWindows{T, TTap, TState, TAcc}"/>, where another reducer suits it better.</param>
    public static PoolKernel[] OnRegisters<T, TTap, TState, TAcc, TReducer, TExact>(TReducer reducer, TExact exact, ReadOnlySpan<PoolKernel> strips = default, PoolKernel? pixels = null, PoolKernel? columns = null, PoolKernel? rows = null)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        PoolKernel[] channels =
        [
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, SingleTaps<T, TTap, TState, TAcc>>(reducer, exact),
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, UnevenPixels<T, TTap, TState, TAcc>>(reducer, exact),
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, FoldedWindows<T, TTap, TState, TAcc, PixelFold<T, TTap, TState, TAcc>>>(reducer, exact),
            .. columns is null ? [] : (ReadOnlySpan<PoolKernel>)[columns],
            pixels ?? new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, PixelWindows<T, TTap, TState, TAcc>>(reducer, exact),
        ];
        return
        [
            .. channels,
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, UnevenRows<T, TTap, TState, TAcc>>(reducer, exact),
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, FoldedWindows<T, TTap, TState, TAcc, TurnedFold<T, TTap, TState, TAcc>>>(reducer, exact),
            new BlockKernel<T, TTap>(channels, isQuick: TReducer.IsExact && default(TReducer) is not ILiftedOnce, default(TReducer) is ITapSum ? BlockRows.SumsInOrder : default(TReducer) is ITieWatch<TTap> ? BlockRows.Extremes : BlockRows.Short),
            .. Rows<T, TTap, TState, TAcc, TReducer, TExact>(reducer, exact, rows, strips),
        ];
    }

    /// <summary>The kernels for rows of any windows; a unit is an output row.</summary>
    /// <inheritdoc cref="OnRegisters"/>
    public static PoolKernel[] Rows<T, TTap, TState, TAcc, TReducer, TExact>(TReducer reducer, TExact exact, PoolKernel? rows, params ReadOnlySpan<PoolKernel> strips)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc> => Registers.Exist(Unsafe.SizeOf<TTap>())
        ?
        [
            .. strips,
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, RunWindows<T, TTap, TState, TAcc>>(reducer, exact),
            new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, FoldedWindows<T, TTap, TState, TAcc, WidthFold<T, TTap, TState, TAcc>>>(reducer, exact),
            rows ?? new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, RowWindows<T, TTap, TState, TAcc>>(reducer, exact),
        ]
        : [];

    /// <summary>The kernel for small windows of rows.</summary>
    /// <inheritdoc cref="OnRegisters"/>
    public static PoolKernel Strips<T, TTap, TState, TAcc, TReducer, TExact, TOrder>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TOrder : struct, ITapOrder => new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, StripWindows<T, TTap, TState, TAcc, TOrder>>(reducer, exact);

    /// <summary>The kernel for sums of many taps of rows.</summary>
    /// <inheritdoc cref="OnRegisters"/>
    public static PoolKernel Phases<T, TTap, TState, TAcc, TReducer, TExact>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc> => new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, PhaseWindows<T, TTap, TState, TAcc>>(reducer, exact);

    /// <summary>The kernel for exact sums of many taps; none where this machine lacks such registers.</summary>
    /// <inheritdoc cref="OnRegisters"/>
    public static PoolKernel[] Sliding<T, TTap, TState, TAcc, TReducer, TExact>(TReducer reducer, TExact exact)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc> =>
        Registers.Exist(Unsafe.SizeOf<TTap>()) ? [new LineKernel<T, TTap, TState, TAcc, TReducer, TExact, SlidingSums<T, TTap, TState, TAcc>>(reducer, exact)] : [];

    /// <summary>The kernels on registers for whole planes.</summary>
    /// <param name="totals">What the states of <paramref name="exact"/> come to.</param>
    /// <inheritdoc cref="OnRegisters"/>
    public static PoolKernel[] OnPlanes<T, TTap, TState, TAcc, TReducer, TExact, TTotal, TTotals>(TReducer reducer, TExact exact, TTotals totals)
        where T : unmanaged
        where TTap : unmanaged, ILanes<TTap, T>
        where TState : unmanaged
        where TAcc : unmanaged, IRegister<TAcc, TState>
        where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
        where TTotal : unmanaged
        where TTotals : struct, IPlaneTotals<T, TState, TTotal>
    {
        if (!Registers.Exist(Unsafe.SizeOf<TTap>())) return [];
        return
        [
            new PlaneKernel<T, TTap, TState, TAcc, TReducer, TExact, TTotal, TTotals>(reducer, exact, totals),
            new StackKernel<T, TTap, TState, TAcc, TReducer, TExact, TTotal, TTotals>(reducer, exact, totals),
        ];
    }

    /// <summary>The first kernel that takes the job.</summary>
    public PoolKernel Find(in PoolJob job) => (job.Plan.IsGlobal ? _planes.Find(job) : null) ?? _kernels.Find(job) ?? throw new InvalidOperationException("the reference kernel takes every job.");
}
