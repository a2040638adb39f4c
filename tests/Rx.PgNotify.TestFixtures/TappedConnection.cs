using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Rx.PgNotify.TestFixtures;

/// <summary>One connection through a <see cref="WireTap"/>.</summary>
sealed class TappedConnection
{
    readonly WireTap _tap;
    readonly TcpClient _client;
    readonly TcpClient _server;
    readonly Action _closed;
    readonly SemaphoreSlim _replies = new(1, 1);
    readonly SemaphoreSlim _requests = new(1, 1);

    // From the client's first message to the server's ReadyForQuery; a question in between would mix up the answers.
    volatile bool _isBusy = true;

    // From a question that may be answered while replies are held, to its ReadyForQuery.
    volatile bool _isExempt;
    volatile string? _exempted;
    TaskCompletionSource<IReadOnlyList<string>>? _answer;
    List<string> _rows = [];
    volatile bool _isClosed;

    public TappedConnection(WireTap tap, TcpClient client, TcpClient server, Action closed)
    {
        _tap = tap;
        _client = client;
        _server = server;
        _closed = closed;
        client.NoDelay = server.NoDelay = true;
    }

    /// <summary>Begins to pass messages on. It may end, and say so, before this returns.</summary>
    public void Start()
    {
        _ = RunAsync(FromClientAsync);
        _ = RunAsync(FromServerAsync);
    }

    public IDisposable HoldReplies(string? exempted = null)
    {
        _exempted = exempted;
        _replies.Wait();
        return System.Reactive.Disposables.Disposable.Create(() => _replies.Release());
    }

    /// <summary>To be called before the statement reaches the server: the reply to an exempted one is not held.</summary>
    public void Exempt(string statement) => _isExempt |= statement == _exempted;

    public async Task InjectAsync(string channel, string payload)
    {
        var text = Encoding.UTF8.GetBytes($"{channel}\0{payload}\0");
        var message = new byte[9 + text.Length];
        message[0] = (byte)'A'; // NotificationResponse: length, process id, channel, payload
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 8 + text.Length);
        text.CopyTo(message, 9);
        await _client.GetStream().WriteAsync(message);
    }

    public async Task<IReadOnlyList<string>> AskAsync(string sql)
    {
        await StopRequestsAsync();
        try
        {
            return await AskIdleServerAsync(sql);
        }
        finally
        {
            _requests.Release();
        }
    }

    // Between two conversations, never within one: the server would wait for the rest of the request, and we for its answer.
    async Task StopRequestsAsync()
    {
        while (true)
        {
            await Eventually.IsTrueAsync(() => _isClosed || !_isBusy);
            await _requests.WaitAsync();
            if (!_isBusy)
                return;
            _requests.Release();
            ThrowIfClosed();
        }
    }

    void ThrowIfClosed()
    {
        if (_isClosed)
            throw new IOException("The connection is closed.");
    }

    async Task<IReadOnlyList<string>> AskIdleServerAsync(string sql)
    {
        _rows = [];
        var answer = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = answer;
        var text = Encoding.UTF8.GetBytes(sql + "\0");
        var message = new byte[5 + text.Length];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + text.Length);
        text.CopyTo(message, 5);
        await _server.GetStream().WriteAsync(message);
        await Eventually.IsTrueAsync(() => _isClosed || answer.Task.IsCompleted, expectation: "an answer");
        if (!answer.Task.IsCompleted)
            ThrowIfClosed();
        return await answer.Task;
    }

    public void Close()
    {
        _isClosed = true;
        _client.Close();
        _server.Close();
        _closed();
    }

    async Task RunAsync(Func<Task> pump)
    {
        try
        {
            await pump();
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has closed; so shall the other.
        }

        Close();
    }

    async Task FromClientAsync()
    {
        var (client, server) = (_client.GetStream(), _server.GetStream());
        await server.WriteAsync(await ReadMessageAsync(client, headerLength: 4)); // the start-up packet has no type
        while (true)
        {
            var message = await ReadMessageAsync(client, headerLength: 5);
            await _requests.WaitAsync();
            _isBusy = true;
            _requests.Release();
            _tap.Record(this, message[0], message.AsSpan(5));
            await server.WriteAsync(message);
        }
    }

    async Task FromServerAsync()
    {
        var (client, server) = (_client.GetStream(), _server.GetStream());
        while (true)
        {
            var message = await ReadMessageAsync(server, headerLength: 5);
            if (!_isExempt)
            {
                await _replies.WaitAsync();
                _replies.Release();
            }

            if (message[0] == 'Z')
                _isExempt = false;
            if (_answer is null || message[0] == 'A')
            {
                await client.WriteAsync(message);
                if (message[0] == 'Z')
                    _isBusy = false;
            }
            else
                Collect(message);
        }
    }

    void Collect(byte[] message)
    {
        if (message[0] == 'D') // DataRow: column count, then length and value of each column
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(7));
            _rows.Add(Encoding.UTF8.GetString(message, 11, length));
        }
        else if (message[0] == 'Z')
        {
            var answer = _answer;
            _answer = null;
            answer!.SetResult(_rows);
        }
    }

    static async Task<byte[]> ReadMessageAsync(NetworkStream stream, int headerLength)
    {
        var header = new byte[headerLength];
        await stream.ReadExactlyAsync(header);
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(headerLength - 4)) + headerLength - 4;
        var message = new byte[length];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(headerLength));
        return message;
    }
}
