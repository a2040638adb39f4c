using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rx.PgNotify.LocalPostgres.IntegrationTests;

/// <summary>What may be found where a Docker engine should be, on a port of the loopback interface.</summary>
sealed class EngineStub : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    int _requests;

    EngineStub(bool answers)
    {
        _listener.Start();
        _ = AcceptAsync(answers);
    }

    /// <summary>What to set DOCKER_HOST to.</summary>
    public string Address => $"tcp://{_listener.LocalEndpoint}";

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>It takes a request and never answers.</summary>
    public static EngineStub Silent() => new(answers: false);

    /// <summary>It says that it is there, and can do nothing that it is asked for.</summary>
    public static EngineStub Unable() => new(answers: true);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    async Task AcceptAsync(bool answers)
    {
        while (true)
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token), answers);
    }

    async Task ServeAsync(TcpClient client, bool answers)
    {
        using var connection = client;
        using var reader = new StreamReader(client.GetStream());
        while (await reader.ReadLineAsync(_end.Token) is { } request)
        {
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
            {
            }

            Interlocked.Increment(ref _requests);
            if (!answers)
                await Task.Delay(Timeout.Infinite, _end.Token);
            var answer = request.Contains("/_ping", StringComparison.Ordinal)
                ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
                : "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 14\r\n\r\nout of order\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), _end.Token);
        }
    }
}
