using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Listening;

/// <summary>
/// What a listener does on one connection: check, listen, wait, drain, close. Knows no observers: what arrives goes to a
/// callback on the thread that reads the socket.
/// </summary>
/// <remarks>
/// Used by the pump alone, one call at a time; only cancelling a wait and aborting may come from any thread. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
sealed class ListenSession : IAsyncDisposable
{
    readonly PhysicalConnection _connection;
    readonly ReceiveBuffer _receiveBuffer;
    readonly NotificationWait _wait;
    readonly Ping _ping;
    readonly SessionGuard? _guard;

    /// <summary>Becomes the owner of <paramref name="connection"/> and <paramref name="receiveBuffer"/>.</summary>
    /// <param name="connection">Just opened.</param>
    /// <param name="receiveBuffer">Takes what arrives, on the thread that reads the socket.</param>
    /// <param name="guard">What it has to keep hold of.</param>
    internal ListenSession(PhysicalConnection connection, ReceiveBuffer receiveBuffer, SessionGuard? guard)
    {
        _guard = guard;
        _connection = connection;
        _receiveBuffer = receiveBuffer;
        _wait = new NotificationWait(connection);
        _ping = new Ping(connection.Inner);
        connection.Inner.Notification += OnNotification;
    }

    /// <summary>For what it says of itself.</summary>
    internal NpgsqlConnection Connection => _connection.Inner;

    internal bool IsOpen => _connection.IsOpen;

    /// <summary>The process id of the backend that serves, behind a pooler too.</summary>
    internal int BackendProcessId => _connection.Backend.ProcessId;

    /// <summary>
    /// After how long a silence to ping. Always before Npgsql's own keepalive: a wait that is cancelled while the keepalive is on its
    /// way breaks the connection, so that anybody who subscribes in that moment would cause a Resync for everybody.
    /// </summary>
    internal TimeSpan PingInterval
    {
        get
        {
            var interval = CommandInterval ?? _connection.Heartbeat;
            return _connection.Source.Keepalive * 0.75 is { } sooner && sooner < interval ? sooner : interval;
        }
    }

    /// <inheritdoc cref="SessionGuard.Interval"/>
    internal TimeSpan? CommandInterval => _guard?.Interval;

    TimeSpan? LongestAnswer => _guard?.LongestAnswer(_connection);

    public async ValueTask DisposeAsync()
    {
        _connection.Inner.Notification -= OnNotification;
        _receiveBuffer.Dispose();
        var isClosed = await _connection.CloseAsync(_connection.Heartbeat, RestoreAsync).ConfigureAwait(false);
        // On a connection of a data source of our own, Npgsql itself aborts what still runs, after the Command Timeout that we set.
        if (!isClosed && !_connection.Source.IsOwn)
            Abort();
    }

    /// <inheritdoc cref="SessionGuard.Answered"/>
    internal void ReportAnswer(long sentAt) => _guard?.Answered(_connection, sentAt);

    /// <inheritdoc cref="SessionGuard.Leave"/>
    internal void LeaveGuard(Exception? failure) => _guard?.Leave(_connection, failure);

    /// <inheritdoc cref="PhysicalConnection.Abort"/>
    internal void Abort() => _connection.Abort();

    /// <summary>Before anything else. Throws what is wrong.</summary>
    internal Task CheckAsync(ConnectionCheck check, CancellationToken cancellationToken) =>
        check.RunAsync(_connection, _wait, cancellationToken);

    /// <summary>Sends the changes in one round trip; all of them take effect, or none.</summary>
    internal async Task ApplyAsync(ChannelChanges changes)
    {
        var batch = ListenCommand.Create(_connection, changes);
        await using (batch.ConfigureAwait(false))
            await _connection.AnsweredAsync(batch.ExecuteNonQueryAsync(_connection.Aborting), inAll: LongestAnswer).ConfigureAwait(false);
    }

    /// <inheritdoc cref="NotificationWait.Start"/>
    internal Task StartWait() => _wait.Start();

    /// <inheritdoc cref="NotificationWait.FinishAsync"/>
    internal ValueTask<bool> FinishWaitAsync(Task wait) => _wait.FinishAsync(wait);

    /// <inheritdoc cref="NotificationWait.Cancel()"/>
    internal void CancelWait() => _wait.Cancel();

    /// <inheritdoc cref="NotificationWait.CancelHere"/>
    internal void CancelWaitHere() => _wait.CancelHere();

    /// <summary>
    /// Receives all that the server has sent so far, by one round trip: Npgsql dispatches any number of
    /// notifications while it reads the reply, but only one a wait.
    /// </summary>
    internal async Task DrainAsync()
    {
        _receiveBuffer.StartBatching();
        try
        {
            await _connection.AnsweredAsync(_ping.SendAsync(_connection.Aborting), inAll: LongestAnswer).ConfigureAwait(false);
        }
        finally
        {
            _receiveBuffer.StopBatching();
        }
    }

    /// <summary>A round trip that has to be answered within a heartbeat.</summary>
    internal Task PingAsync() => _connection.AnsweredAsync(
        _ping.SendAsync(_connection.Aborting), _connection.Heartbeat, firstPoll: _connection.Heartbeat, inAll: LongestAnswer);

    // Npgsql resets a pooled connection only when it is used again, and never with No Reset On Close. Until then the server would go
    // on listening for a session that reads nothing, and its notification queue could not be cleaned up.
    async Task RestoreAsync()
    {
        await _connection.AnsweredAsync(_ping.ForgetAsync(_connection.Aborting), _connection.Heartbeat).ConfigureAwait(false);
        var batch = _connection.CreateBatch();
        await using (batch.ConfigureAwait(false))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("UNLISTEN *"));
            _guard?.AddRestoring(batch);
            _connection.Backend.AddRestoring(batch);
            await _connection.AnsweredAsync(batch.ExecuteNonQueryAsync(_connection.Aborting), _connection.Heartbeat).ConfigureAwait(false);
        }
    }

    void OnNotification(object sender, NpgsqlNotificationEventArgs e)
    {
        _connection.Received();
        _receiveBuffer.Add(new Notification(e.Channel, e.Payload, e.PID));
    }
}
