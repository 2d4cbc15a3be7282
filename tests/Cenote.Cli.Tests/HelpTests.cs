using System.Text.RegularExpressions;

namespace Cenote.Cli.Tests;

/// <summary>What the command says about itself.</summary>
public sealed partial class HelpTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("max", "-k -s -p --same -d --ceil --zero-padding --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("avg", "-k -s -p --same -d --ceil --exclude-padding --divisor --round -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-avg", "--round --mask --lengths -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-max", "--mask --lengths --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("unpool", "--indices -k -s -p --size -o --out-dir --layout --dims --threads --device --force --quiet --json")]
    [InlineData("adaptive-avg", "--size --round -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("adaptive-max", "--size --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("sum", "-k -s -p --same -d --ceil -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-sum", "--mask --lengths -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("lp", "--norm -k -s -p --same -d --ceil --true-norm -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-lp", "--norm --mask --lengths -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("reduce", "-k --method --edge --ignore-nan --nodata --min-count --round --weights -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("pyramid", "--levels -k --method --edge --ignore-nan --nodata --min-count --round --out-dir --layout --dims --threads --force --quiet --json")]
    [InlineData("min", "-k -s -p --same -d --ceil --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-min", "--mask --lengths --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("fractional-max", "-k --size --seed --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("median", "-k -s -p --same -d --ceil --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("mode", "-k -s -p --same -d --ceil -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("stochastic", "-k -s -p --same -d --ceil --seed --mean --indices -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("gem", "--norm --eps -k -s -p --same -d --ceil -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("global-gem", "--norm --eps --mask --lengths -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("soft", "-k -s -p --same -d --ceil -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("blur", "-k -s -o --out-dir --onnx --layout --dims --threads --device --force --quiet --json")]
    [InlineData("spp", "--sizes --mode -o --out-dir --layout --dims --threads --force --quiet --json")]
    [InlineData("sppf", "-k --count -o --out-dir --layout --dims --threads --force --quiet --json")]
    [InlineData("roi-align", "--rois --size --scale --sampling-ratio --aligned --mode -o --out-dir --layout --dims --threads --force --quiet --json")]
    [InlineData("roi-max", "--rois --size --scale -o --out-dir --layout --dims --threads --force --quiet --json")]
    [InlineData("shape", "--stack -k -s -p --same -d --ceil")]
    [InlineData("onnx", "--json")]
    [InlineData("explain max", "-k -s -p --same -d --ceil --zero-padding --values --at -o --force --color")]
    [InlineData("explain adaptive-avg", "--size --round --values --at -o --force --color")]
    [InlineData("compare", "-k -s -p --same -d --ceil -o --noise --seed --angle --force --json")]
    [InlineData("bench", "--threads --device --seconds --json")]
    [InlineData("devices", "--json")]
    [InlineData("serve", "--port --page")]
    public void Help_tells_every_option_with_its_default(string command, string options)
    {
        string help = _place.Run($"{command} --help").Succeeded().Printed;
        Match[] told = [.. Option().Matches(help).Where(option => !option.Value.Contains("--help", StringComparison.Ordinal))];
        Assert.Equal(options.Split(' '), told.Select(option => option.Groups["name"].Value));
        Assert.All(told, option => Assert.True(option.Value.Contains("[default: ", StringComparison.Ordinal) || option.Value.Contains("(REQUIRED)", StringComparison.Ordinal), option.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("max")]
    [InlineData("avg")]
    [InlineData("global-avg")]
    [InlineData("global-max")]
    [InlineData("adaptive-avg")]
    [InlineData("adaptive-max")]
    [InlineData("sum")]
    [InlineData("global-sum")]
    [InlineData("lp")]
    [InlineData("global-lp")]
    [InlineData("reduce")]
    [InlineData("pyramid")]
    [InlineData("min")]
    [InlineData("global-min")]
    [InlineData("fractional-max")]
    [InlineData("median")]
    [InlineData("mode")]
    [InlineData("stochastic")]
    [InlineData("gem")]
    [InlineData("global-gem")]
    [InlineData("soft")]
    [InlineData("blur")]
    [InlineData("spp")]
    [InlineData("sppf")]
    [InlineData("roi-align")]
    [InlineData("roi-max")]
    [InlineData("unpool")]
    [InlineData("shape")]
    [InlineData("onnx")]
    [InlineData("explain")]
    [InlineData("explain max")]
    [InlineData("explain avg")]
    [InlineData("explain global-avg")]
    [InlineData("explain global-max")]
    [InlineData("explain adaptive-avg")]
    [InlineData("explain adaptive-max")]
    [InlineData("explain sum")]
    [InlineData("explain global-sum")]
    [InlineData("explain lp")]
    [InlineData("explain global-lp")]
    [InlineData("compare")]
    [InlineData("bench")]
    [InlineData("devices")]
    public void Help_ends_in_an_example_that_works(string command)
    {
        _place.Write("photo.png", Pictures.Png(Picture.Random(8, 8, 3, seed: 1)));
        foreach (string name in (string[])["array", "features", "volume"]) _place.Write($"{name}.npy", NpyArray.Random("f4", [2, 8, 8, 3], seed: 2));
        _place.Write("labels.npy", NpyArray.Random("u4", [2, 8, 8, 4], seed: 3));
        _place.Write("array.max.npy", NpyArray.Floats([1, 2], 1, 2));
        _place.Write("indices.npy", NpyArray.Of("i8", [1, 2], [5L, -1]));
        _place.Write("rois.npy", NpyArray.Floats([2, 5], 0, 1, 1, 20, 30, 1, 4, 8, 12, 16));
        _place.Write("model.onnx", Cenote.Onnx.OnnxPool.Write<float>(new MaxPool2d(2), [1, 1, 8, 8]));
        string help = _place.Run($"{command} --help").Succeeded().Printed;
        Match example = Example().Match(help);
        Assert.True(example.Success, help);
        string arguments = example.Groups["arguments"].Value;
        if (command == "bench") _place.RunAlone($"{arguments} --seconds 0.1").Succeeded();
        else _place.Run(arguments).Succeeded();
    }

    [Fact]
    public void Help_lists_the_commands()
    {
        string help = _place.Run("--help").Succeeded().Printed;
        Assert.All((string[])["max", "avg", "global-avg", "global-max", "adaptive-avg", "adaptive-max", "sum", "global-sum", "lp", "global-lp", "min", "global-min", "fractional-max", "median", "mode", "stochastic", "gem", "global-gem", "soft", "blur", "spp", "sppf", "roi-align", "roi-max", "reduce", "pyramid", "unpool", "shape", "onnx", "explain", "compare", "bench", "devices", "serve"], command => Assert.Contains($"\n  {command} ", help, StringComparison.Ordinal));
    }

    [Fact]
    public void The_version_is_a_number() => Assert.Matches(@"^\d+\.\d+\.\d+", _place.RunAlone("--version").Succeeded().Printed);

    [GeneratedRegex(@"^  (?<name>--?[\w-]+).*$", RegexOptions.Multiline)]
    private static partial Regex Option();

    // Two blanks part the command from a remark.
    [GeneratedRegex(@"^Example:\r?\n  cenote (?<arguments>.+?)(  .*)?\s*\z", RegexOptions.Multiline)]
    private static partial Regex Example();
}
