using System.CommandLine;
using System.Globalization;
using Cenote.Gpu;

namespace Cenote.Cli;

/// <summary>Where a call pools.</summary>
internal sealed class DeviceOption
{
    public const string Name = "--device";

    public Option<string?> Option { get; } = new(Name)
    {
        Description = "Where to pool: cpu; gpu, the best device; a number of cenote devices; auto, the best device where there is one that can, else the CPU; simulated, a device's kernels on the CPU, hundreds of times slower, for tests. [default: cpu]",
        HelpName = "DEVICE",
    };

    /// <returns>The place; null where none was named. The caller disposes of it.</returns>
    /// <exception cref="UserError">There is no such device, or it does not start.</exception>
    public PoolingDevice? Open(ParseResult parse) => parse.GetValue(Option) is { } text ? new(OpenGpu(parse), isAuto: text == "auto") : null;

    /// <returns>The device; null where the CPU was named, or nothing, or <c>auto</c> and there is none. The caller disposes of it.</returns>
    /// <exception cref="UserError">There is no such device, or it does not start.</exception>
    public GpuDevice? OpenGpu(ParseResult parse) => parse.GetValue(Option) switch
    {
        null or "cpu" => null,
        "auto" => OpenIfAny(),
        string text => OpenDevice(text),
    };

    /// <summary>Opens the device that <c>gpu</c>, <c>simulated</c> or a number names.</summary>
    /// <exception cref="UserError">There is no such device, or it does not start.</exception>
    private static GpuDevice OpenDevice(string text)
    {
        try
        {
            if (text == "simulated") return GpuDevice.Cpu();
            IReadOnlyList<GpuDeviceInfo> found = GpuDevice.Enumerate();
            if (text == "gpu") return found.Count > 0 ? GpuDevice.Best() : throw new UserError($"{Name} is gpu, and {DevicesCommand.None}");
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index)) throw new UserError($"{Name} is '{text}'; it must be cpu, gpu, auto, simulated, or a number that cenote devices lists.");
            return index < found.Count ? GpuDevice.Open(found[index])
                : throw new UserError($"{Name} is {text}, and {(found.Count == 0 ? DevicesCommand.None : $"the devices are 0 to {found.Count - 1}; see cenote devices.")}");
        }
        catch (GpuException error)
        {
            throw new UserError($"{Name} is {text}: {error.Message}");
        }
    }

    private static GpuDevice? OpenIfAny()
    {
        try
        {
            return OpenDevice("gpu");
        }
        catch (UserError)
        {
            // The report says where the array was pooled.
            return null;
        }
    }
}
