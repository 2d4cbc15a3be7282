using Cenote.Gpu;

[assembly: AssemblyFixture(typeof(Cenote.Gpu.Tests.Devices))]

namespace Cenote.Gpu.Tests;

/// <summary>The devices that every test runs on: the simulated one, and each real one found; those alone whose name holds <c>CENOTE_TEST_DEVICES</c>, where that is set: <c>Cpu</c>, <c>Cuda</c>, <c>OpenCl</c>.</summary>
public sealed class Devices : IDisposable
{
    private static readonly Dictionary<string, GpuDevice> Open = [];

    public static TheoryData<string> Names { get; } =
        [.. GpuDevice.Enumerate().Select(info => info.ToString()).Prepend("Cpu").Where(name => name.Contains(Environment.GetEnvironmentVariable("CENOTE_TEST_DEVICES") ?? "", StringComparison.Ordinal))];

    /// <summary>The device of a name, opened once.</summary>
    public static GpuDevice Get(string name)
    {
        lock (Open)
        {
            if (!Open.TryGetValue(name, out GpuDevice? device))
                Open.Add(name, device = New(name));
            return device;
        }
    }

    /// <summary>The device again, for tests that no other may disturb.</summary>
    public static GpuDevice New(string name) => name == "Cpu" ? GpuDevice.Cpu() : GpuDevice.Open(GpuDevice.Enumerate().First(info => info.ToString() == name));

    public void Dispose()
    {
        foreach (GpuDevice device in Open.Values) device.Dispose();
        Open.Clear();
    }
}
