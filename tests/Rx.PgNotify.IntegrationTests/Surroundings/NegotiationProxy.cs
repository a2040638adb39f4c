using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Rx.PgNotify.IntegrationTests.Surroundings;

/// <summary>
/// Resets the first connection as soon as the server has answered the request for encryption, and passes on all others: a balancer that
/// closes once is enough.
/// </summary>
sealed class NegotiationProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly NpgsqlConnectionStringBuilder _server;
    readonly Task _accepting;
    int _accepted;

    NegotiationProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Prefer,
        }.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>How many connections were made.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public static NegotiationProxy Start(string connectionString) => new(connectionString);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        var lines = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                lines.Add(ServeAsync(client, isFirst: Interlocked.Increment(ref _accepted) == 1));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }

        await Task.WhenAll(lines);
    }

    async Task ServeAsync(Socket client, bool isFirst)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Host!, _server.Port, _stop.Token);
                if (isFirst)
                    await NegotiateAsync(client, server);
                else
                    await Task.WhenAny(PassAsync(client, server), PassAsync(server, client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // One of them has closed.
            }
        }
    }

    async Task NegotiateAsync(Socket client, Socket server)
    {
        var bytes = new byte[64];
        await server.SendAsync(bytes.AsMemory(0, await client.ReceiveAsync(bytes, _stop.Token)), _stop.Token);
        await client.SendAsync(bytes.AsMemory(0, await server.ReceiveAsync(bytes, _stop.Token)), _stop.Token);
        client.LingerState = new LingerOption(true, 0); // RST
    }

    async Task PassAsync(Socket from, Socket to)
    {
        var bytes = new byte[8192];
        while (await from.ReceiveAsync(bytes, _stop.Token) is > 0 and var count)
            await to.SendAsync(bytes.AsMemory(0, count), _stop.Token);
    }
}
