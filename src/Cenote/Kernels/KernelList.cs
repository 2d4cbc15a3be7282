namespace Cenote;

/// <summary>Kernels, the preferred first. Each group of them is made when a job first gets as far: loading what other jobs, or narrower registers, need would be a good part of a process's first call.</summary>
/// <param name="groups">Make the kernels. Two threads may make the same ones, and either serves.</param>
internal sealed class KernelList(params Func<PoolKernel[]>[] groups)
{
    private readonly PoolKernel[]?[] _made = new PoolKernel[]?[groups.Length];

    /// <summary>All kernels, made here and now.</summary>
    public PoolKernel[] All
    {
        get
        {
            List<PoolKernel> all = [];
            for (int group = 0; group < groups.Length; group++) all.AddRange(Group(group));
            return [.. all];
        }
    }

    /// <summary>Kernels that have been made.</summary>
    public static implicit operator KernelList(PoolKernel[] kernels) => new(() => kernels);

    /// <summary>The first kernel that takes the job, and cuts it into so many units where that is asked; null where none does.</summary>
    public PoolKernel? Find(in PoolJob job, long? units = null)
    {
        for (int group = 0; group < groups.Length; group++)
            foreach (PoolKernel kernel in Group(group))
                if (kernel.Accepts(job) && (units is null || kernel.Units(job) == units)) return kernel;
        return null;
    }

    private PoolKernel[] Group(int number) => _made[number] ??= groups[number]();
}
