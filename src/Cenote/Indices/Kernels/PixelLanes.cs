using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Channels side by side.</summary>
internal readonly unsafe struct PixelLanes<T, TTap, TNumber, TNumbers>(in PoolJob job) : IPlaneLanes<PixelLanes<T, TTap, TNumber, TNumbers>, T, TTap, TNumber, TNumbers>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TNumber : unmanaged
    where TNumbers : unmanaged, ILanes<TNumbers, TNumber>
{
    private readonly long _from = job.InputLayout.Width, _to = job.OutputLayout.Width, _marks = job.Offsets.Layout.Width * job.Offsets.Size;
    private readonly int _size = job.Offsets.Size;

    /// <summary>How far ahead memory is asked for, in bytes: the next row, or block of one.</summary>
    private readonly long _ahead = Next(job, job.InputLayout) * sizeof(T), _aheadTo = Next(job, job.OutputLayout) * sizeof(T), _aheadMarks = Next(job, job.Offsets.Layout) * job.Offsets.Size;

    /// <summary>Bytes of a pixel that are worked on together: of planes a cache line, of rows what makes memory be read on end.</summary>
    private const long PlaneBytes = 64, RowBytes = 256;

    public static string Name => "pixel runs";

    public static long Registers(PoolPlan plan) => (plan.Height.Kernel == 1 ? RowBytes : PlaneBytes) / sizeof(TTap);

    public static bool Accepts(in PoolJob job) => job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && job.Offsets.Layout.Channel == 1;

    public static long Bytes(long taps) => 0;

    public static PixelLanes<T, TTap, TNumber, TNumbers> Create(in PoolJob job, byte* scratch) => new(job);

    public long Step => _from;

    public T* Taps(T* row, long from, long end)
    {
        byte* ask = (byte*)(row + from * _from) + _ahead;
        for (long x = from; x < end; x++, ask += _from * sizeof(T)) Prefetch.Line(ask);
        return row + from * _from;
    }

    private static long Next(in PoolJob job, in TensorLayout layout) => job.Plan.Height.Kernel == 1 ? job.Plan.Width.Kernel * layout.Width : layout.Height;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Write<TReducer>(TReducer reducer, Choice<TTap, TNumbers>* windows, long count, T* to, byte* marks, TNumbers start, TNumbers next)
        where TReducer : struct, IChoiceLanes<T, TTap>
    {
        long step = _to, markStep = _marks;
        int size = _size;
        for (; count > 0; count--, windows++, to += step, marks += markStep, start += next)
        {
            Prefetch.Line((byte*)to + _aheadTo);
            Prefetch.Line(marks + _aheadMarks);
            Choice<TTap, TNumbers> window = ChoiceRuns<T, TTap, TNumber, TNumbers>.Load(windows);
            TTap.Store(reducer.Finish(window.Values, null, 1), to);
            TNumbers.StoreNarrow(window.Numbers - start, marks, size);
        }
    }
}
