using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Cenote.Cli;

/// <summary>The page to play with, from the folder that the package carries, for this machine alone.</summary>
internal sealed class ServeCommand
{
    private readonly Option<string> _port = new("--port") { Description = "The port to listen on, on 127.0.0.1 only; 0 for any free one.", HelpName = "PORT", DefaultValueFactory = _ => "8642" };
    private readonly Option<string?> _page = new("--page") { Description = "The folder of the published page. [default: the one beside the command]", HelpName = "DIR" };

    public Command Command
    {
        get
        {
            var command = new Command("serve", "Shows in your browser what pooling does: serves the playground on 127.0.0.1 until interrupted.") { _port, _page };
            command.SetAction(Run);
            return command;
        }
    }

    private int Run(ParseResult parse)
    {
        int port = (int)Numbers.Integer("--port", parse.GetValue(_port)!, "a whole number from 0 to 65535", n => n is >= 0 and <= ushort.MaxValue);
        string folder = parse.GetValue(_page) ?? Path.Combine(AppContext.BaseDirectory, "playground");
        if (!File.Exists(Path.Combine(folder, "index.html")))
            throw new UserError($"--page: there is no index.html in '{folder}'; a checkout makes the page by dotnet publish src/Cenote.Playground, in artifacts/publish/Cenote.Playground/release/wwwroot.");

        CancellationToken interrupted = Interruption.Listen();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException error)
        {
            throw new UserError($"--port is {port}, which is not to be had: {Errors.FirstLine(error.Message)}.");
        }

        Console.Out.WriteLine($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/  (Ctrl+C ends)");
        new PageServer(folder).Serve(listener, interrupted).GetAwaiter().GetResult();
        return 0;
    }
}
