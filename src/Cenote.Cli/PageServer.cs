using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cenote.Cli;

/// <summary>Gives the files of a folder to a browser on this machine: as much of HTTP/1.1 as that takes.</summary>
// ASP.NET would ask every user of the command for its runtime, and HttpListener hands Windows' port to a service that listens to the whole network.
internal sealed class PageServer
{
    private const int LongestRequest = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _files;

    /// <summary>What is in the folder now can be asked for, and nothing else: no path is ever made from a request.</summary>
    public PageServer(string folder) =>
        _files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => "/" + Path.GetRelativePath(folder, file).Replace('\\', '/'), StringComparer.Ordinal);

    /// <summary>Answers until interrupted.</summary>
    public async Task Serve(TcpListener listener, CancellationToken interrupted)
    {
        while (!interrupted.IsCancellationRequested)
        {
            try
            {
                _ = Answer(await listener.AcceptTcpClientAsync(interrupted), interrupted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A caller who went away again.
            }
        }
    }

    private async Task Answer(TcpClient client, CancellationToken interrupted)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                NetworkStream stream = client.GetStream();
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
                do
                {
                    patience.CancelAfter(Patience);
                }
                while (await ReadRequest(stream, patience.Token) is { } request && await Respond(stream, request, patience.Token));
            }
            catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or UnauthorizedAccessException)
            {
                // The browser went away, or a file of the page did: the next request finds out.
            }
        }
    }

    /// <returns>The request line; null where the caller says no more, or too much.</returns>
    private static async Task<string?> ReadRequest(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[LongestRequest];
        for (int length = 0; length < buffer.Length;)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0) return null;
            length += read;
            // A browser sends the next request after the answer to this one, and none that we answer has a body.
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0) return Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan(0, length).IndexOf("\r\n"u8));
        }

        return null;
    }

    /// <returns>Whether the connection may ask again.</returns>
    private async Task<bool> Respond(NetworkStream stream, string request, CancellationToken cancellation)
    {
        string[] words = request.Split(' ');
        if (words.Length != 3 || words[0] is not ("GET" or "HEAD")) return await Refuse(stream, "405 Method Not Allowed", cancellation);
        string path = words[1].Split('?')[0];
        if (path == "/") path = "/index.html";
        if (!_files.TryGetValue(path, out string? file)) return await Refuse(stream, "404 Not Found", cancellation);

        byte[] body = await File.ReadAllBytesAsync(file, cancellation);
        await Send(stream, "200 OK", MediaType(file), body.Length, cancellation);
        if (words[0] == "GET") await stream.WriteAsync(body, cancellation);
        return true;
    }

    private static async Task<bool> Refuse(NetworkStream stream, string status, CancellationToken cancellation)
    {
        await Send(stream, status, "text/plain", 0, cancellation);
        return false;
    }

    private static async Task Send(NetworkStream stream, string status, string mediaType, int length, CancellationToken cancellation)
    {
        // Nothing from elsewhere, said to the browser too; .NET itself needs to compile what it has loaded.
        string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {mediaType}\r\nContent-Length: {length}\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n"
            + $"Content-Security-Policy: default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self'\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
    }

    private static string MediaType(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".json" => "application/json",
        ".wasm" => "application/wasm",
        ".png" => "image/png",
        _ => "application/octet-stream",
    };
}
