using System.Runtime.InteropServices;

namespace Cenote;

/// <summary>The real elements of some channels of a sample, as a dense plane each: where they lie evenly in the tensor itself, else in a copy.</summary>
internal readonly unsafe struct PlaneCopy<T> : IDisposable
    where T : unmanaged
{
    private readonly T* _plane;
    private readonly TensorLayout _tensor;
    private readonly PoolPlan _plan;
    private readonly PlanePositions _positions;
    private readonly long _channels;

    /// <summary>Null where there is no copy.</summary>
    private readonly T* _memory;

    /// <param name="plan">The plan of the whole tensor.</param>
    /// <param name="plane">Its first channel here.</param>
    /// <param name="tensor">Its strides.</param>
    /// <param name="channels">How many channels.</param>
    /// <param name="positions">The real ones.</param>
    public PlaneCopy(PoolPlan plan, T* plane, in TensorLayout tensor, long channels, PlanePositions positions)
    {
        (_plan, _tensor, _channels, _positions) = (plan, tensor, channels, positions);
        _plane = plane;
        if (positions.Runs.Length <= 1 && PlaneList<T>.IsEven(plan, tensor, out long pitch))
        {
            Start = positions.Count == 0 ? plane : plane + positions.Runs[0].Start * pitch;
            Layout = new(0, tensor.Channel, 0, 0, pitch);
            return;
        }

        Start = _memory = (T*)NativeMemory.Alloc((nuint)(channels * positions.Count), (nuint)sizeof(T));
        Layout = tensor.Channel == 1 && channels > 1 ? new(0, 1, 0, 0, channels) : new(0, positions.Count, 0, 0, 1);
    }

    /// <summary>The first element.</summary>
    public T* Start { get; }

    /// <summary>The elements of a plane lie along the width.</summary>
    public TensorLayout Layout { get; }

    /// <summary>Copies from the tensor, where there is a copy.</summary>
    public void Gather()
    {
        if (_memory is null) return;
        long number = 0;
        foreach (var (start, count) in _positions.Runs)
        {
            for (long i = start; i < start + count; i++, number++)
            {
                T* from = _plane + Offset(i), to = _memory + number * Layout.Width;
                for (long c = 0; c < _channels; c++) to[c * Layout.Channel] = from[c * _tensor.Channel];
            }
        }
    }

    /// <summary>Copies to the tensor, where there is a copy, and writes zeros to all that is not real.</summary>
    public void Scatter()
    {
        long number = 0, position = 0;
        foreach (var (start, count) in _positions.Runs)
        {
            for (; position < start; position++) Clear(position);
            for (; position < start + count; position++, number++)
            {
                T* to = _plane + Offset(position), from = _memory + number * Layout.Width;
                for (long c = 0; c < _channels && _memory is not null; c++) to[c * _tensor.Channel] = from[c * Layout.Channel];
            }
        }

        for (; position < _plan.Depth.InputLength * _plan.Height.InputLength * _plan.Width.InputLength; position++) Clear(position);
    }

    public void Dispose() => NativeMemory.Free(_memory);

    private void Clear(long position)
    {
        T* at = _plane + Offset(position);
        for (long c = 0; c < _channels; c++) at[c * _tensor.Channel] = default;
    }

    private long Offset(long position)
    {
        var (row, w) = Math.DivRem(position, _plan.Width.InputLength);
        var (d, h) = Math.DivRem(row, _plan.Height.InputLength);
        return d * _tensor.Depth + h * _tensor.Height + w * _tensor.Width;
    }
}
