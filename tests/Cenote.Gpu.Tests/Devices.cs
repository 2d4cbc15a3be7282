using Cenote.Gpu;

[assembly: AssemblyFixture(typeof(Cenote.Gpu.Tests.Devices))]

namespace Cenote.Gpu.Tests;

/// <summary>The devices that every test runs on: the simulated one, and each real one found.</summary>
public sealed class Devices : IDisposable
{
    private static readonly Dictionary<string, GpuDevice> Open = [];

    public static TheoryData<string> Names => [.. GpuDevice.Enumerate().Select(info => info.ToString()).Prepend("Cpu")];

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
