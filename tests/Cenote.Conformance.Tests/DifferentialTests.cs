using Cenote.Conformance.Tests.Torch;
using Cenote.Tests.Golden;

namespace Cenote.Conformance.Tests;

/// <summary>The layers against libtorch, live, over random cases with fixed seeds.</summary>
public class DifferentialTests
{
    private const int CasesPerRow = 1000;

    // Comparisons of values alone; cases that both sides refuse do not count.
    private const int LeastComparedPerRow = 700;

    private static readonly (string Operator, int Rank, Type Element)[] AllRows =
    [
        .. from rank in (int[])[1, 2, 3]
           from type in (Type[])[typeof(float), typeof(double), typeof(Half), typeof(BFloat16), typeof(byte), typeof(sbyte), typeof(short), typeof(int), typeof(long)]
           select ("max", rank, type),
        .. from rank in (int[])[1, 2]
           from type in (Type[])[typeof(float), typeof(double), typeof(Half), typeof(BFloat16), typeof(long)]
           select ("avg", rank, type),
        .. from type in (Type[])[typeof(float), typeof(double), typeof(long)]
           select ("avg", 3, type),
    ];

    public static TheoryData<string, int, string> Rows => [.. AllRows.Select(row => (row.Operator, row.Rank, row.Element.Name))];

    [Fact]
    public void The_rows_compare_at_least_20000_cases() => Assert.InRange(AllRows.Length * LeastComparedPerRow, 20_000, int.MaxValue);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Agrees_with_libtorch(string @operator, int rank, string element)
    {
        Assert.SkipUnless(TorchNative.IsAvailable, "libtorch is not here: it is tested on Linux x64.");
        int row = Array.FindIndex(AllRows, candidate => (candidate.Operator, candidate.Rank, candidate.Element.Name) == (@operator, rank, element));
        (int compared, int refused) = element switch
        {
            nameof(Single) => Compare<float>(row),
            nameof(Double) => Compare<double>(row),
            nameof(Half) => Compare<Half>(row),
            nameof(BFloat16) => Compare<BFloat16>(row),
            nameof(Byte) => Compare<byte>(row),
            nameof(SByte) => Compare<sbyte>(row),
            nameof(Int16) => Compare<short>(row),
            nameof(Int32) => Compare<int>(row),
            _ => Compare<long>(row),
        };
        TestContext.Current.SendDiagnosticMessage($"{@operator} {rank}-D {element}: {compared} compared, {refused} refused by both");
        Assert.InRange(compared, LeastComparedPerRow, CasesPerRow);
        Assert.InRange(refused, 10, CasesPerRow);
    }

    private static (int Compared, int Refused) Compare<T>(int row)
        where T : unmanaged
    {
        var generator = new CaseGenerator(row);
        int compared = 0, refused = 0;
        for (int number = 0; number < CasesPerRow; number++)
        {
            PoolCase @case = generator.Next(AllRows[row].Operator == "max", AllRows[row].Rank);
            T[] input = generator.Data<T>(@case);
            bool channelsLast = generator.Coin();
            int threads = 1 + generator.Below(3);
            string name = $"case {number} of row {row} ({Elements.Name<T>()}, {(channelsLast ? "channels last" : "row-major")}, {threads} threads): {@case}";

            (T[] Values, long[] Shape)? expected = TorchPool.Run(@case, input, channelsLast);
            (T[] Values, long[] Shape) actual;
            try
            {
                actual = CenoteRun.Run(@case, input, channelsLast, threads);
            }
            catch (ArgumentException refusal)
            {
                Assert.True(expected is null, $"{name}\nlibtorch accepts it, Cenote says: {refusal.Message}");
                refused++;
                continue;
            }

            if (expected is null)
            {
                Assert.True(WiderOnPurpose.Covers(@case), $"{name}\nlibtorch refuses it, Cenote does not");
                continue;
            }

            Assert.True(expected.Value.Shape.AsSpan().SequenceEqual(actual.Shape), $"{name}\nexpected shape {string.Join('x', expected.Value.Shape)}, got {string.Join('x', actual.Shape)}");
            Tolerance.Check(name, @case, channelsLast, input, expected.Value.Values, actual.Values);
            compared++;
        }

        return (compared, refused);
    }
}
