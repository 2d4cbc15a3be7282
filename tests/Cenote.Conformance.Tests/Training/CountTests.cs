namespace Cenote.Conformance.Tests.Training;

public class CountTests
{
    [Fact]
    public void The_rows_compare_at_least_20000_cases_of_training()
    {
        int indices = IndexDifferentialTests.Rows.Count * IndexDifferentialTests.CasesPerRow;
        int gradients = GradientDifferentialTests.Rows.Count * (GradientDifferentialTests.MaxCasesPerRow + GradientDifferentialTests.LeastAveragesPerRow + GradientDifferentialTests.GlobalCasesPerRow);
        int unpoolings = UnpoolDifferentialTests.Rows.Count * UnpoolDifferentialTests.CasesPerRow;
        Assert.InRange(indices + gradients + unpoolings, 20_000, int.MaxValue);
    }
}
