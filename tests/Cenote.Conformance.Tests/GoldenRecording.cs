using System.Runtime.CompilerServices;
using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>Keeps the committed golden file equal to what libtorch says, and writes it anew on request.</summary>
/// <remarks>
/// To record, set CENOTE_RECORD_GOLDEN to the full path of tests/Cenote.Tests/Golden/libtorch.txt, run this test once, and build again.
/// </remarks>
public class GoldenRecording
{
    private const int RandomCasesPerGroup = 19;

    [Fact]
    public void The_golden_file_is_what_libtorch_says()
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        List<GoldenCase> recorded =
        [
            .. Group<float>(), .. Group<double>(), .. Group<Half>(), .. Group<BFloat16>(), .. Group<byte>(),
            .. Group<sbyte>(), .. Group<short>(), .. Group<int>(), .. Group<long>(), .. NotoriousCases.All().Select(Record),
        ];
        if (Environment.GetEnvironmentVariable("CENOTE_RECORD_GOLDEN") is { Length: > 0 } path)
        {
            string header = "# Answers of libtorch 2.10.0: element type | case | input | output shape | output. Written by GoldenRecording; do not edit.\n";
            File.WriteAllText(path, header + string.Concat(recorded.Select(golden => $"{golden}\n")));
            return;
        }

        Assert.Equal(recorded.Select(golden => golden.ToString()), GoldenCase.ReadAll().Select(golden => golden.ToString()));
    }

    private static IEnumerable<GoldenCase> Group<T>()
        where T : unmanaged
    {
        bool averages = Elements.IsFloating<T>() || default(T) is long;
        foreach (bool isMax in averages ? (bool[])[true, false] : [true])
        {
            // Kept small by bytes, so that wide types do not fill the file.
            var generator = new CaseGenerator(seed: 77, mostElements: 192 / Unsafe.SizeOf<T>());
            for (int count = 0; count < RandomCasesPerGroup;)
            {
                // libtorch's 3-D average has no 16-bit types.
                int ranks = !isMax && (default(T) is Half or BFloat16) ? 2 : 3;
                PoolCase @case = generator.Next(isMax, 1 + (count % ranks));
                T[] input = generator.Data<T>(@case);
                (T[] Values, long[] Shape)? output = TorchPool.Run(@case, input, channelsLast: false);
                bool inexact = !isMax && @case.Taps > 32;
                if (inexact || input.Length == 0 || output?.Values.Length > 200 || (output is null && WiderOnPurpose.Covers(@case))) continue;
                yield return GoldenCase.Create(@case, input, output);
                count++;
            }
        }
    }

    private static GoldenCase Record((PoolCase Case, float[] Input) notorious) =>
        GoldenCase.Create(notorious.Case, notorious.Input, TorchPool.Run(notorious.Case, notorious.Input, channelsLast: false));
}
