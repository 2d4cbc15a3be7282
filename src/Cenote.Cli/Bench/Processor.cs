using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Cenote.Cli;

/// <summary>What the numbers were measured on.</summary>
internal static class Processor
{
    /// <summary>As the processor itself says; an Arm processor says nothing, and is named by the system or its family.</summary>
    public static string Name { get; } = Brand() is { Length: > 0 } brand ? brand
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? $"{RuntimeInformation.ProcessArchitecture} processor";

    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;

    private static string Brand()
    {
        const int Extended = unchecked((int)0x80000000), First = Extended + 2, Last = Extended + 4;
        if (!X86Base.IsSupported || X86Base.CpuId(Extended, 0).Eax < Last) return "";
        Span<byte> text = stackalloc byte[3 * 4 * sizeof(int)];
        Span<byte> rest = text;
        for (int leaf = First; leaf <= Last; leaf++)
        {
            var (a, b, c, d) = X86Base.CpuId(leaf, 0);
            foreach (int register in (ReadOnlySpan<int>)[a, b, c, d])
            {
                BinaryPrimitives.WriteInt32LittleEndian(rest, register);
                rest = rest[sizeof(int)..];
            }
        }

        return Encoding.ASCII.GetString(text).Trim('\0', ' ');
    }
}
