using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cenote.Browser.Tests;

/// <summary>What the server of the page gives, and what it does not.</summary>
public class ServeTests(Playground playground)
{
    [Theory]
    [InlineData("GET / HTTP/1.1", "200 OK", "text/html")]
    [InlineData("GET /index.html?x=1 HTTP/1.1", "200 OK", "text/html")]
    [InlineData("HEAD /app.css HTTP/1.1", "200 OK", "text/css")]
    [InlineData("GET /_framework/dotnet.native.wasm HTTP/1.1", "200 OK", "application/wasm")]
    [InlineData("GET /../../../../../../../../etc/passwd HTTP/1.1", "404 Not Found", "text/plain")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", "404 Not Found", "text/plain")]
    [InlineData("GET //etc/passwd HTTP/1.1", "404 Not Found", "text/plain")]
    [InlineData("POST / HTTP/1.1", "405 Method Not Allowed", "text/plain")]
    [InlineData("nonsense", "405 Method Not Allowed", "text/plain")]
    public async Task It_gives_the_page_and_nothing_else(string request, string status, string mediaType)
    {
        Assert.SkipWhen(playground.Address == "", "the page is served where there is a browser.");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(playground.Address).Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\nHost: 127.0.0.1\r\n\r\n"), TestContext.Current.CancellationToken);
        var buffer = new byte[600];
        int length = await stream.ReadAtLeastAsync(buffer, 200, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        string head = Encoding.ASCII.GetString(buffer, 0, length);
        Assert.StartsWith($"HTTP/1.1 {status}\r\nContent-Type: {mediaType}", head, StringComparison.Ordinal);
    }
}
