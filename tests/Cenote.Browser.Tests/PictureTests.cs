using System.Numerics.Tensors;
using SkiaSharp;

namespace Cenote.Browser.Tests;

/// <summary>The picture view: pixels against the library, files of the user's own, broken and extreme ones.</summary>
public sealed class PictureTests(Playground playground) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cenote-browser-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_picture_is_pooled_as_the_library_does()
    {
        await using Window window = await playground.Open("op=max&k=4&s=4&picture=cenote");
        await Shows(window, new MaxPool2d(4), 320, 480);
        await window.Click("#kernel-less");
        await Shows(window, new MaxPool2d(3, 4), 320, 480);
        await window.Page.SelectAsync("#operator", "avg");
        await Shows(window, new AvgPool2d(3, 4) { IntegerRounding = IntegerRounding.NearestEven }, 320, 480);
        // What stands there until then is the maximum's.
        await window.Wait("JSON.stringify(window.lastAnswer.changes?.settings) === JSON.stringify(window.lastAnswer.output.settings)");
        foreach (string change in (string[])["shift", "noise"])
            await window.Wait($"/^\\d+\\.\\d$/.test(document.querySelector('#{change}-change').textContent) && Math.abs(document.querySelector('#{change}-change').textContent - window.lastAnswer.changes.{change}.output) < .06");
        Assert.InRange(await window.Eval<double>("+document.querySelector('#noise-change').textContent"), 1, 9);
        Assert.NotEmpty(await window.Eval<string>("document.querySelector('#histogram-output').getAttribute('d')"));
        Assert.Equal(120 / 480.0, await window.Eval<double>("document.querySelector('#picture-output').clientWidth / document.querySelector('#picture-input').clientWidth"), 2);

        await window.Click("#pass-gradient");
        await window.Wait("window.lastAnswer.gradient !== undefined");
        Assert.Equal(1 / 9.0, await window.Eval<double>("window.lastAnswer.gradient.most"), 5);
        byte[] gradient = await window.Pixels("picture-output");
        Assert.Equal((255, 0), (gradient[0], gradient[3 * 4]));
    }

    [Fact]
    public async Task A_broken_picture_is_refused_and_the_page_goes_on()
    {
        string broken = Path.Combine(_folder, "broken.png");
        await File.WriteAllBytesAsync(broken, [1, 2, 3], TestContext.Current.CancellationToken);
        await using Window window = await playground.Open("op=max&k=2&s=2&picture=cenote");
        await window.Wait("window.lastAnswer?.output !== undefined");
        await Give(window, broken);
        await window.Wait("document.querySelector('#error')?.textContent === 'broken.png is no picture that this browser can read.'");
        await Give(window, Png("good.png", 6, 4));
        await Shows(window, new MaxPool2d(2), 4, 6);
        Assert.Equal("", await window.Text("#error"));
    }

    [Fact]
    public async Task A_picture_of_one_pixel_can_be_too_small()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2&picture=cenote");
        await window.Wait("window.lastAnswer?.output !== undefined");
        await Give(window, Png("one.png", 1, 1));
        await window.Wait("document.querySelector('#error')?.textContent.includes('height 1 is too small')");
        await window.Page.SelectAsync("#operator", "global-avg");
        await Shows(window, new GlobalAvgPool2d { IntegerRounding = IntegerRounding.NearestEven }, 1, 1);
    }

    [Fact]
    public async Task A_large_picture_is_pooled_while_the_page_lives()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2&picture=cenote");
        await window.Wait("window.lastAnswer?.output !== undefined");
        string large = Png("large.png", 6000, 4000);
        await window.Eval<object>("(() => { window.longest = 0; let last = performance.now(); setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; }, 20); })()");
        await Give(window, large);
        await window.Wait("window.lastAnswer.output.width === 3000");
        Assert.Equal("2000×3000", await window.Text("#output-size"));
        // On the page itself it would take several seconds of silence.
        Assert.InRange(await window.Eval<double>("window.longest"), 1, 10_000);
    }

    private static async Task Give(Window window, string file)
    {
        await using PuppeteerSharp.IElementHandle input = await window.Page.QuerySelectorAsync("#file");
        await input.UploadFileAsync(file);
    }

    private string Png(string name, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int y = 0; y < Math.Min(height, 64); y++)
            for (int x = 0; x < width; x++) bitmap.SetPixel(x, y, new SKColor((byte)(x * 37), (byte)(y * 11 + x), (byte)(x * y)));
        string path = Path.Combine(_folder, name);
        using FileStream file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 1);
        return path;
    }

    /// <summary>Waits until the page has the layer's plan, and compares every pixel.</summary>
    private static nint[] Strides(nint height, nint width) => [1, height == 1 ? 0 : width * 4, width == 1 ? 0 : 4];

    private static async Task Shows(Window window, PoolLayer layer, int height, int width)
    {
        nint[] shape = [4, height, width];
        PoolPlan plan = layer.Plan(shape);
        await window.Wait($"document.querySelector('#formula p')?.textContent === '{plan}' && window.lastAnswer.output.plan.startsWith('{plan}')");
        byte[] input = await window.Pixels("picture-input"), output = await window.Pixels("picture-output");
        var expected = new byte[(int)(plan.OutputShape[1] * plan.OutputShape[2]) * 4];
        layer.Forward(new ReadOnlyTensorSpan<byte>(input, shape, Strides(height, width)), new TensorSpan<byte>(expected, plan.OutputShape, Strides(plan.OutputShape[1], plan.OutputShape[2])));
        Assert.Equal(expected, output);
    }
}
