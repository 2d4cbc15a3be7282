namespace Cenote;

/// <summary>The planes of a job, numbered, and their outputs: both lie in runs of equal steps.</summary>
internal readonly unsafe struct PlaneList<T>
    where T : unmanaged
{
    private readonly T* _input, _output;
    private readonly long _inputRun, _outputRun;

    /// <param name="job">The job.</param>
    /// <param name="withChannels">Whether each channel is a plane; else all of them are one.</param>
    public PlaneList(in PoolJob job, bool withChannels)
    {
        TensorLayout from = job.InputLayout, to = job.OutputLayout;
        long channels = withChannels ? job.Plan.Channels : 1;
        _input = (T*)job.Input;
        _output = (T*)job.Output;
        (_inputRun, _outputRun) = (from.Batch, to.Batch);
        (Run, InputStep, OutputStep) = (channels, from.Channel, to.Channel);
        Count = job.Plan.Batch * channels;
        // Axes of length 1 have no strides to speak of.
        if (channels == 1) (Run, InputStep, OutputStep) = (Count, from.Batch, to.Batch);
        else if (job.Plan.Batch == 1 || (from.Batch == channels * from.Channel && to.Batch == channels * to.Channel)) Run = Count;
    }

    public long Count { get; }

    /// <summary>How many planes follow each other at the same step.</summary>
    public long Run { get; }

    public long InputStep { get; }

    public long OutputStep { get; }

    public T* Input(long plane) => _input + plane / Run * _inputRun + plane % Run * InputStep;

    public T* Output(long plane) => _output + plane / Run * _outputRun + plane % Run * OutputStep;

    /// <summary>Whether the elements of a plane lie at equal distances, and at which.</summary>
    public static bool IsEven(PoolPlan plan, in TensorLayout layout, out long pitch)
    {
        pitch = 1;
        long count = 1;
        return Fits(plan.Width.InputLength, layout.Width, ref pitch, ref count)
            && Fits(plan.Height.InputLength, layout.Height, ref pitch, ref count)
            && Fits(plan.Depth.InputLength, layout.Depth, ref pitch, ref count);

        static bool Fits(long length, long stride, ref long pitch, ref long count)
        {
            if (length == 1) return true;
            if (count == 1) pitch = stride;
            count *= length;
            return stride == count / length * pitch;
        }
    }
}
