using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Cenote.Benchmarks.Peers;

namespace Cenote.Benchmarks.Report;

/// <summary>What the numbers were measured on, and with.</summary>
internal static class Machine
{
    public static string Processor { get; } = FindProcessor();

    /// <summary>The processor's name as the name of a folder.</summary>
    public static string Slug
    {
        get
        {
            var slug = new StringBuilder();
            foreach (char letter in Processor.ToLowerInvariant())
            {
                if (char.IsAsciiLetterOrDigit(letter)) slug.Append(letter);
                else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
            }

            return slug.ToString().TrimEnd('-');
        }
    }

    public static void Write(TextWriter writer)
    {
        writer.WriteLine($"- {Processor}, {Environment.ProcessorCount} cores, vectors of {Lanes} bits");
        writer.WriteLine($"- {RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}");
        writer.WriteLine($"- {string.Join(", ", AllPeers.Versions)}");
        writer.WriteLine();
    }

    private static int Lanes => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;

    private static string FindProcessor()
    {
        const string Linux = "/proc/cpuinfo";
        string? line = File.Exists(Linux) ? File.ReadLines(Linux).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
