using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>
/// Rows of contiguous elements, lanes across the width: the taps of a window come one after the other in row-major order, so that sums are the
/// reference's own to the last bit.
/// </summary>
internal sealed unsafe class RowKernel<T, TTap, TState, TAcc, TReducer, TExact>(string name, TReducer reducer, TExact exact) : PoolKernel
    where T : unmanaged
    where TTap : unmanaged, ILanes<TTap, T>
    where TState : unmanaged
    where TAcc : unmanaged, IRegister<TAcc, TState>
    where TReducer : struct, ILaneReducer<T, TTap, TState, TAcc>
    where TExact : struct, ILaneReducer<T, TTap, TState, TAcc>
{
    public override string Name => name;

    public override bool Accepts(in PoolJob job) =>
        job.InputLayout.Width == 1 && job.OutputLayout.Width == 1 && !job.Plan.ReadsPadding && reducer.Accepts(job.Plan) && LaneExtents.Covers(job.Plan.Width)
        && Registers.Suit<TTap, T>(job.Plan.Width.OutputLength);

    /// <summary>One unit is one row of the output.</summary>
    public override long Units(in PoolJob job) => job.Plan.OutputRows;

    public override double Cost(in PoolJob job) => job.Plan.OutputElements + job.Plan.InputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        switch (Stride(job.Plan.Width))
        {
            case 1: Run(new UnitLoad<T, TTap>(), job, first, end); break;
            case 2: Run(new SecondLoad<T, TTap>(), job, first, end); break;
            case 3: Run(new ThirdLoad<T, TTap>(), job, first, end); break;
            case 4: Run(new FourthLoad<T, TTap>(), job, first, end); break;
            case var step: Run(new GatherLoad<T, TTap>(step), job, first, end); break;
        }
    }

    // Of a single window the stride says nothing.
    private static long Stride(AxisPlan axis) => axis.OutputLength == 1 ? 1 : axis.Stride;

    private void Run<TLoad>(TLoad load, in PoolJob job, long first, long end)
        where TLoad : struct, IStridedLoad<T, TTap>
    {
        if (!Rows(load, reducer, job, first, end)) Rows(load, exact, job, first, end);
    }

    /// <summary>Pools the rows; false where the reducer met taps that it cannot combine.</summary>
    // Bounds: a whole load lies inside its input row, any other touches only the part that does; likewise stores.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rows<TLoad, TR>(TLoad load, TR reducer, in PoolJob job, long first, long end)
        where TLoad : struct, IStridedLoad<T, TTap>
        where TR : struct, ILaneReducer<T, TTap, TState, TAcc>
    {
        PoolPlan plan = job.Plan;
        AxisPlan width = plan.Width;
        long length = width.InputLength, outputs = width.OutputLength, taps = width.Kernel, step = width.Dilation, stride = Stride(width), before = width.Before;
        long wholeFrom = Math.Max(0, (before + stride - 1) / stride), wholeTo = length + before - (taps - 1) * step - load.Reach;
        LaneExtents extents = LaneExtents.Write<T, TTap, TState, TAcc, TR>(reducer, plan, Scratch.Of(LaneExtents.Bytes(width, reducer.ExtentSize, TTap.Count)));
        TTap padding = reducer.Padding, watch = default;
        var rows = new RowCursor<T>(job, first, plan.Channels);
        for (long unit = first; unit < end; unit++, rows.Next())
        {
            Window depth = rows.Depth, height = rows.Height;
            T* corner = rows.Input, output = rows.Output;
            long lines = depth.Count * height.Count, slice = depth.Step * job.InputLayout.Depth, line = height.Step * job.InputLayout.Height;
            long factor = plan.OuterDivisor(depth.Extent * height.Extent);
            for (long o = 0; o < outputs; o += TTap.Count)
            {
                // The last register steps back over outputs already written, where there is room.
                if (o + TTap.Count > outputs) o = Math.Max(0, outputs - TTap.Count);
                long position = o * stride - before;
                bool whole = o >= wholeFrom && o * stride <= wholeTo;
                TAcc state = reducer.Lift(padding);
                T* from = corner + position;
                for (long i = 0, j = 0; i < lines; i++)
                {
                    if (whole)
                    {
                        for (long k = 0; k < taps; k++)
                        {
                            TTap tap = load.Load(from + k * step);
                            watch = reducer.Watch(watch, tap);
                            state = reducer.Combine(state, reducer.Lift(tap));
                        }
                    }
                    else
                    {
                        for (long k = 0; k < taps; k++)
                        {
                            TTap tap = load.LoadPart(from + k * step, -position - k * step, length - position - k * step, padding);
                            watch = reducer.Watch(watch, tap);
                            state = reducer.Combine(state, reducer.Lift(tap));
                        }
                    }

                    from += line;
                    if (++j == height.Count)
                    {
                        from += slice - j * line;
                        j = 0;
                    }
                }

                TTap result = reducer.Finish(state, extents.At(o), factor);
                if (outputs >= TTap.Count) TTap.Store(result, output + o);
                else TTap.StorePart(result, output, outputs);
            }
        }

        return !reducer.Alarms(watch);
    }
}
