using System.Collections.Concurrent;
using System.Globalization;
using PuppeteerSharp;

namespace Cenote.Browser.Tests;

/// <summary>A window of the browser, which notes whatever goes wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    internal Window(IBrowserContext context, IPage page, Uri home)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, e) => _faults.Enqueue(e.Message);
        page.Console += (_, e) =>
        {
            if (e.Message.Type == ConsoleType.Error) _faults.Enqueue(e.Message.Text);
        };
        page.Request += (_, e) =>
        {
            var asked = new Uri(e.Request.Url);
            if (asked.Scheme is not ("data" or "blob") && asked.Authority != home.Authority) _faults.Enqueue($"a request to {asked}");
        };
    }

    public IPage Page { get; }

    public async Task Wait(string expression)
    {
        try
        {
            await Page.WaitForExpressionAsync(expression, new WaitForFunctionOptions { Timeout = 60_000 });
        }
        catch (WaitTaskTimeoutException)
        {
            Assert.Fail($"{expression} did not come true; {await Text("main")}; {string.Join("; ", _faults)}");
        }
    }

    public Task<T> Eval<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    public Task<string> Text(string selector) => Eval<string>($"(document.querySelector(`{selector}`)?.textContent ?? '').trim()");

    public Task<string> Fragment() => Eval<string>("location.hash.slice(1)");

    public Task Click(string selector) => Page.ClickAsync(selector);

    /// <summary>Clicks, and waits until the address says so.</summary>
    public async Task ClickUntil(string selector, string said)
    {
        await Click(selector);
        await Says(said);
    }

    public Task Says(string said) => Wait($"('&' + location.hash.slice(1) + '&').includes('&{said}&')");

    /// <summary>The numbers of a table, row by row; cells without one are left out.</summary>
    public async Task<float[]> Numbers(string table) =>
        [.. (await Eval<string[]>($"[...document.querySelectorAll('#{table} td')].map(cell => cell.textContent).filter(text => text !== '')")).Select(text => float.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>The row and column of every cell that a selector finds.</summary>
    public Task<string[]> Cells(string selector) => Eval<string[]>($"[...document.querySelectorAll('{selector}')].map(cell => cell.dataset.row + ',' + cell.dataset.column)");

    public Task Hover(string table, int row, int column) => Page.HoverAsync($"#{table} td[data-row=\"{row}\"][data-column=\"{column}\"]");

    /// <summary>The pixels of a canvas, red, green, blue and alpha.</summary>
    public async Task<byte[]> Pixels(string canvas) => Convert.FromBase64String(await Eval<string>($$"""
        (async () => {
            const shown = document.getElementById('{{canvas}}'), copy = document.createElement('canvas');
            [copy.width, copy.height] = [shown.width, shown.height];
            const context = copy.getContext('2d');
            context.drawImage(shown, 0, 0);
            const url = await new Promise(done => { const reader = new FileReader(); reader.onload = () => done(reader.result); reader.readAsDataURL(new Blob([context.getImageData(0, 0, copy.width, copy.height).data])); });
            return url.slice(url.indexOf(',') + 1);
        })()
        """));

    /// <summary>Closes the window, in which nothing must have gone wrong.</summary>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_faults.IsEmpty, string.Join("\n", _faults));
    }
}
