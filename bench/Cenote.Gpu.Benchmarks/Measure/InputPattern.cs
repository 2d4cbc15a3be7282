namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>
/// The numbers that every input and every gradient holds, by their place in memory: 2048 numbers from −1 to 1, which 16 bits hold exactly, in an order that repeats after
/// <see cref="Period"/>. The script for PyTorch makes the same ones.
/// </summary>
internal static class InputPattern
{
    /// <summary>No power of two, so that planes differ.</summary>
    public const int Period = (1 << 22) - 3;

    public static float At(long index) => ((int)(unchecked((uint)(index % Period) * 2654435761u) >> 21) - 1024) / 1024f;

    public static T[] Make<T>(int count)
        where T : unmanaged
    {
        var values = new T[count];
        for (int i = 0; i < count; i++) values[i] = typeof(T) == typeof(float) ? (T)(object)At(i) : (T)(object)(Half)At(i);
        return values;
    }

    /// <summary>A tensor on the device that is full of it.</summary>
    public static GpuTensor<T> Upload<T>(GpuDevice device, long count)
        where T : unmanaged
    {
        GpuTensor<T> tensor = device.Allocate<T>((nint)count);
        T[] period = Make<T>((int)Math.Min(Period, count));
        for (long start = 0; start < count; start += period.Length)
        {
            int part = (int)Math.Min(period.Length, count - start);
            using GpuTensor<T> window = device.Wrap<T>(tensor.Pointer + (nint)(start * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()), [part]);
            window.CopyFrom(period.AsSpan(0, part));
        }

        return tensor;
    }
}
