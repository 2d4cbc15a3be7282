using Cenote.Gpu;

[assembly: AssemblyFixture(typeof(Cenote.Gpu.Tests.Devices))]

namespace Cenote.Gpu.Tests;

/// <summary>The devices that every test runs on: the simulated one, and each real one found; the real ones alone where <c>CENOTE_TEST_DEVICES</c> is <c>real</c>.</summary>
public sealed class Devices : IDisposable
{
    private static readonly Dictionary<string, GpuDevice> Open = [];

    public static TheoryData<string> Names { get; } =
        [.. GpuDevice.Enumerate().Select(info => info.ToString()).Prepend("Cpu").Skip(Environment.GetEnvironmentVariable("CENOTE_TEST_DEVICES") == "real" ? 1 : 0)];

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
