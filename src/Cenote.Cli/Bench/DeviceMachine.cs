using System.Text.Json;
using Cenote.Gpu;

namespace Cenote.Cli;

/// <summary>A device: rows of batches so large that no cache of its holds them.</summary>
internal sealed class DeviceMachine : BenchMachine
{
    /// <summary>What a row reads and writes; on the simulated device, which would take minutes, much less.</summary>
    private const long RowBytes = 1L << 29, SimulatedRowBytes = 1L << 14;

    private readonly GpuDevice _device;
    private readonly GpuTensor<float> _input, _output;

    /// <param name="device">Open; disposed of with the machine.</param>
    /// <exception cref="GpuException">The device has not the memory.</exception>
    public DeviceMachine(GpuDevice device)
    {
        _device = device;
        Rows = [.. BenchRow.All.Select(row => row.Scaled(Room)).Where(row => row.Bytes <= Room)];
        float[] values = new float[Rows.Max(row => row.InputBytes) / sizeof(float)];
        BenchCall.Fill(values);
        _input = device.Allocate<float>(values.Length);
        _input.CopyFrom(values);
        // Of a copy's two sides both are as long as half of what a row moves.
        _output = device.Allocate<float>((nint)(Rows.Max(row => row.Bytes) / sizeof(float)));
    }

    public override IReadOnlyList<BenchRow> Rows { get; }

    public override string Description => IsSimulated ? "The simulated device." : $"{_device.Info}: {_device.Info.Multiprocessors} multiprocessors.";

    private bool IsSimulated => _device.Info.Backend == GpuBackend.Cpu;

    private long Room => IsSimulated ? SimulatedRowBytes : Math.Min(RowBytes, _device.Info.MemoryBytes / 4);

    public override BenchWork Bind(BenchRow row, CancellationToken cancellation) => row.Format == ElementFormat.Byte ? Bind<byte>(row) : Bind<float>(row);

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("device", _device.Info.Name);
        json.WriteString("driver", _device.Info.Driver);
        json.WriteNumber("multiprocessors", _device.Info.Multiprocessors);
    }

    public override void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _device.Dispose();
    }

    private BenchWork Bind<T>(BenchRow row)
        where T : unmanaged
    {
        PoolLayer layer = row.Layer(1);
        PoolPlan plan = row.Plan;
        GpuTensor<T> input = _device.Wrap<T>(_input.Pointer, plan.InputShape, row.Strides(plan.InputShape)), output = _device.Wrap<T>(_output.Pointer, plan.OutputShape, row.Strides(plan.OutputShape));
        nint half = (nint)(row.Bytes / 2);
        GpuTensor<byte> from = _device.Wrap<byte>(_input.Pointer, [half]), to = _device.Wrap<byte>(_output.Pointer, [half]);
        return new(times => Run(times, () => layer.Forward(input, output)), times => Run(times, () => from.CopyTo(to)), input, output, from, to);
    }

    /// <summary>Queues the calls, and waits for the last.</summary>
    private void Run(int times, Action call)
    {
        for (int time = 0; time < times; time++) call();
        _device.Synchronize();
    }
}
