using System.Diagnostics;
using System.Reflection;
using Cenote.Browser.Tests;
using PuppeteerSharp;

[assembly: AssemblyFixture(typeof(Playground))]

namespace Cenote.Browser.Tests;

/// <summary>The published page, served by the command, in a real browser.</summary>
public sealed class Playground : IAsyncLifetime
{
    private Process? _server;
    private IBrowser? _browser;

    /// <summary>Chromium's path; null where there is none.</summary>
    private static string? Chromium { get; } =
        new[] { Environment.GetEnvironmentVariable("CENOTE_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Chromium is null) return;
        string page = typeof(Playground).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Page").Value!;
        _server = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Cenote.Cli.dll"), "serve", "--port", "0", "--page", page]) { RedirectStandardOutput = true })!;
        Address = (await _server.StandardOutput.ReadLineAsync())!.Split(' ')[0];
        _browser = await Puppeteer.LaunchAsync(new LaunchOptions { ExecutablePath = Chromium, Headless = true, Args = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--lang=en"] });
    }

    /// <summary>A new window at an address of the page.</summary>
    public async Task<Window> Open(string fragment, int width = 1280, int height = 900)
    {
        Assert.SkipWhen(Chromium is null, "there is no Chromium here; CENOTE_CHROMIUM may name one.");
        IBrowserContext context = await _browser!.CreateBrowserContextAsync();
        IPage page = await context.NewPageAsync();
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = height });
        var window = new Window(context, page, new Uri(Address));
        await page.GoToAsync(Address + "#" + fragment);
        await window.Wait("document.querySelector('.settings') !== null");
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        if (_server is null) return;
        _server.Kill();
        _server.Dispose();
    }
}
