using System.Net.Sockets;

namespace Rx.PgNotify.TestFixtures;

/// <summary>One connection through a <see cref="FaultProxy"/>.</summary>
sealed class FaultyLine(FaultProxy proxy, Socket client)
{
    const int MostBytes = 16 * 1024;

    // A throttled line moves so often a second: a lump once a second would be no slow line.
    const int PiecesPerSecond = 20;

    readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);
    readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile bool _isSwallowed;

    /// <summary>Whether what arrives is thrown away, the end of either side included. There is no way back.</summary>
    public bool IsSwallowed
    {
        get => _isSwallowed;
        set => _isSwallowed = value;
    }

    public async Task RunAsync(string host, int port)
    {
        try
        {
            client.NoDelay = _server.NoDelay = true;
            await _server.ConnectAsync(host, port);
            var outward = CopyAsync(client, _server);
            var inward = CopyAsync(_server, client);
            await Task.WhenAny(outward, inward);
            Close(reset: false);
            await Task.WhenAll(outward, inward);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close(reset: false);
        }
    }

    public void Close(bool reset)
    {
        if (!_closed.TrySetResult())
            return;
        Close(client, reset);
        Close(_server, reset);
    }

    static void Close(Socket socket, bool reset)
    {
        try
        {
            if (reset)
                socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Its other end has gone already.
        }

        socket.Dispose();
    }

    async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[MostBytes];
        try
        {
            while (true)
            {
                var limit = proxy.BytesPerSecond;
                var most = limit > 0 ? Math.Clamp(limit / PiecesPerSecond, 1, MostBytes) : MostBytes;
                var count = await from.ReceiveAsync(buffer.AsMemory(0, most));
                if (proxy.Delay is { Ticks: > 0 } delay)
                    await Task.Delay(delay);
                if (limit > 0)
                    await Task.Delay(TimeSpan.FromSeconds((double)count / limit));
                if (count == 0)
                    break;
                if (!IsSwallowed)
                    await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // An end that was reset, or our own closing.
        }

        if (IsSwallowed)
            await _closed.Task;
    }
}
