using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>The tap that each window of a pooling chose, stored as its offset inside the window: one byte for windows of up to 256 taps.</summary>
/// <remarks>
/// <para>Where no element was chosen (a window without a tap inside the input, or one that a zero of the padding won) the index reads as −1.</para>
/// <para>A layer's <see cref="IndexedPool.ForwardWithIndices{T}(Tensor{T}, IProgress{double}, CancellationToken)"/> makes them. They belong to the windows of one
/// <see cref="PoolPlan"/>; a call that fills them again must not run beside one that reads them.</para>
/// <para>PyTorch: <c>return_indices</c>, of which these are the compact form; ONNX: MaxPool's output <c>Indices</c>.</para>
/// </remarks>
public sealed class PoolIndices
{
    private readonly Array _offsets;

    /// <summary>Room for the indices of a plan, row-major until they are filled.</summary>
    /// <exception cref="ArgumentException">They are too many for one array.</exception>
    internal PoolIndices(PoolPlan plan)
    {
        (Plan, BytesPerIndex) = (plan, OffsetMemory.SizeFor(plan.Taps));
        if (plan.OutputElements > Array.MaxLength)
            throw new ArgumentException($"output {PoolPlan.Text(plan.OutputShape)} has {plan.OutputElements} elements, and indices are for at most {Array.MaxLength}.", "input");
        int count = (int)plan.OutputElements;
        _offsets = BytesPerIndex switch { 1 => new byte[count], 2 => new ushort[count], 4 => new uint[count], _ => new ulong[count] };
        Layout = TensorLayout.RowMajor(plan.Channels, plan.Depth.OutputLength, plan.Height.OutputLength, plan.Width.OutputLength);
    }

    /// <summary>One length per axis: the output's shape.</summary>
    public ReadOnlySpan<nint> Shape => Plan.OutputShape;

    /// <summary>The shape of the input that the indices point into.</summary>
    public ReadOnlySpan<nint> InputShape => Plan.InputShape;

    /// <summary>The bytes of one stored index: 1, 2, 4 or 8.</summary>
    public int BytesPerIndex { get; }

    internal PoolPlan Plan { get; }

    /// <summary>The distances between the indices of neighbouring outputs.</summary>
    internal TensorLayout Layout { get; set; }

    /// <summary>The first byte; the caller pins it.</summary>
    internal ref byte First => ref MemoryMarshal.GetArrayDataReference(_offsets);

    /// <summary>PyTorch's indices: for each output the flat, row-major position of the chosen tap in its plane; −1 where there is none.</summary>
    /// <returns>A row-major tensor of <see cref="Shape"/>.</returns>
    /// <exception cref="ArgumentException">It would be larger than one array.</exception>
    public Tensor<long> ToFlat() => Convert(index: null);

    /// <summary>ONNX's indices: for each output the position of the chosen tap in the whole input of N×C×spatial elements; −1 where there is none.</summary>
    /// <param name="storageOrder">ONNX's <c>storage_order</c>: 0 counts the positions of a plane row-major, 1 column-major (the first spatial axis fastest). Planes follow each other in either.</param>
    /// <returns>A row-major tensor of <see cref="Shape"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="storageOrder"/> is neither 0 nor 1.</exception>
    /// <exception cref="ArgumentException">The result would be larger than one array.</exception>
    public Tensor<long> ToOnnx(int storageOrder = 0)
    {
        if (storageOrder is not (0 or 1)) throw new ArgumentOutOfRangeException(nameof(storageOrder), $"storageOrder is {storageOrder}; it must be 0 (row-major) or 1 (column-major).");
        long channels = Plan.Channels, depths = Plan.Depth.InputLength, rows = Plan.Height.InputLength, columns = Plan.Width.InputLength;
        return Convert((n, c, flat) =>
        {
            if (flat < 0) return -1;
            if (storageOrder == 1)
            {
                var (row, w) = Math.DivRem(flat, columns);
                var (d, h) = Math.DivRem(row, rows);
                flat = (w * rows + h) * depths + d;
            }

            return (n * channels + c) * depths * rows * columns + flat;
        });
    }

    /// <summary>Indices from PyTorch's: the way back from <see cref="ToFlat"/>.</summary>
    /// <param name="plan">The plan of the pooling that they come from.</param>
    /// <param name="flat">For each output the flat, row-major position of the chosen tap in its plane, or −1 where there is none; any strides.</param>
    /// <returns>The same indices, compact.</returns>
    /// <exception cref="ArgumentException">The shape is not that of the plan's output, or an index is no tap of its window.</exception>
    public static PoolIndices FromFlat(PoolPlan plan, Tensor<long> flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        return FromFlat(plan, flat.AsReadOnlyTensorSpan());
    }

    /// <inheritdoc cref="FromFlat(PoolPlan, Tensor{long})"/>
    public static unsafe PoolIndices FromFlat(PoolPlan plan, in ReadOnlyTensorSpan<long> flat)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Require.Shape(nameof(flat), flat.Lengths, plan.OutputShape, plan);
        var indices = new PoolIndices(plan);
        if (plan.OutputElements == 0) return indices;
        var decoder = new TapDecoder(plan);
        TensorLayout from = TensorLayout.Of(flat.Strides, plan.SpatialRank);
        fixed (byte* start = &indices.First)
        fixed (long* source = &flat.GetPinnableReference())
        {
            var offsets = new OffsetMemory(start, indices.BytesPerIndex, indices.Layout);
            foreach (OutputPlace first in OutputPlace.Rows(plan))
            {
                for (long w = 0; w < plan.Width.OutputLength; w++)
                {
                    OutputPlace o = first with { W = w };
                    long index = source[o.In(from)];
                    if (!decoder.TryOffset(o.D, o.H, o.W, index, out long offset))
                        throw new ArgumentException($"flat has {index} for output {o.Text(plan.SpatialRank)}, which is no tap of its window in {plan}.", nameof(flat));
                    offsets[o.In(indices.Layout)] = offset;
                }
            }
        }

        return indices;
    }

    /// <summary>PyTorch's indices, or what is made of n, c and each of them.</summary>
    private unsafe Tensor<long> Convert(Func<long, long, long, long>? index)
    {
        Tensor<long> result = Tensor.CreateFromShapeUninitialized<long>(Shape);
        if (Plan.OutputElements == 0) return result;
        fixed (byte* start = &First)
        fixed (long* target = &result.GetPinnableReference())
        {
            var indices = new CompactIndices(new(start, BytesPerIndex, Layout), new(Plan));
            long columns = Plan.Width.OutputLength;
            long* row = target;
            foreach (OutputPlace first in OutputPlace.Rows(Plan))
            {
                indices.Read(row, first, columns, alongChannels: false);
                if (index is not null) for (long w = 0; w < columns; w++) row[w] = index(first.N, first.C, row[w]);
                row += columns;
            }
        }

        return result;
    }
}
