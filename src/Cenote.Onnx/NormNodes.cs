using static Cenote.Onnx.NodeWriter;

namespace Cenote.Onnx;

/// <summary>Norms: ONNX's operators where they do the same, else powers, sums and roots.</summary>
internal sealed class NormNodes(NodeWriter writer, LayerNodes nodes)
{
    public string Write(LpPool norm, string x)
    {
        double p = norm.NormType;
        WindowOptions o = norm.Options;
        // Even powers have no signs, and without an overhang the mean times the taps is the sum: PyTorch's formula is the norm.
        bool isNorm = norm.TrueNorm || (p % 2 == 0 && !o.CeilMode);
        if (isNorm && IsWhole(p)) return writer.Add("LpPool", [x], [.. nodes.Window("LpPool", o), Attribute("p", (long)p)]);
        if (double.IsInfinity(p)) return norm.TrueNorm ? writer.Add("MaxPool", [writer.Add("Abs", [x])], nodes.Window("MaxPool", o)) : throw new NotSupportedException($"{norm} is 1 everywhere, by PyTorch's formula; set TrueNorm for the greatest magnitude.");
        return nodes.Widened(x, wide => norm.TrueNorm ? Root(nodes.Sum(o, Power(writer.Add("Abs", [wide]), p)), p) : Root(Mean(norm, Power(wide, p)), p));
    }

    public string Write(GlobalLpPool norm, string x)
    {
        double p = norm.NormType;
        if (IsWhole(p)) return writer.Add("GlobalLpPool", [x], Attribute("p", (long)p));
        if (double.IsInfinity(p)) return writer.Add("GlobalMaxPool", [writer.Add("Abs", [x])]);
        return nodes.Widened(x, wide => Root(nodes.SumOfPlane(Power(writer.Add("Abs", [wide]), p)), p));
    }

    /// <summary>The mean over the taps inside, of powers of numbers that are no less than ε.</summary>
    public string Write(GeneralizedMeanPool mean, string x) => nodes.Widened(x, wide =>
    {
        string powers = Power(writer.Add("Max", [wide, writer.Constant(mean.Epsilon)]), mean.NormType);
        return Root(mean is GeMPool windows ? writer.Add("AveragePool", [powers], nodes.Window("AveragePool", windows.Options)) : writer.Add("GlobalAveragePool", [powers]), mean.NormType);
    });

    private static bool IsWhole(double p) => p is >= 1 and <= int.MaxValue && double.IsInteger(p);

    /// <summary>The mean over the taps there are, times those of a whole window.</summary>
    private string Mean(LpPool norm, string powers)
    {
        double taps = 1;
        for (int axis = 0; axis < norm.SpatialRank; axis++) taps *= norm.Options.Kernel[axis];
        return nodes.Scaled(writer.Add("AveragePool", [powers], [.. nodes.Window("AveragePool", norm.Options), Attribute("count_include_pad", 1)]), taps);
    }

    private string Power(string x, double p) => p == 1 ? x : writer.Add("Pow", [x, writer.Constant(p)]);

    private string Root(string x, double p) => Power(x, 1 / p);
}
