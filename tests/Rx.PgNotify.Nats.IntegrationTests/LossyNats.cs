using System.Net;
using System.Net.Sockets;
using System.Reactive.Disposables;
using System.Text;

namespace Rx.PgNotify.Nats.IntegrationTests;

/// <summary>A proxy in front of a NATS server that reads the server's messages, and loses single ones on their way to the client.</summary>
sealed class LossyNats : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly NatsServer _server;
    readonly List<TcpClient> _clients = [];
    readonly Task _accepting;
    int _lost;

    // Read for each message; what contains it is lost. Null: nothing is.
    volatile byte[]? _toBeLost;

    LossyNats(NatsServer server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url => NatsServer.UrlOf(((IPEndPoint)_listener.LocalEndpoint).Port);

    public static LossyNats Start(NatsServer server) => new(server);

    /// <summary>Loses each message, subject and all, that contains this text, until the result is disposed.</summary>
    public IDisposable Lose(string text)
    {
        Volatile.Write(ref _lost, 0);
        _toBeLost = Encoding.UTF8.GetBytes(text);
        return Disposable.Create(() => _toBeLost = null);
    }

    /// <summary>Waits until that text was lost so many times; several notifications share a message.</summary>
    public Task UntilLostAsync(int count) => Eventually.IsTrueAsync(() => Volatile.Read(ref _lost) >= count, expectation: $"it is lost {count} times");

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var client in _clients)
            client.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server.Port);
                _clients.AddRange([client, server]);
                _ = CopyAsync(client, server, (from, to) => from.CopyToAsync(to));
                _ = CopyAsync(server, client, (from, to) => Task.Run(() => CopyMessages(from, to)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has been stopped.
        }
    }

    static async Task CopyAsync(TcpClient from, TcpClient to, Func<NetworkStream, NetworkStream, Task> copy)
    {
        try
        {
            await copy(from.GetStream(), to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // One of its ends has gone.
        }

        from.Dispose();
        to.Dispose();
    }

    // A line, which for a message ends with the length of what follows.
    void CopyMessages(NetworkStream from, NetworkStream to)
    {
        using var reader = new BufferedStream(from, 64 * 1024);
        var message = new List<byte>();
        while (reader.ReadByte() is >= 0 and var next)
        {
            message.Add((byte)next);
            if (next != '\n')
                continue;
            var words = Encoding.UTF8.GetString([.. message]).TrimEnd().Split(' ');
            if (words[0] is "MSG" or "HMSG")
            {
                var rest = new byte[int.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture) + 2];
                reader.ReadExactly(rest);
                message.AddRange(rest);
            }

            var bytes = message.ToArray();
            message.Clear();
            if (words[0] is "MSG" or "HMSG" && _toBeLost is { } toBeLost && bytes.AsSpan().Count(toBeLost) is > 0 and var times)
                Interlocked.Add(ref _lost, times);
            else
                to.Write(bytes);
        }
    }
}
