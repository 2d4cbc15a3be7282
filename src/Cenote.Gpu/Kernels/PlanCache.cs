using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;

namespace Cenote.Gpu;

/// <summary>A plan's windows on a device: numbers, and the list of those that numbers do not tell.</summary>
internal sealed class PlanWindows(AxisWindows depth, AxisWindows height, AxisWindows width, MemoryBuffer memory, int count)
{
    public AxisWindows Depth => depth;

    public AxisWindows Height => height;

    public AxisWindows Width => width;

    public PoolingAxes Axes => new() { Depth = depth, Height = height, Width = width };

    public MemoryBuffer Memory => memory;

    public ArrayView<ListedWindow> List => memory.AsArrayView<byte>(0, memory.LengthInBytes / 16 * 16).Cast<ListedWindow>().SubView(0, Math.Max(1, count));
}

/// <summary>The windows of the plans that were used last.</summary>
internal sealed class PlanCache(GpuDevice device)
{
    private const int MostKept = 256, MostLeaving = 32;

    /// <summary>Lists are for borders and uneven windows: 16 bytes each.</summary>
    private const long MostListed = 1 << 24;

    private readonly ConcurrentDictionary<PoolPlan, PlanWindows> _windows = [];
    private readonly Queue<PoolPlan> _order = [];

    /// <summary>Those that were forgotten last: a call that asks for a second plan's may hold a first one's, and so may other threads' calls.</summary>
    private readonly Queue<PlanWindows> _leaving = [];

    /// <exception cref="NotSupportedException">An axis is longer than kernels count.</exception>
    public PlanWindows this[PoolPlan plan] => _windows.TryGetValue(plan, out PlanWindows? windows) ? windows : device.Guard("copying windows", () =>
    {
        if (_windows.TryGetValue(plan, out PlanWindows? others)) return others;
        if (_order.Count >= MostKept) Forget(1);
        PlanWindows created = Create(plan);
        _windows[plan] = created;
        _order.Enqueue(plan);
        return created;
    });

    /// <summary>Frees all windows, once no kernel reads them; nobody may be about to launch one.</summary>
    public void Clear() => device.Guard("waiting", () => Forget(_order.Count, 0));

    /// <summary>Forgets the oldest, and frees what was forgotten before so many others.</summary>
    private void Forget(int count, int leaving = MostLeaving)
    {
        for (; count > 0; count--)
            if (_windows.TryRemove(_order.Dequeue(), out PlanWindows? oldest)) _leaving.Enqueue(oldest);
        if (_leaving.Count <= leaving) return;
        // A kernel may still read them.
        device.Synchronize();
        while (_leaving.Count > leaving) device.Free(_leaving.Dequeue().Memory);
    }

    private PlanWindows Create(PoolPlan plan)
    {
        var list = new List<ListedWindow>();
        AxisWindows depth = Add(plan, plan.Depth, list), height = Add(plan, plan.Height, list), width = Add(plan, plan.Width, list);
        MemoryBuffer memory = device.AllocateBytes(16L * Math.Max(1, list.Count));
        var windows = new PlanWindows(depth, height, width, memory, list.Count);
        if (list.Count == 0) return windows;
        try
        {
            device.Guard("copying windows", () => ((ArrayView1D<ListedWindow, Stride1D.Dense>)windows.List).CopyFromCPU(device.Accelerator.DefaultStream, list.ToArray()));
            device.DefaultStream.Synchronize();
        }
        catch
        {
            device.Free(memory);
            throw;
        }

        return windows;
    }

    private static AxisWindows Add(PoolPlan plan, AxisPlan axis, List<ListedWindow> list)
    {
        if (axis.OutputLength > int.MaxValue || (Int128)axis.Before + axis.InputLength + axis.After + axis.Span > int.MaxValue)
            throw new NotSupportedException($"{plan} has an axis of more than 2^31 − 1 elements, padding and one window included, which kernels do not count.");
        int outputs = (int)axis.OutputLength, from = outputs, end = outputs;
        if (axis.Slides) (from, end) = ((int)Math.Clamp(axis.WholeFrom, 0, outputs), (int)Math.Clamp(axis.WholeEnd, 0, outputs));
        if (from >= end) (from, end) = (outputs, outputs);
        long listed = outputs - (end - from);
        if (listed > MostListed) throw new NotSupportedException($"{plan} has {listed} windows along one axis that differ from each other; kernels know at most {MostListed}.");
        var windows = new AxisWindows
        {
            Stride = (int)Math.Min(axis.Stride, int.MaxValue),
            Before = (int)axis.Before,
            Kernel = (int)axis.Kernel,
            Steps = new((int)axis.Dilation),
            WholeFrom = from,
            WholeEnd = end,
            Listed = list.Count,
        };
        for (int position = 0; position < outputs; position++)
        {
            if (position == from && end > from) position = end;
            if (position == outputs) break;
            Window window = axis[position];
            list.Add(new()
            {
                // Where no tap is inside the input, only the number of padded ones matters.
                Start = (int)(window.Start - window.Before * window.Step),
                Before = (int)window.Before,
                Count = (int)window.Count,
                Extent = (int)(plan.ReadsPadding ? window.Before + window.Count + window.After : window.Extent),
            });
        }

        return windows;
    }
}
