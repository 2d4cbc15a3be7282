using Cenote.Benchmarks.Peers;
using Cenote.Onnx;

namespace Cenote.Benchmarks.Rows;

/// <summary>An element type, for code that is not generic over it.</summary>
internal abstract unsafe class Element(string name, int size, double epsilon)
{
    /// <summary>The opset of the kernels that ONNX Runtime is known for.</summary>
    protected const int OnnxOpset = 12;

    public static IReadOnlyList<Element> All { get; } =
    [
        new Element<float>("float32", Math.Pow(2, -23), value => (float)value, value => value),
        new Element<double>("float64", Math.Pow(2, -52), value => value, value => value),
        new Element<Half>("float16", Math.Pow(2, -10), value => (Half)value, value => (double)value),
        new Element<BFloat16>("bfloat16", Math.Pow(2, -7), value => (BFloat16)value, value => (double)value),
        new Element<byte>("uint8", 0, value => (byte)(100 + (100 * value)), value => value),
        new Element<sbyte>("int8", 0, value => (sbyte)(100 * value), value => value),
        new Element<ushort>("uint16", 0, value => (ushort)(10000 + (10000 * value)), value => value),
        new Element<short>("int16", 0, value => (short)(10000 * value), value => value),
        new Element<uint>("uint32", 0, value => (uint)(1e6 + (1e6 * value)), value => value),
        new Element<int>("int32", 0, value => (int)(1e6 * value), value => value),
        new Element<ulong>("uint64", 0, value => (ulong)(1e6 + (1e6 * value)), value => value),
        new Element<long>("int64", 0, value => (long)(1e6 * value), value => value),
    ];

    public string Name => name;

    public int Size => size;

    /// <summary>The distance from 1 to the next number; 0 for integers.</summary>
    public double Epsilon => epsilon;

    /// <summary>Writes pseudo-random numbers: floats in −1 … 1, integers in as many values as suit them.</summary>
    public abstract void Fill(void* data, long count);

    public abstract double At(void* data, long index);

    public abstract PeerCall BindCenote(Job job);

    /// <summary>A row's layer as an ONNX model of this type.</summary>
    /// <exception cref="NotSupportedException">ONNX has none.</exception>
    public abstract byte[] ToOnnx(Row row);
}

/// <inheritdoc/>
internal sealed unsafe class Element<T>(string name, double epsilon, Func<double, T> from, Func<T, double> to) : Element(name, sizeof(T), epsilon)
    where T : unmanaged
{
    public override void Fill(void* data, long count)
    {
        // A fixed xorshift: the same data in every run, and fast for large tensors.
        ulong state = 0x9E3779B97F4A7C15;
        for (long i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((T*)data)[i] = from(((state >> 11) * Math.Pow(2, -52)) - 1);
        }
    }

    public override double At(void* data, long index) => to(((T*)data)[index]);

    public override PeerCall BindCenote(Job job) => job.Row.Operator switch
    {
        Operator.Unpool => new CenoteUnpool<T>(job),
        Operator.Regions => new CenoteRoiAlign<T>(job),
        _ => new CenoteLayer<T>(job),
    };

    public override byte[] ToOnnx(Row row) => OnnxPool.Write<T>(row.Layer(threads: 1), [.. row.Shape.Select(length => (nint)length)], OnnxOpset);
}
