namespace Cenote;

/// <summary>Adds one tensor to another, element by element, whatever their strides; or copies it.</summary>
internal static unsafe class StridedSum
{
    /// <summary>Adds, in the precision of the sums, rounded to the element's.</summary>
    public static void Add<T>(T* to, in TensorLayout target, T* from, in TensorLayout source, PoolPlan plan)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Add<float, float, SingleMean>((float*)to, target, (float*)from, source, plan);
        else if (typeof(T) == typeof(double)) Add<double, double, DoubleMean>((double*)to, target, (double*)from, source, plan);
        else if (typeof(T) == typeof(Half)) Add<Half, float, SingleMean>((Half*)to, target, (Half*)from, source, plan);
        else Add<BFloat16, float, SingleMean>((BFloat16*)to, target, (BFloat16*)from, source, plan);
    }

    /// <summary>Copies some channels of an image.</summary>
    public static void Copy<T>(T* to, in TensorLayout target, T* from, in TensorLayout source, PoolPlan plan, long channels)
        where T : unmanaged
    {
        bool together = channels > 1 && target.Channel == 1 && source.Channel == 1;
        long outer = together ? 1 : channels, run = together ? channels : 1, columns = plan.Width.InputLength;
        // Pixels that follow each other are one run.
        if (target.Width == run && source.Width == run) (run, columns) = (run * columns, 1);
        for (long c = 0; c < outer; c++)
        {
            for (long d = 0; d < plan.Depth.InputLength; d++)
            {
                for (long h = 0; h < plan.Height.InputLength; h++)
                {
                    T* left = to + c * target.Channel + d * target.Depth + h * target.Height, right = from + c * source.Channel + d * source.Depth + h * source.Height;
                    for (long w = 0; w < columns; w++) Buffer.MemoryCopy(right + w * source.Width, left + w * target.Width, run * sizeof(T), run * sizeof(T));
                }
            }
        }
    }

    private static void Add<T, TReal, TConvert>(T* to, in TensorLayout target, T* from, in TensorLayout source, PoolPlan plan)
        where T : unmanaged
        where TReal : unmanaged
        where TConvert : struct, IPoolReducer<T, TReal>
    {
        for (long n = 0; n < plan.Batch; n++)
        {
            for (long c = 0; c < plan.Channels; c++)
            {
                for (long d = 0; d < plan.Depth.InputLength; d++)
                {
                    for (long h = 0; h < plan.Height.InputLength; h++)
                    {
                        var place = new OutputPlace(n, c, d, h, 0);
                        T* left = to + place.In(target), right = from + place.In(source);
                        for (long w = 0; w < plan.Width.InputLength; w++) left[w * target.Width] = default(TConvert).Finish(default(TConvert).Combine(default(TConvert).Lift(left[w * target.Width]), default(TConvert).Lift(right[w * source.Width])), 1, 1);
                    }
                }
            }
        }
    }
}
