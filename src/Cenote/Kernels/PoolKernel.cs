namespace Cenote;

/// <summary>Everything a kernel needs for one call: the plan, and where input and output lie.</summary>
internal readonly unsafe struct PoolJob(PoolPlan plan, void* input, in TensorLayout inputLayout, void* output, in TensorLayout outputLayout, CancellationToken cancellation)
{
    public readonly PoolPlan Plan = plan;
    public readonly void* Input = input, Output = output;
    public readonly TensorLayout InputLayout = inputLayout, OutputLayout = outputLayout;
    public readonly CancellationToken Cancellation = cancellation;

    /// <summary>The taps that windows chose, where the kernel writes or reads them.</summary>
    public OffsetMemory Offsets { get; init; }

    /// <summary>The number of the first plane, n·channels + c, where the job is a part of a larger one: what is drawn by chance depends on it.</summary>
    public long FirstPlane { get; init; }

    /// <summary>A job over tensors of the plan's lengths.</summary>
    public static PoolJob Of(PoolPlan plan, void* input, in TensorLayout from, void* output, in TensorLayout to, CancellationToken cancellation) => new(
        plan,
        input,
        from.Along(plan.Batch, plan.Channels, plan.Depth.InputLength, plan.Height.InputLength, plan.Width.InputLength),
        output,
        to.Along(plan.Batch, plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength),
        cancellation);

    /// <summary>The job of a kernel that knows its tensors itself.</summary>
    public static PoolJob OfKernel(CancellationToken cancellation) => new(null!, null, default, null, default, cancellation);

    /// <summary>Room for what the units leave to <see cref="PoolKernel.Complete"/>.</summary>
    public void* Partials { get; init; }
}

/// <summary>One way to walk memory, bound to an element type and a reducer. Kernels never mention threads.</summary>
internal abstract class PoolKernel
{
    /// <summary>The name by which the kernel can be asked for.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the kernel can run this job; the catalog's last kernel runs any.</summary>
    public abstract bool Accepts(in PoolJob job);

    /// <summary>How many pieces the job has that can run in any order, on any thread, with the same result.</summary>
    public abstract long Units(in PoolJob job);

    /// <summary>Whether each piece is one plane, in the order of n and c.</summary>
    public virtual bool UnitsArePlanes => false;

    /// <summary>Roughly how many nanoseconds the job takes one thread, rather too few than too many; decides how many threads it is worth.</summary>
    public abstract double Cost(in PoolJob job);

    /// <summary>The fewest pieces worth a run: what a run does over again at its beginning should not matter.</summary>
    public virtual long LeastRun(in PoolJob job) => 1;

    /// <summary>Runs the pieces from <paramref name="first"/> up to, not including, <paramref name="end"/>.</summary>
    public abstract void Run(in PoolJob job, long first, long end);

    /// <summary>Bytes of <see cref="PoolJob.Partials"/> that the job needs.</summary>
    public virtual long PartialBytes(in PoolJob job) => 0;

    /// <summary>After all units: makes outputs of what they left, where there is any.</summary>
    public virtual void Complete(in PoolJob job)
    {
    }
}
