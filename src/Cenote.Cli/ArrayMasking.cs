using System.Numerics.Tensors;

namespace Cenote.Cli;

/// <summary>An array of padded samples bound to a global layer and to the mask of what is real.</summary>
internal sealed class ArrayMasking : ArrayPooling
{
    private readonly PoolLayer _layer;
    private readonly PoolMask _mask;

    public ArrayMasking(string name, ArrayData input, PoolLayer layer, ArrayAxes axes, PoolMask mask, bool withIndices, PoolingDevice? device)
        : base(name, input, layer, axes, withIndices, device) => (_layer, _mask) = (layer, mask);

    public override string Options => $"{base.Options} masked".TrimStart();

    public override byte[] ToOnnx() => throw new UserError("--onnx is given beside a mask; ONNX's pooling has none.");

    protected override void Pool<T>(ArrayView from, ArrayView to, ArrayView? flat, IProgress<double>? progress, CancellationToken cancellation)
    {
        PooledOn = Place?.RequireCpu("a mask");
        if (flat is not null)
        {
            Tensor<T> copy = Tensor.CreateFromShapeUninitialized<T>(from.Lengths);
            from.Span<T>().CopyTo(copy.AsTensorSpan());
            var (values, indices) = _layer is GlobalMinPool min ? WithIndices(min) : WithIndices((GlobalMaxPool)_layer);
            values.AsReadOnlyTensorSpan().CopyTo(to.Span<T>());
            indices.ToFlat().CopyTo(flat.Span<long>());
            return;

            (Tensor<T> Values, PoolIndices Indices) WithIndices<TPool>(TPool pool)
                where TPool : IndexedPool, IGlobalPool => pool.ForwardWithIndices(copy, _mask, progress, cancellation);
        }

        switch (_layer)
        {
            case GlobalAvgPool average: Pool(average); break;
            case GlobalMaxPool max: Pool(max); break;
            case GlobalMinPool min: Pool(min); break;
            case GlobalSumPool sum: Pool(sum); break;
            case GlobalLpPool norm: Pool(norm); break;
            case GlobalGeMPool mean: Pool(mean); break;
            default: throw new InvalidOperationException($"{_layer} takes no mask");
        }

        void Pool<TPool>(TPool pool)
            where TPool : PoolLayer, IGlobalPool => pool.Forward<TPool, T>(from.Span<T>(), _mask, to.Span<T>(), progress, cancellation);
    }
}
