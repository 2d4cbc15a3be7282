using System.Text.RegularExpressions;

namespace Cenote.Cli.Tests;

/// <summary>Most tests call the command in their own process; here it is one of its own, and does the same.</summary>
public sealed partial class ProcessTests : IDisposable
{
    private readonly Workplace _here = new(), _alone = new();

    public void Dispose()
    {
        _here.Dispose();
        _alone.Dispose();
    }

    [Theory]
    [InlineData("max a.npy -k 2 -o b.npy --indices i.npy")]
    [InlineData("avg a.npy photo.png -k 3 -s 2 -p 1 --layout nhwc --threads 2 --out-dir out")]
    [InlineData("adaptive-avg photo.png --size 3 -o b.png --json")]
    [InlineData("median photo.png -k 3 --quiet")]
    [InlineData("pyramid photo.png --levels 2 --out-dir out")]
    [InlineData("max a.npy -k 2 -o b.npy --device simulated --onnx b.onnx")]
    [InlineData("unpool missing.npy --indices a.npy -k 2")]
    [InlineData("max a.npy -k 2 -p 3")]
    [InlineData("max a.npy photo.png -k 9 --out-dir out")]
    [InlineData("shape 112x112 -k 3 -s 2 -p 1")]
    [InlineData("explain avg 7x7 -k 3 -s 2 -p 1 --at 0,1 -o e.svg")]
    [InlineData("explain max 4 -k 2 --color always")]
    [InlineData("compare photo.png -k 2 -o c.png")]
    [InlineData("devices")]
    [InlineData("")]
    [InlineData("bogus")]
    [InlineData("max --help")]
    public void A_process_ends_prints_and_writes_as_a_call_does(string arguments)
    {
        foreach (Workplace place in (Workplace[])[_here, _alone])
        {
            place.MakeFolder("out");
            place.Write("a.npy", NpyArray.Random("f4", [3, 8, 8], seed: 1));
            place.Write("photo.png", Pictures.Png(Picture.Random(8, 8, 3, seed: 2)));
        }

        Outcome here = _here.Run(arguments), alone = _alone.RunAlone(arguments);
        Assert.Equal((alone.Exit, Time().Replace(alone.Printed, "T"), alone.Errors), (here.Exit, Time().Replace(here.Printed, "T"), here.Errors));
        Assert.Equal(_alone.Snapshot, _here.Snapshot);
    }

    [GeneratedRegex(@"\d+\.\d+ ms|""milliseconds"":[^,}]+")]
    private static partial Regex Time();
}
