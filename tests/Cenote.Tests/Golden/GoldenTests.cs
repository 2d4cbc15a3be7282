namespace Cenote.Tests.Golden;

/// <summary>The layers against answers recorded from libtorch, on machines that do not have it.</summary>
public class GoldenTests
{
    private static readonly IReadOnlyList<GoldenCase> All = GoldenCase.ReadAll();

    public static TheoryData<string, string> Groups => [.. All.Select(golden => (Operator(golden), golden.Element)).Distinct()];

    [Fact]
    public void The_file_holds_every_operator_and_element_type()
    {
        Assert.InRange(All.Count, 300, int.MaxValue);
        Assert.Equal(14, Groups.Count);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Gives_the_recorded_answer(string @operator, string element)
    {
        foreach (GoldenCase golden in All.Where(golden => Operator(golden) == @operator && golden.Element == element))
        {
            Action<GoldenCase> replay = element switch
            {
                "f16" => Replay<Half>,
                "bf16" => Replay<BFloat16>,
                nameof(Single) => Replay<float>,
                nameof(Double) => Replay<double>,
                nameof(Byte) => Replay<byte>,
                nameof(SByte) => Replay<sbyte>,
                nameof(Int16) => Replay<short>,
                nameof(Int32) => Replay<int>,
                nameof(Int64) => Replay<long>,
                _ => throw new NotSupportedException(element),
            };
            replay(golden);
        }
    }

    private static string Operator(GoldenCase golden) => golden.Case.IsMax ? "max" : "avg";

    private static void Replay<T>(GoldenCase golden)
        where T : unmanaged
    {
        T[] input = GoldenCase.FromHex<T>(golden.Input);
        if (golden.OutputShape == GoldenCase.Refused)
        {
            Assert.ThrowsAny<ArgumentException>(() => CenoteRun.Run(golden.Case, input, channelsLast: false));
            return;
        }

        T[] expected = GoldenCase.FromHex<T>(golden.Output);
        (T[] rowMajor, long[] shape) = CenoteRun.Run(golden.Case, input, channelsLast: false);
        Assert.True(golden.OutputLengths().AsSpan().SequenceEqual(shape), $"{golden.Case}: expected shape {golden.OutputShape}, got {string.Join('x', shape)}");
        RequireSame(golden, "row-major", expected, rowMajor);
        RequireSame(golden, "channels last", expected, CenoteRun.Run(golden.Case, input, channelsLast: true).Values);
        RequireSame(golden, "spans", expected, CenoteRun.RunSpans(golden.Case, input));
    }

    private static void RequireSame<T>(GoldenCase golden, string form, T[] expected, T[] actual)
        where T : unmanaged
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (!Elements.Same(expected[i], actual[i])) Assert.Fail($"{golden.Element}, {form}: {golden.Case}\noutput {i}: expected {expected[i]}, got {actual[i]}");
    }
}
