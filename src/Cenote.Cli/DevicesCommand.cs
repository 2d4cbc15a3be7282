using System.CommandLine;
using System.Globalization;
using Cenote.Gpu;

namespace Cenote.Cli;

/// <summary>The devices that can pool.</summary>
internal sealed class DevicesCommand
{
    /// <summary>That there is none, as the end of a sentence.</summary>
    public const string None = "no GPU was found: neither NVIDIA's driver (libcuda, nvcuda.dll) nor an OpenCL 2 driver answers.";

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object per device. [default: a table]" };

    public Command Command
    {
        get
        {
            var command = new Command("devices", "Lists the GPUs of this machine that can pool: CUDA's and OpenCL's, by the number that --device takes.") { _json };
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        IReadOnlyList<GpuDeviceInfo> devices = GpuDevice.Enumerate();
        if (parse.GetValue(_json)) foreach (GpuDeviceInfo device in devices) Console.Out.WriteLine(ToJson(device));
        else foreach (string line in Lines(devices)) Console.Out.WriteLine(line);
        return 0;
    }

    public static IEnumerable<string> Lines(IReadOnlyList<GpuDeviceInfo> devices)
    {
        if (devices.Count == 0) return [char.ToUpperInvariant(None[0]) + None[1..]];
        string[][] rows = [["device", "name", "kind", "memory", "multiprocessors", "driver"], .. devices.Select(Cells)];
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        return rows.Select(row => string.Join("  ", row.Zip(widths, (cell, width) => cell.PadRight(width))).TrimEnd());
    }

    public static string ToJson(GpuDeviceInfo device) => JsonLine.Of(json =>
    {
        json.WriteNumber("device", device.Index);
        json.WriteString("name", device.Name);
        json.WriteString("kind", Kind(device));
        json.WriteNumber("memoryBytes", device.MemoryBytes);
        json.WriteNumber("multiprocessors", device.Multiprocessors);
        json.WriteString("driver", device.Driver);
    });

    private static string[] Cells(GpuDeviceInfo device) =>
    [
        device.Index.ToString(CultureInfo.InvariantCulture),
        device.Name,
        Kind(device),
        string.Create(CultureInfo.InvariantCulture, $"{device.MemoryBytes / (double)(1 << 30):0.0} GiB"),
        device.Multiprocessors.ToString(CultureInfo.InvariantCulture),
        device.Driver,
    ];

    private static string Kind(GpuDeviceInfo device) => device.Backend == GpuBackend.Cuda ? "CUDA" : "OpenCL";
}
