namespace Cenote;

/// <summary>The progress of one call among several that are one to the caller.</summary>
internal sealed class PartProgress(IProgress<double> whole, int number, int count) : IProgress<double>
{
    public static IProgress<double>? Of(IProgress<double>? whole, int number, int count) => whole is null ? null : new PartProgress(whole, number, count);

    public void Report(double value) => whole.Report((number + value) / count);
}
