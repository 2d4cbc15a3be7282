using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Gradients of averages pixel by pixel: what each window gives to its taps is made once; then each pixel adds up what the windows that read it give, in their order. Neighbours along the width that the same
/// windows read get one sum.
/// </summary>
// Bounds: behind the shares there is room for a register; less than one of a pixel is stored as such.
internal readonly unsafe struct PixelShares<T, TLanes>
    where T : unmanaged, INumber<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
{
    private readonly PoolPlan _plan;
    private readonly GradientDivisors<T> _divisors;
    private readonly long _channels, _runCount;
    /// <summary>The windows that read each depth, and each row.</summary>
    private readonly Window* _depths, _rows;

    private readonly Run* _runs;
    private readonly T** _givers;

    /// <param name="plan">The gradient's plan.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="memory">Of <see cref="Bytes"/> bytes.</param>
    public PixelShares(PoolPlan plan, long channels, byte* memory)
    {
        (_plan, _channels) = (plan, channels);
        Shares = (T*)memory;
        memory += ShareBytes(plan, channels);
        _divisors = new(plan.Transposed, memory);
        _depths = (Window*)(memory + GradientDivisors<T>.Bytes(plan.Transposed));
        _rows = _depths + plan.Depth.OutputLength;
        _runs = (Run*)(_rows + plan.Height.OutputLength);
        _givers = (T**)(_runs + plan.Width.OutputLength);
        for (long d = 0; d < plan.Depth.OutputLength; d++) _depths[d] = plan.Depth[d];
        for (long h = 0; h < plan.Height.OutputLength; h++) _rows[h] = plan.Height[h];
        Window before = default;
        for (long w = 0; w < plan.Width.OutputLength; w++)
        {
            Window window = plan.Width[w];
            if (w > 0 && AreSame(window, before)) _runs[_runCount - 1].Pixels++;
            else _runs[_runCount++] = new() { First = window.Start * channels, Step = window.Step * channels, Windows = window.Count, Pixels = 1 };
            before = window;
        }
    }

    /// <summary>What the windows of an image give, their channels side by side.</summary>
    public T* Shares { get; }

    /// <summary>Whether an image has more than a row, for to find the runs of one takes as long as to make it, and so many windows.</summary>
    public static bool Accepts(in PoolJob job)
    {
        PoolPlan plan = job.Plan, pooling = plan.Transposed;
        return job.Offsets.Start is null && plan.Depth.OutputLength * plan.Height.OutputLength > 1 && plan.MaxCount <= PoolPlan.MostWindowsInOrder && !pooling.IsGlobal && GradientDivisors<T>.Accepts(pooling);
    }

    public static long Bytes(PoolPlan plan, long channels) =>
        ShareBytes(plan, channels) + GradientDivisors<T>.Bytes(plan.Transposed) + (plan.Depth.OutputLength + plan.Height.OutputLength) * sizeof(Window) + plan.Width.OutputLength * sizeof(Run) + plan.Depth.MaxCount * plan.Height.MaxCount * sizeof(nint);

    /// <summary>Makes the shares of an image.</summary>
    /// <param name="gradients">Its gradients; the shares' own place, where channels fill registers.</param>
    /// <param name="from">How they lie in memory.</param>
    public void Divide(T* gradients, in TensorLayout from)
    {
        long columns = _plan.Width.InputLength;
        T* to = Shares;
        bool areOne = from.Channel == 1 && from.Width == _channels && _divisors.Widths is null;
        for (long d = 0; d < _plan.Depth.InputLength; d++)
        {
            for (long h = 0; h < _plan.Height.InputLength; h++, to += columns * _channels)
            {
                T* row = gradients + d * from.Depth + h * from.Height;
                T divisor = _divisors.Row(d, h);
                if (areOne) GradientCopy<T, T, TLanes, SameFormat<T, TLanes>>.Divide(row, 1, to, columns * _channels, divisor);
                else for (long w = 0; w < columns; w++)
                    GradientCopy<T, T, TLanes, SameFormat<T, TLanes>>.Divide(row + w * from.Width, from.Channel, to + w * _channels, _channels, _divisors.Widths is null ? divisor : divisor * _divisors.Widths[w]);
            }
        }
    }

    /// <summary>Makes rows of pixels of one depth. Those that the same windows read as the row before are its copies.</summary>
    /// <param name="d">The depth.</param>
    /// <param name="isBehind">Whether the same rows of the depth before lie before these: they may be the same.</param>
    /// <param name="h">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="to">Where they go.</param>
    public void AddSlice(long d, bool isBehind, long h, long rows, T* to)
    {
        long row = _plan.Width.OutputLength * _channels;
        if (isBehind && AreSame(d, d - 1))
        {
            AheadWrites.Copy(to - rows * row, to, rows * row * sizeof(T));
            return;
        }

        Window depth = _depths[d];
        for (long i = 0; i < rows; i++, to += row)
        {
            if (i > 0 && AreSame(_rows[h + i], _rows[h + i - 1])) AheadWrites.Copy(to - row, to, row * sizeof(T));
            else AddRow(depth, _rows[h + i], to);
        }
    }

    /// <summary>Whether the same windows read two depths.</summary>
    public bool AreSame(long depth, long other) => AreSame(_depths[depth], _depths[other]);

    private static bool AreSame(in Window one, in Window other) => one.Count == other.Count && (one.Count == 0 || one.Start == other.Start);

    private void AddRow(in Window depth, in Window height, T* to)
    {
        long count = 0, row = _plan.Width.InputLength * _channels;
        for (long i = 0; i < depth.Count; i++)
            for (long j = 0; j < height.Count; j++) _givers[count++] = Shares + ((depth.Start + i * depth.Step) * _plan.Height.InputLength + height.Start + j * height.Step) * row;
        Add(_givers, count, _runs, _runCount, _channels, to);
    }

    // Behind the shares there is room for a register, and for the positions of a square that planes turned to lie side by side do not have.
    private static long ShareBytes(PoolPlan plan, long channels) => Scratch.Round((plan.Depth.InputLength * plan.Height.InputLength * plan.Width.InputLength * channels + TLanes.Count * Math.Min(channels, TLanes.Count)) * sizeof(T));

    /// <summary>Four registers of channels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Add(T** givers, long count, Run* runs, long runCount, long channels, T* to)
    {
        long lanes = TLanes.Count;
        T** end = givers + count;
        for (Run* run = runs, last = runs + runCount; run < last; run++)
        {
            long c = 0, windows = run->Windows, step = run->Step, pixels = run->Pixels;
            for (; c + 4 * lanes <= channels; c += 4 * lanes)
            {
                TLanes first = default, second = default, third = default, fourth = default;
                for (T** giver = givers; giver < end; giver++)
                {
                    T* share = *giver + run->First + c;
                    for (long i = 0; i < windows; i++, share += step)
                    {
                        first += TLanes.Load(share);
                        second += TLanes.Load(share + lanes);
                        third += TLanes.Load(share + 2 * lanes);
                        fourth += TLanes.Load(share + 3 * lanes);
                    }
                }

                T* pixel = to + c;
                for (long i = 0; i < pixels; i++, pixel += channels)
                {
                    TLanes.Store(first, pixel);
                    TLanes.Store(second, pixel + lanes);
                    TLanes.Store(third, pixel + 2 * lanes);
                    TLanes.Store(fourth, pixel + 3 * lanes);
                }
            }

            for (; c < channels; c += lanes)
            {
                // A last register steps back.
                c = Math.Max(0, Math.Min(c, channels - lanes));
                TLanes sum = default;
                for (T** giver = givers; giver < end; giver++)
                {
                    T* share = *giver + run->First + c;
                    for (long i = 0; i < windows; i++, share += step) sum += TLanes.Load(share);
                }

                T* pixel = to + c;
                if (channels < lanes) for (long i = 0; i < pixels; i++, pixel += channels) TLanes.StorePart(sum, pixel, channels);
                else for (long i = 0; i < pixels; i++, pixel += channels) TLanes.Store(sum, pixel);
            }

            to += pixels * channels;
        }
    }

    /// <summary>Neighbours that the same windows read: the first of these and from one to the next, in elements of a row of shares, and how many.</summary>
    private struct Run
    {
        public long First, Step, Windows, Pixels;
    }
}
