using System.Runtime.CompilerServices;

namespace Cenote;

/// <summary>Each output is the element at its index; 0 where there is none.</summary>
internal sealed unsafe class GatherKernel<T> : PoolKernel
    where T : unmanaged
{
    public override string Name => "gather";

    public override bool Accepts(in PoolJob job) => true;

    /// <summary>One unit is one row of the output, of a channel or of all of them.</summary>
    public override long Units(in PoolJob job) => job.Plan.Batch * Planes(job) * job.Plan.Depth.OutputLength * job.Plan.Height.OutputLength;

    /// <summary>Two nanoseconds per output.</summary>
    public override double Cost(in PoolJob job) => 2.0 * job.Plan.OutputElements;

    public override void Run(in PoolJob job, long first, long end)
    {
        PoolPlan plan = job.Plan;
        var walk = new Walk(job, new CompactIndices(job.Offsets, new(plan)));
        bool alongChannels = AlongChannels(job);
        for (long row = first; row < end; row++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var (rest, h) = Math.DivRem(row, plan.Height.OutputLength);
            (rest, long d) = Math.DivRem(rest, plan.Depth.OutputLength);
            var (n, c) = Math.DivRem(rest, Planes(job));
            if (!alongChannels) walk.Line(new(n, c, d, h, 0), plan.Width.OutputLength, alongChannels);
            else for (long w = 0; w < plan.Width.OutputLength; w++) walk.Line(new(n, 0, d, h, w), plan.Channels, alongChannels);
        }
    }

    /// <summary>Whether channels lie side by side: a line is the channels of a pixel then, else a row.</summary>
    private static bool AlongChannels(in PoolJob job) => job.OutputLayout.Channel == 1 && job.OutputLayout.Width != 1;

    private static long Planes(in PoolJob job) => AlongChannels(job) ? 1 : job.Plan.Channels;

    // Bounds: the positions are inside the input.
    private readonly struct Walk(in PoolJob job, CompactIndices indices)
    {
        private const int Longest = 256;

        private readonly T* _input = (T*)job.Input, _output = (T*)job.Output;
        private readonly TensorLayout _from = job.InputLayout, _to = job.OutputLayout;
        private readonly PlaneAddress _address = new(job.Plan.Depth.InputLength, job.Plan.Height.InputLength, job.Plan.Width.InputLength, job.InputLayout);

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Line(OutputPlace place, long count, bool alongChannels)
        {
            long* flats = stackalloc long[Longest];
            long next = alongChannels ? _from.Channel : 0, toNext = alongChannels ? _to.Channel : _to.Width;
            for (long done = 0; done < count; done += Longest)
            {
                OutputPlace first = alongChannels ? place with { C = place.C + done } : place with { W = place.W + done };
                long piece = Math.Min(Longest, count - done);
                indices.Read(flats, first, piece, alongChannels);
                T* plane = _input + first.N * _from.Batch + first.C * _from.Channel, output = _output + first.In(_to);
                for (long i = 0; i < piece; i++) output[i * toNext] = flats[i] == TapDecoder.None ? default : plane[i * next + _address[flats[i]]];
            }
        }
    }
}
