namespace Cenote.Cli;

/// <summary>An array bound to a layer, and room for what the layer makes of it: of the same element type, rank, byte order and memory order.</summary>
internal abstract class ArrayCall : IDisposable
{
    /// <param name="name">The input's name, for messages.</param>
    /// <param name="input">The array; stays the caller's.</param>
    /// <param name="axes">Which of its axes are what.</param>
    /// <param name="outputShape">The layer's output shape for an N×C×spatial one.</param>
    /// <param name="ownBatch">Whether the output's N counts something else than the input's samples.</param>
    /// <exception cref="UserError">The array's axes do not suit the layer, or the output does not fit in memory.</exception>
    protected ArrayCall(string name, ArrayData input, ArrayAxes axes, Func<nint[], nint[]> outputShape, bool ownBatch = false)
    {
        Axes = axes;
        From = axes.Bind(input);
        nint[] lengths = outputShape(From.Lengths);
        Output = new ArrayData(name, input.Format, axes.Reshape(input, lengths, ownBatch), input.IsFortran, input.IsBigEndian) { Profile = input.Profile, HoldsBytes = input.HoldsBytes };
        ArrayAxes made = axes with { Dims = lengths.Length - 2 };
        To = (ownBatch ? made with { First = axes.First - axes.Samples + 1, Samples = 1 } : made).Bind(Output);
    }

    /// <summary>The layer's options in short: <c>k3 s2 p1</c>.</summary>
    public abstract string Options { get; }

    /// <summary>About how many elements <see cref="Run"/> reads.</summary>
    public abstract double Reads { get; }

    /// <summary>Filled by <see cref="Run"/>.</summary>
    public ArrayData Output { get; }

    /// <summary>All outputs that <see cref="Run"/> fills.</summary>
    public virtual IReadOnlyList<ArrayData> Outputs => [Output];

    /// <summary>Where <see cref="Run"/> pooled; null where the user named no place.</summary>
    public virtual string? Device => null;

    /// <summary>For each element that was pooled, where it lay: made by a pooling that was asked for it, read by an unpooling.</summary>
    public ArrayData? Indices { get; protected init; }

    protected ArrayAxes Axes { get; }

    protected ArrayView From { get; }

    protected ArrayView To { get; }

    public void Run(IProgress<double>? progress, CancellationToken cancellation)
    {
        if (Output.Elements == 0) return;
        switch (Output.Format.Code)
        {
            case "f2": Forward<Half>(progress, cancellation); break;
            case "f4": Forward<float>(progress, cancellation); break;
            case "f8": Forward<double>(progress, cancellation); break;
            case "i1": Forward<sbyte>(progress, cancellation); break;
            case "i2": Forward<short>(progress, cancellation); break;
            case "i4": Forward<int>(progress, cancellation); break;
            case "i8": Forward<long>(progress, cancellation); break;
            case "u1": Forward<byte>(progress, cancellation); break;
            case "u2": Forward<ushort>(progress, cancellation); break;
            case "u4": Forward<uint>(progress, cancellation); break;
            case "u8": Forward<ulong>(progress, cancellation); break;
            default: throw new InvalidOperationException($"no element type {Output.Format.Code}");
        }
    }

    public virtual void Dispose()
    {
        Output.Dispose();
        Indices?.Dispose();
    }

    protected abstract void Forward<T>(IProgress<double>? progress, CancellationToken cancellation)
        where T : unmanaged;
}
