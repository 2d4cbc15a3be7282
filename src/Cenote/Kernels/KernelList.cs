namespace Cenote;

/// <summary>Kernels that are made together, when a job first gets as far.</summary>
/// <param name="Make">Makes them. Two threads may make the same ones, and either serves.</param>
/// <param name="MakeWider">Makes the same, in the same order, on registers of 512 bits; none where this machine lacks such registers.</param>
internal readonly record struct KernelGroup(Func<PoolKernel[]> Make, Func<PoolKernel[]>? MakeWider = null);

/// <summary>
/// Kernels, the preferred first. Each group of them is made when a job first gets as far: loading what other jobs, or narrower registers, need would be a good part of a process's first call.
/// Which kind of kernel a job takes is decided without the widest registers: those do more of the same, where the same kernel fills them, and are no reason for another one.
/// </summary>
internal sealed class KernelList(params KernelGroup[] groups)
{
    private readonly PoolKernel[]?[] _made = new PoolKernel[]?[groups.Length], _wider = new PoolKernel[]?[groups.Length];

    /// <summary>All kernels, made here and now.</summary>
    public PoolKernel[] All
    {
        get
        {
            List<PoolKernel> all = [];
            for (int group = 0; group < groups.Length; group++) all.AddRange([.. Wider(group), .. Group(group)]);
            return [.. all];
        }
    }

    /// <summary>Kernels that have been made.</summary>
    public static implicit operator KernelList(PoolKernel[] kernels) => new(new KernelGroup(() => kernels));

    /// <summary>The first kernel that takes the job, and cuts it into so many units where that is asked; null where none does.</summary>
    public PoolKernel? Find(in PoolJob job, long? units = null)
    {
        for (int group = 0; group < groups.Length; group++)
        {
            PoolKernel[] kernels = Group(group);
            for (int i = 0; i < kernels.Length; i++)
            {
                if (!Takes(kernels[i], job, units)) continue;
                PoolKernel[] wider = Wider(group);
                return i < wider.Length && Takes(wider[i], job, units) ? wider[i] : kernels[i];
            }
        }

        return null;
    }

    private static bool Takes(PoolKernel kernel, in PoolJob job, long? units) => kernel.Accepts(job) && (units is null || kernel.Units(job) == units);

    private PoolKernel[] Group(int number) => _made[number] ??= groups[number].Make();

    private PoolKernel[] Wider(int number) => _wider[number] ??= groups[number].MakeWider?.Invoke() ?? [];
}
