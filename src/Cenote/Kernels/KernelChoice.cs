namespace Cenote;

/// <summary>The kernel that was found for one kind of call of a plan: an operator, an element type, and where the elements, and the numbers of chosen taps, lie.</summary>
internal sealed class KernelChoice(PoolOperator @operator, ElementType type, in PoolJob job, PoolKernel kernel)
{
    private readonly TensorLayout _from = job.InputLayout, _to = job.OutputLayout, _numbers = job.Offsets.Layout;
    private readonly int _size = job.Offsets.Size;

    public PoolKernel Kernel => kernel;

    public bool Suits(PoolOperator otherOperator, ElementType otherType, in PoolJob job) => @operator == otherOperator && type == otherType && job.InputLayout == _from && job.OutputLayout == _to
        && job.Offsets.Size == _size && (_size == 0 || job.Offsets.Layout == _numbers);
}
