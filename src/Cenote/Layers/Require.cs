namespace Cenote;

/// <summary>What every call asks of its tensors before it writes anything.</summary>
internal static class Require
{
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public static void Shape(string name, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> needed, PoolPlan plan)
    {
        if (!lengths.SequenceEqual(needed)) throw new ArgumentException($"{name} is {PoolPlan.Text(lengths)}; {plan} needs {PoolPlan.Text(needed)}.", name);
    }

    /// <exception cref="ArgumentException">Elements of the target share memory with each other.</exception>
    public static void Own(string name, in MemoryRegion target)
    {
        if (target.AliasesItself) throw new ArgumentException($"{name} has elements that share memory (a stride of 0, or strides that fold axes together); each needs a place of its own.", name);
    }

    /// <exception cref="ArgumentException">Elements of the target share memory with each other, or with the source.</exception>
    public static void Apart(string name, in MemoryRegion target, string other, in MemoryRegion source)
    {
        Own(name, target);
        if (source.Overlaps(target)) throw new ArgumentException($"{name} shares memory with {other}; pool into memory of its own.", name);
    }

    /// <summary>The same towards a source whose elements may be of another size; whether the target shares memory with itself has been asked.</summary>
    /// <exception cref="ArgumentException">Their bytes meet.</exception>
    public static void Beside(string name, in MemoryRegion target, string other, in MemoryRegion source)
    {
        if (source.Meets(target)) throw new ArgumentException($"{name} shares memory with {other}; pool into memory of its own.", name);
    }

    /// <exception cref="ArgumentException">The indices are of other windows.</exception>
    public static void Windows(PoolIndices indices, PoolPlan plan)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (!indices.Plan.HasWindowsOf(plan)) throw new ArgumentException($"indices are those of {indices.Plan}; this call needs those of {plan}.", nameof(indices));
    }
}
