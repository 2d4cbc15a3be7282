using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cenote.Benchmarks;
using Cenote.Benchmarks.Rows;
using Cenote.Gpu.Benchmarks.Rows;

namespace Cenote.Gpu.Benchmarks.Measure;

/// <summary>PyTorch in a process of its own, which <c>torch_peer.py</c> runs.</summary>
internal sealed class TorchPeer : IDisposable
{
    private readonly Process _python;

    /// <param name="python">The interpreter: a name on the path, or a path.</param>
    /// <exception cref="UserError">It does not start, or has no PyTorch.</exception>
    public TorchPeer(string python)
    {
        using var script = new StreamReader(typeof(TorchPeer).Assembly.GetManifestResourceStream("torch_peer.py")!);
        try
        {
            _python = Process.Start(new ProcessStartInfo(python, ["-u", "-c", script.ReadToEnd()]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            JsonElement versions = Ask(new JsonObject { ["do"] = "versions" });
            OnGpu = versions.GetProperty("cuda").ValueKind == JsonValueKind.String;
            Versions = $"PyTorch {versions.GetProperty("torch")}" + (OnGpu ? $", CUDA {versions.GetProperty("cuda")}, cuDNN {versions.GetProperty("cudnn")}, on {versions.GetProperty("device")}" : ", on the CPU");
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or TorchException)
        {
            throw new UserError($"--python is '{python}', which runs no PyTorch ({error.Message}); --python none measures Cenote alone.");
        }
    }

    public string Versions { get; }

    public bool OnGpu { get; }

    /// <exception cref="TorchException">PyTorch refuses the job.</exception>
    public TorchCall Bind(Job job) => new(this, Ask(new JsonObject { ["do"] = "bind", ["job"] = ToJson(job) }));

    /// <summary>What the job makes: the values' bytes, and the indices where there are any, in the order N×C×spatial.</summary>
    /// <exception cref="TorchException">PyTorch refuses the job.</exception>
    public (byte[] Values, byte[]? Indices) Outputs(Job job)
    {
        JsonElement answer = Ask(new JsonObject { ["do"] = "outputs", ["job"] = ToJson(job) });
        return (answer.GetProperty("values").GetBytesFromBase64(), answer.TryGetProperty("indices", out JsonElement indices) ? indices.GetBytesFromBase64() : null);
    }

    public JsonElement Ask(JsonObject request)
    {
        string? line;
        try
        {
            _python.StandardInput.WriteLine(request.ToJsonString());
            _python.StandardInput.Flush();
            line = _python.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            line = null;
        }

        if (line is null) throw new TorchException("the process ended");
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.TryGetProperty("error", out JsonElement error) ? throw new TorchException(error.GetString()!) : answer.RootElement.Clone();
    }

    public void Dispose()
    {
        try
        {
            // The end of its input ends it.
            _python.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before.
        }

        if (!_python.WaitForExit(TimeSpan.FromSeconds(10))) _python.Kill();
        _python.Dispose();
    }

    private static JsonObject ToJson(Job job) => new()
    {
        ["operator"] = job.Row.Operator.ToString(),
        ["shape"] = new JsonArray([.. job.Row.Shape.Select(length => (JsonNode)length)]),
        ["kernel"] = job.Row.Kernel,
        ["stride"] = job.Row.Stride,
        ["padding"] = job.Row.Padding,
        ["dilation"] = job.Row.Dilation,
        ["channelsLast"] = job.Layout == Layout.Nhwc,
        ["type"] = job.Type,
        ["pass"] = job.Pass.ToString(),
    };
}

/// <summary>What PyTorch cannot do, in its words.</summary>
internal sealed class TorchException(string message) : Exception(message);

/// <summary>A job bound in PyTorch's process; one at a time.</summary>
internal sealed class TorchCall : IContestant
{
    private readonly TorchPeer _peer;
    private readonly double? _seconds;

    public TorchCall(TorchPeer peer, JsonElement answer)
    {
        _peer = peer;
        if (answer.TryGetProperty("seconds", out JsonElement seconds)) _seconds = seconds.GetDouble();
    }

    /// <returns>Seconds of a call; always the first call's where that took seconds.</returns>
    public double Round() => _seconds ?? _peer.Ask(new JsonObject { ["do"] = "round" }).GetProperty("seconds").GetDouble();

    public void Dispose()
    {
        try
        {
            _peer.Ask(new JsonObject { ["do"] = "free" });
        }
        catch (TorchException)
        {
            // A process that has ended holds nothing.
        }
    }
}
