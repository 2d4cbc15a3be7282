namespace Cenote;

/// <summary>The gradient of some channels of an image while regions are added to it: dense sums, rounded once in the end.</summary>
internal readonly unsafe struct RoiPlane<T, TReal, TConvert>
    where T : unmanaged
    where TReal : unmanaged
    where TConvert : struct, IPoolReducer<T, TReal>
{
    private readonly RoiJob<T> _call;
    private readonly T* _result;
    private readonly TReal* _sums;
    private readonly long _channels;

    /// <param name="call">The call.</param>
    /// <param name="image">The image.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">How many there are.</param>
    /// <param name="room">The elements of <see cref="Room"/>.</param>
    public RoiPlane(in RoiJob<T> call, long image, long channel, long channels, long room)
    {
        (_call, _channels) = (call, channels);
        _result = call.Result + image * call.Results.Batch + channel * call.Results.Channel;
        long elements = channels * call.Rows * call.Columns;
        _sums = (TReal*)Scratch.Of((elements + room) * sizeof(TReal));
        new Span<TReal>(_sums, checked((int)elements)).Clear();
        Room = _sums + elements;
    }

    /// <summary>Room for one row.</summary>
    public TReal* Room { get; }

    public TReal* Row(long channel, long row) => _sums + (channel * _call.Rows + row) * _call.Columns;

    public void Finish()
    {
        for (long y = 0; y < _call.Rows; y++)
            for (long x = 0; x < _call.Columns; x++)
                for (long c = 0; c < _channels; c++)
                    _result[y * _call.Results.Height + x * _call.Results.Width + c * _call.Results.Channel] = default(TConvert).Finish(Row(c, y)[x], 1, 1);
    }
}
