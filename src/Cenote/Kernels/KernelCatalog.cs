namespace Cenote;

/// <summary>The kernels of one operator and element type, the fastest first; the order is the dispatch.</summary>
internal sealed class KernelCatalog
{
    private KernelCatalog(params PoolKernel[] kernels) => Kernels = kernels;

    public IReadOnlyList<PoolKernel> Kernels { get; }

    /// <summary>Every kernel there is, bound to a reducer.</summary>
    public static KernelCatalog Of<T, TState, TReducer>(TReducer reducer)
        where T : unmanaged
        where TState : unmanaged
        where TReducer : struct, IPoolReducer<T, TState> =>
        new(new ReferenceKernel<T, TState, TReducer>(reducer));

    /// <summary>The first kernel that takes the job.</summary>
    public PoolKernel Find(in PoolJob job)
    {
        foreach (PoolKernel kernel in Kernels)
            if (kernel.Accepts(job)) return kernel;
        throw new InvalidOperationException("the reference kernel takes every job.");
    }
}
