namespace Cenote;

/// <summary>
/// Kernels that are made when a job first gets as far: loading what other jobs, or narrower registers, need would be a good part of a process's first call. Two threads may make the same ones, and either serves.
/// </summary>
/// <param name="make">Makes them.</param>
/// <param name="makeWider">Makes the same, in the same order, on registers of 512 bits; none where this machine lacks such registers.</param>
/// <param name="ofPixels">Whether they take only jobs whose channels lie side by side.</param>
internal sealed class KernelGroup(Func<PoolKernel[]> make, Func<PoolKernel[]>? makeWider = null, bool ofPixels = false)
{
    private PoolKernel[]? _kernels, _wider;

    /// <summary>Whether the group is to be asked at all.</summary>
    public bool MayTake(in PoolJob job) => !ofPixels || (job.InputLayout.Channel == 1 && job.OutputLayout.Channel == 1);

    public PoolKernel[] Kernels => _kernels ??= make();

    public PoolKernel[] Wider => _wider ??= Registers.Exist(64) ? makeWider?.Invoke() ?? [] : [];
}

/// <summary>
/// Kernels, the preferred first. Which kind of kernel a job takes is decided without the widest registers: those do more of the same, where the same kernel fills them, and are no reason for another one.
/// </summary>
internal sealed class KernelList(params KernelGroup[] groups)
{
    /// <summary>All kernels, made here and now.</summary>
    public PoolKernel[] All => [.. groups.SelectMany(group => (PoolKernel[])[.. group.Wider, .. group.Kernels])];

    /// <summary>Kernels that have been made.</summary>
    public static implicit operator KernelList(PoolKernel[] kernels) => new(new KernelGroup(() => kernels));

    /// <summary>The first kernel that takes the job, and cuts it into so many units where that is asked; null where none does.</summary>
    public PoolKernel? Find(in PoolJob job, long? units = null)
    {
        foreach (KernelGroup group in groups)
        {
            if (!group.MayTake(job)) continue;
            for (int i = 0; i < group.Kernels.Length; i++)
            {
                if (!Takes(group.Kernels[i], job, units)) continue;
                return i < group.Wider.Length && Takes(group.Wider[i], job, units) ? group.Wider[i] : group.Kernels[i];
            }
        }

        return null;
    }

    private static bool Takes(PoolKernel kernel, in PoolJob job, long? units) => kernel.Accepts(job) && (units is null || kernel.Units(job) == units);
}
