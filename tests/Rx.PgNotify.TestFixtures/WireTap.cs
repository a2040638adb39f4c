using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Rx.PgNotify.TestFixtures;

/// <summary>
/// A proxy in front of the server that understands the message framing: it records what a client sends, can hold back
/// the server's replies, and can ask the server a question inside the client's own session.
/// </summary>
sealed class WireTap : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _statements = new();
    readonly ConcurrentDictionary<int, TappedConnection> _open = new();
    readonly NpgsqlConnectionStringBuilder _server;
    readonly bool _keepStatements;
    readonly SemaphoreSlim _door = new(1, 1);
    (string Statement, Action<TappedConnection> Hold)? _held;
    volatile bool _isRefusing;
    int _roundTrips;
    int _connections;

    WireTap(string connectionString, bool keepStatements)
    {
        _keepStatements = keepStatements;
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        _ = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>The SQL texts sent so far, of all connections, without the comment that names the library.</summary>
    public IReadOnlyList<string> Statements => [.. _statements];

    /// <summary>How often a client asked for the server's answer.</summary>
    public int RoundTrips => Volatile.Read(ref _roundTrips);

    /// <summary>How many connections were made, and how many are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public int OpenConnections => _open.Count;

    /// <param name="connectionString">How to connect to the server.</param>
    /// <param name="keepStatements">Whether <see cref="Statements"/> is filled; a long run has no room for them.</param>
    public static WireTap Start(string connectionString, bool keepStatements = true) => new(connectionString, keepStatements);

    /// <summary>From now on nothing the server says reaches the client.</summary>
    public IDisposable HoldReplies() => Single().HoldReplies();

    /// <summary>
    /// From now on nothing the server says reaches the notifier, except that its line lives: it asks that before it sends
    /// anything after a pause, and a busy machine makes a pause anywhere.
    /// </summary>
    public IDisposable HoldCommits() => Single().HoldReplies(exempted: "/* Rx.PgNotify sends */");

    /// <summary>Nothing the server says after this statement reaches the client, on whatever connection it is sent.</summary>
    public IDisposable HoldRepliesTo(string statement)
    {
        var holds = new System.Reactive.Disposables.CompositeDisposable();
        _held = (statement, sender => holds.Add(sender.HoldReplies()));
        return holds;
    }

    /// <summary>The first time this statement is sent, all connections but the sender's fall silent, and stay so.</summary>
    public IDisposable HoldRepliesOfOthersAt(string statement)
    {
        var holds = new System.Reactive.Disposables.CompositeDisposable();
        _held = (statement, HoldOthers);
        return holds;

        void HoldOthers(TappedConnection sender)
        {
            _held = null;
            foreach (var connection in _open.Values.Where(connection => connection != sender))
                holds.Add(connection.HoldReplies());
        }
    }

    /// <summary>New connections are accepted, but nothing they say reaches the server yet, nor do they count.</summary>
    public IDisposable HoldConnections()
    {
        _door.Wait();
        return System.Reactive.Disposables.Disposable.Create(() => _door.Release());
    }

    /// <summary>Closes each new connection at once.</summary>
    public IDisposable RefuseConnections()
    {
        _isRefusing = true;
        return System.Reactive.Disposables.Disposable.Create(() => _isRefusing = false);
    }

    /// <summary>Lets the client receive a notification that the server never sent, also while replies are held.</summary>
    public Task InjectAsync(string channel, string payload) => Single().InjectAsync(channel, payload);

    /// <summary>Closes the sockets of all connections.</summary>
    public void Cut()
    {
        // As of now: who comes back at once is not meant.
        foreach (var connection in _open.Values)
            connection.Close();
    }

    /// <summary>Runs a query in the session of the only client, which must be idle, and returns the first column.</summary>
    public Task<IReadOnlyList<string>> AskAsync(string sql) => Single().AskAsync(sql);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
    }

    internal void Record(TappedConnection connection, byte type, ReadOnlySpan<byte> body)
    {
        if (type is (byte)'S' or (byte)'Q')
            Interlocked.Increment(ref _roundTrips);
        if (type is not ((byte)'P' or (byte)'Q'))
            return;
        var statement = Text(type == 'P' ? body[(body.IndexOf((byte)0) + 1)..] : body).Replace("/* Rx.PgNotify */ ", "", StringComparison.Ordinal);
        connection.Exempt(statement);
        if (_held is { } held && held.Statement == statement)
            held.Hold(connection);
        if (_keepStatements)
            _statements.Enqueue(statement);
    }

    static string Text(ReadOnlySpan<byte> zeroTerminated) => Encoding.UTF8.GetString(zeroTerminated[..zeroTerminated.IndexOf((byte)0)]);

    TappedConnection Single() => _open.Values.Single();

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (_isRefusing)
                {
                    client.Dispose();
                    continue;
                }

                await _door.WaitAsync(_stop.Token);
                _door.Release();
                var server = new TcpClient();
                await server.ConnectAsync(_server.Host!, _server.Port, _stop.Token);
                var number = Interlocked.Increment(ref _connections);
                var connection = new TappedConnection(this, client, server, () => _open.TryRemove(number, out _));
                _open[number] = connection;
                connection.Start();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
