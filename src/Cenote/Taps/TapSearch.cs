using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Which tap of its window an output is: the first one, bit for bit. Windows inside the input that lie side by side are searched in lanes, others one by one.</summary>
/// <typeparam name="T">A tap as it lies in memory; floating-point numbers as integers of the same width.</typeparam>
/// <typeparam name="TTap">A register of taps.</typeparam>
internal static unsafe class TapSearch<T, TTap>
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
{
    /// <summary>Writes the offsets of some outputs of a row.</summary>
    /// <param name="job">The job.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="depth">The window along the depth.</param>
    /// <param name="height">The window along the height.</param>
    /// <param name="outputs">How many.</param>
    /// <param name="inner">The channels that lie side by side.</param>
    /// <param name="output">What was picked.</param>
    /// <param name="work">Room for as many numbers, and a register.</param>
    public static void Write(in PoolJob job, in OutputPlace first, in Window depth, in Window height, long outputs, long inner, T* output, T* work)
    {
        AxisPlan width = job.Plan.Width;
        OffsetMemory offsets = job.Offsets;
        long from = Math.Clamp(width.WholeFrom - first.W, 0, outputs), end = Math.Clamp(width.WholeEnd - first.W, from, outputs), count = (end - from) * inner;
        bool dense = offsets.Layout.Width == inner && (inner == 1 || offsets.Layout.Channel == 1);
        if (width.LaneStride != 1 || !dense || offsets.Size > sizeof(T) || count < TTap.Count) end = from;
        for (long w = 0; w < outputs; w++)
        {
            if (w == from) w = end;
            for (long c = 0; c < inner && w < outputs; c++) One(job, first with { C = first.C + c, W = first.W + w }, depth, height, output[w * inner + c]);
        }

        if (end == from) return;
        OutputPlace place = first with { W = first.W + from };
        Lanes(job, place, depth, height, inner, output + from * inner, count, work);
        NumberLine.Write<TTap, T>(work, count, offsets.Start + place.In(offsets.Layout) * offsets.Size, offsets.Size);
    }

    // Bounds: whole registers of windows inside the input, of which the last steps back over windows already done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Lanes(in PoolJob job, in OutputPlace place, in Window depth, in Window height, long inner, T* output, long count, T* numbers)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        long columns = plan.Width.Kernel, step = plan.Width.Dilation * inner;
        T* corner = (T*)job.Input + place.N * from.Batch + place.C * from.Channel + plan.Width.Start(place.W) * inner;
        for (long o = 0; o < count; o += TTap.Count)
        {
            o = Math.Min(o, count - TTap.Count);
            TTap value = TTap.Load(output + o), number = default;
            // The first equal tap is looked at last.
            for (long i = depth.Count - 1; i >= 0; i--)
            {
                for (long j = height.Count - 1; j >= 0; j--)
                {
                    T* row = corner + (depth.Start + i * depth.Step) * from.Depth + (height.Start + j * height.Step) * from.Height + o;
                    long line = ((depth.Before + i) * plan.Height.Kernel + height.Before + j) * columns;
                    for (long k = columns - 1; k >= 0; k--)
                        number = TTap.Select(TTap.Equal(TTap.Load(row + k * step), value), NumberLine.Fill<TTap, T>(line + k), number);
                }
            }

            TTap.Store(number, numbers + o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One(in PoolJob job, in OutputPlace place, in Window depth, in Window height, T value)
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout;
        Window width = plan.Width[place.W];
        OffsetMemory offsets = job.Offsets;
        T* corner = (T*)job.Input + place.N * from.Batch + place.C * from.Channel + width.Start * from.Width;
        for (long i = 0; i < depth.Count; i++)
        {
            for (long j = 0; j < height.Count; j++)
            {
                T* row = corner + (depth.Start + i * depth.Step) * from.Depth + (height.Start + j * height.Step) * from.Height;
                for (long k = 0; k < width.Count; k++)
                {
                    if (!EqualityComparer<T>.Default.Equals(row[k * width.Step * from.Width], value)) continue;
                    offsets[place.In(offsets.Layout)] = ((depth.Before + i) * plan.Height.Kernel + height.Before + j) * plan.Width.Kernel + width.Before + k;
                    return;
                }
            }
        }
    }
}
