namespace Cenote.Gpu;

/// <summary>Gradients of averages over large windows, which are sums over large windows themselves: one axis after the other. Calls are those of the transposed plan.</summary>
internal static class GradientBoxes
{
    /// <summary>Up to so many windows per input are added in their order.</summary>
    private const long MostInOrder = 256;

    public static bool Accepts(PoolCall call) => call.Plan.MaxCount > MostInOrder && Separable.Accepts(call.Plan) && GradientTiles.DivisorOf(call.Plan.Transposed) is not null;

    public static void Mean(PoolCall call, ElementType type)
    {
        long divisor = GradientTiles.DivisorOf(call.Plan.Transposed) ?? 1;
        switch (type)
        {
            case ElementType.Single: Of<float, Quad<float>, float, Quad<float>, SharedSum<float, float, PlainSum, EvenShare>, QuadReducer<float, float, SharedSum<float, float, PlainSum, EvenShare>>>(new(divisor), new(new(divisor)), 4); break;
            case ElementType.Double: Of<double, Twin<double>, double, Twin<double>, SharedSum<double, double, PlainSum, EvenShare>, TwinReducer<double, double, SharedSum<double, double, PlainSum, EvenShare>>>(new(divisor), new(new(divisor)), 2); break;
            case ElementType.Half when call.Device.HasHalf: Words<WordSum<DeviceHalf>>(); break;
            case ElementType.Half: Words<WordSum<HalfWord>>(); break;
            default: Words<WordSum<BFloat16Word>>(); break;
        }

        void Words<TReducer>()
            where TReducer : unmanaged, IPoolReducer<ushort, float> =>
            Of<ushort, Quad<uint>, float, Quad<Twin<float>>, SharedSum<ushort, float, TReducer, EvenShare>, QuadReducer<uint, Twin<float>, WordsReducer<float, SharedSum<ushort, float, TReducer, EvenShare>>>>(new(divisor), new(new(new(divisor))), 8);

        void Of<T, TPack, TSum, TSums, TReducer, TPacked>(TReducer reducer, TPacked packed, int channels)
            where T : unmanaged
            where TPack : unmanaged
            where TSum : unmanaged
            where TSums : unmanaged
            where TReducer : unmanaged, IPoolReducer<T, TSum>
            where TPacked : unmanaged, IPoolReducer<TPack, TSums>
        {
            if (call.Packs(channels)) Separable.Run<TPack, TSums, TPacked>(call, packed, channels);
            else Separable.Run<T, TSum, TReducer>(call, reducer, 1);
        }
    }
}

/// <summary>The sum of what windows give: each gradient over the divisor.</summary>
internal readonly struct SharedSum<T, TSum, TReducer, TShare>(long shared) : IPoolReducer<T, TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TReducer : unmanaged, IPoolReducer<T, TSum>
    where TShare : unmanaged, IGradientShare<TSum, byte>
{
    public TSum Identity => default(TReducer).Identity;

    public TSum Lift(T tap) => default(TShare).Of(default(TReducer).Lift(tap), shared);

    public TSum Combine(TSum earlier, TSum later) => default(TReducer).Combine(earlier, later);

    public T Finish(TSum state, long count, long divisor) => default(TReducer).Finish(state, 1, 1);
}
