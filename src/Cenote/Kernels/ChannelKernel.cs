using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Channels that lie side by side: lanes across the channels, so that every lane has the same window. The taps come one after the other in
/// row-major order, as in <see cref="RowKernel{T, TTap, TState, TAcc, TReducer, TExact}"/>.
/// </summary>
internal sealed unsafe class ChannelKernel<T, TTap, TState, TAcc, TReducer, TExact>(string name, TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public override string Name => name;

    public override bool Accepts(in PoolJob job) =>
        job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1 && !job.Plan.ReadsPadding && reducer.Accepts(job.Plan) && Registers.Suit<TTap, T>(job.Plan.Channels);

    /// <summary>One unit is one row of the output, with all its channels.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements + job.Plan.InputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        if (!Rows(reducer, job, first, end)) Rows(exact, job, first, end);
    }

    /// <summary>Pools the rows; false where the reducer met taps that it cannot combine.</summary>
    // Bounds: windows are clipped to the input, and registers to the channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rows<TR>(TR reducer, in PoolJob job, long first, long end)
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        long channels = plan.Channels, outputs = plan.Width.OutputLength;
        byte* extents = Scratch.Of(TTap.Count * reducer.ExtentSize);
        for (int lane = 0; lane < TTap.Count && reducer.ExtentSize > 0; lane++) reducer.WriteExtent(extents, lane, 1);
        TTap padding = reducer.Padding, watch = default;
        var rows = new RowCursor<T>(job, first, channels: 1);
        for (long unit = first; unit < end; unit++, rows.Next())
        {
            Window depth = rows.Depth, height = rows.Height;
            T* corner = rows.Input, output = rows.Output;
            long lines = depth.Count * height.Count, slice = depth.Step * from.Depth, line = height.Step * from.Height;
            for (long w = 0; w < outputs; w++, output += to.Width)
            {
                Window width = plan.Width[w];
                T* start = corner + width.Start * from.Width;
                long step = width.Step * from.Width, taps = width.Count, factor = plan.OuterDivisor(depth.Extent * height.Extent * width.Extent);
                for (long c = 0; c < channels; c += TTap.Count)
                {
                    // The last register steps back over channels already written, where there is room.
                    if (c + TTap.Count > channels) c = Math.Max(0, channels - TTap.Count);
                    bool whole = channels >= TTap.Count;
                    TAcc state = reducer.Lift(padding);
                    T* tapsOf = start + c;
                    for (long i = 0, j = 0; i < lines; i++)
                    {
                        for (long k = 0; k < taps; k++)
                        {
                            TTap tap = whole ? TTap.Load(tapsOf + k * step) : TTap.LoadPart(tapsOf + k * step, 0, channels, padding);
                            watch = reducer.Watch(watch, tap);
                            state = reducer.Combine(state, reducer.Lift(tap));
                        }

                        tapsOf += line;
                        if (++j == height.Count)
                        {
                            tapsOf += slice - j * line;
                            j = 0;
                        }
                    }

                    TTap result = reducer.Finish(state, extents, factor);
                    if (whole) TTap.Store(result, output + c);
                    else TTap.StorePart(result, output, channels);
                }
            }
        }

        return !reducer.Alarms(watch);
    }
}
