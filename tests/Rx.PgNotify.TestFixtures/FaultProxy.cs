using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Reactive.Disposables;
using Npgsql;
using Rx.PgNotify.LocalPostgres;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A proxy in front of a server that does to the bytes what networks do: it cuts, delays, throttles, swallows and
/// refuses. It knows nothing of messages (<see cref="WireTap"/> does), so a fault may fall anywhere inside one.
/// </summary>
/// <remarks>Thread-safe, but begin a second <see cref="Swallow"/> or <see cref="Refuse"/> only after the first has ended.</remarks>
sealed class FaultProxy : IAsyncDisposable
{
    readonly ConcurrentDictionary<FaultyLine, Task> _lines = new();
    readonly IPEndPoint _endpoint = new(IPAddress.Loopback, LoopbackPort.FindFree());
    readonly string _serverHost;
    readonly int _serverPort;
    TcpListener _listener;
    volatile bool _isSwallowing;
    volatile bool _isDisposed;
    int _accepted;

    FaultProxy(string serverHost, int serverPort, Func<int, string> connectionString)
    {
        (_serverHost, _serverPort) = (serverHost, serverPort);
        ConnectionString = connectionString(_endpoint.Port);
        _listener = Listen();
    }

    /// <summary>How to connect through it to the PostgreSQL server that it was started for; empty with another server.</summary>
    public string ConnectionString { get; }

    /// <summary>Where it accepts connections, on the loopback interface.</summary>
    public int Port => _endpoint.Port;

    /// <summary>How many connections were made, and how many are open.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public int Open => _lines.Count;

    /// <summary>How long each piece that is read waits before it goes on. Default: not at all.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How much goes through in a second, of each line in each direction. Default 0: no limit.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>Starts one in front of a PostgreSQL server.</summary>
    public static FaultProxy Start(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return new FaultProxy(server.Host!, server.Port, port => new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
    }

    /// <summary>Starts one in front of any server.</summary>
    public static FaultProxy Start(string serverHost, int serverPort) => new(serverHost, serverPort, static _ => "");

    /// <summary>Ends all connections, by FIN or by RST.</summary>
    public void Cut(bool reset = false)
    {
        foreach (var (line, _) in _lines)
            line.Close(reset);
    }

    /// <summary>
    /// A black hole: nothing comes through any more, and neither side hears of the other's end. A line that has lost
    /// bytes is of no use afterwards, so those that were swallowed are reset when the black hole ends.
    /// </summary>
    /// <param name="newLines">Whether connections made from now on are accepted and swallowed too.</param>
    public IDisposable Swallow(bool newLines = true)
    {
        _isSwallowing = newLines;
        var swallowed = _lines.Keys.ToList();
        foreach (var line in swallowed)
            line.IsSwallowed = true;
        return Disposable.Create(() =>
        {
            _isSwallowing = false;
            foreach (var line in swallowed.Concat(_lines.Keys.Where(line => line.IsSwallowed)))
                line.Close(reset: true);
        });
    }

    /// <summary>Connections that are attempted are refused, as if no server were there; open ones stay.</summary>
    public IDisposable Refuse()
    {
        _listener.Stop();
        return Disposable.Create(() => _listener = Listen());
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _listener.Stop();
        Cut();
        await Task.WhenAll(_lines.Values);
    }

    TcpListener Listen()
    {
        var listener = new TcpListener(_endpoint);
        listener.Start();
        _ = AcceptAsync(listener);
        return listener;
    }

    async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var line = new FaultyLine(this, await listener.AcceptSocketAsync()) { IsSwallowed = _isSwallowing };
                Interlocked.Increment(ref _accepted);
                var ended = new TaskCompletionSource();
                _lines[line] = ended.Task;

                // It may have missed the end of the black hole, or of the proxy, which look at the lines they find.
                if (_isDisposed || (line.IsSwallowed && !_isSwallowing))
                    line.Close(reset: true);
                _ = RunAsync(line, ended);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It has been stopped.
        }
    }

    async Task RunAsync(FaultyLine line, TaskCompletionSource ended)
    {
        await line.RunAsync(_serverHost, _serverPort);
        _lines.TryRemove(line, out _);
        ended.SetResult();
    }
}
