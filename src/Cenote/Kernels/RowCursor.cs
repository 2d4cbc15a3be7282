namespace Cenote;

/// <summary>Walks the output rows of a job in row-major order of N, C, D, H: where each begins, and the windows that it reads.</summary>
internal unsafe struct RowCursor<T>
    where T : unmanaged
{
    private readonly PoolPlan _plan;
    private readonly TensorLayout _from, _to;
    private readonly T* _input, _output;
    private readonly long _channels;
    private long _n, _c, _d, _h;

    /// <summary>Stands at a row.</summary>
    /// <param name="job">The job.</param>
    /// <param name="row">The row's number.</param>
    /// <param name="channels">How many channels to walk one after the other; 1 where a row has them all.</param>
    public RowCursor(in PoolJob job, long row, long channels)
    {
        _channels = channels;
        (_plan, _from, _to) = (job.Plan, job.InputLayout, job.OutputLayout);
        _input = (T*)job.Input;
        _output = (T*)job.Output;
        (row, _h) = Math.DivRem(row, _plan.Height.OutputLength);
        (row, _d) = Math.DivRem(row, _plan.Depth.OutputLength);
        (_n, _c) = Math.DivRem(row, channels);
        Depth = _plan.Depth[_d];
        Height = _plan.Height[_h];
    }

    public Window Depth { get; private set; }

    public Window Height { get; private set; }

    /// <summary>The first tap's row, at column 0.</summary>
    public readonly T* Input => _input + _n * _from.Batch + _c * _from.Channel + Depth.Start * _from.Depth + Height.Start * _from.Height;

    /// <summary>The output row.</summary>
    public readonly T* Output => _output + _n * _to.Batch + _c * _to.Channel + _d * _to.Depth + _h * _to.Height;

    public void Next()
    {
        if (++_h == _plan.Height.OutputLength)
        {
            _h = 0;
            if (++_d == _plan.Depth.OutputLength)
            {
                _d = 0;
                if (++_c == _channels) (_c, _n) = (0, _n + 1);
            }

            Depth = _plan.Depth[_d];
        }

        Height = _plan.Height[_h];
    }
}
