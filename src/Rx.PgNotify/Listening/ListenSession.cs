using System.Data;
using System.Globalization;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// One connection's life: listen, wait, drain, close. Knows no observers: what arrives goes to a callback on the
/// thread that reads the socket.
/// </summary>
/// <remarks>
/// Used by the pump alone, one call at a time; only cancelling a wait and aborting may come from any thread. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
#pragma warning disable CA2213 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class ListenSession : IAsyncDisposable
{
    readonly ConnectionSource _source;
    readonly NpgsqlConnection _connection;
    readonly BurstBuffer _burst;
    readonly TimeSpan _heartbeat;
    readonly NotificationWait _wait;
    readonly Ping _ping;
    readonly AnswerDeadline _answers;
    readonly CancellationTokenSource _abort = new();
    string[] _lifted = [];

    /// <summary>Becomes the owner of <paramref name="connection"/>.</summary>
    /// <param name="source">Where the connection comes from.</param>
    /// <param name="connection">Just opened.</param>
    /// <param name="burst">Takes what arrives, on the thread that reads the socket.</param>
    /// <param name="heartbeat">How long the server may be silent, and how long it then has to answer.</param>
    internal ListenSession(ConnectionSource source, NpgsqlConnection connection, BurstBuffer burst, TimeSpan heartbeat)
    {
        _source = source;
        _connection = connection;
        _burst = burst;
        _heartbeat = heartbeat;
        _wait = new NotificationWait(connection);
        _ping = new Ping(connection);
        _answers = new AnswerDeadline(heartbeat);
        connection.Notification += OnNotification;
    }

    /// <summary>For what it says of itself.</summary>
    internal NpgsqlConnection Connection => _connection;

    internal bool IsOpen => _connection.FullState == ConnectionState.Open;

    internal int ProcessId => _connection.ProcessID;

    /// <summary>The process id of the backend that really serves, as it said itself; behind a pooler another one than <see cref="ProcessId"/>.</summary>
    internal int BackendProcessId { get; private set; }

    /// <summary>
    /// The silence after which to ask for a sign of life. Always before Npgsql does: a wait that is cancelled while its keepalive is
    /// on the way breaks the connection, and whoever subscribed at that moment would cost everybody a Resync.
    /// </summary>
    internal TimeSpan PingInterval => _source.Keepalive * 0.75 is { } sooner && sooner < _heartbeat ? sooner : _heartbeat;

    // Whatever the connection string says, ours comes first: it knows what has arrived meanwhile.
    int CommandTimeout => ConnectionSettings.WholeSeconds(2 * _heartbeat);

    bool HasAbandoned => _answers.Abandoned is not null || _wait.Abandoned is not null;

    public async ValueTask DisposeAsync()
    {
        _connection.Notification -= OnNotification;
        _burst.Dispose();
        var closing = Task.Run(CloseAsync, CancellationToken.None);
        _ = closing.EndedAsync();
        if (!HasAbandoned)
        {
            await closing.WaitAsync(_heartbeat, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        // Over a connection of our own making Npgsql ends it by itself, after the Command Timeout that was set.
        if (!_source.IsOwn)
            Abort();
    }

    /// <summary>Breaks a command that is under way: the last resort against a server that hangs.</summary>
    internal void Abort() => _ = _abort.CancelSafelyAsync();

    /// <summary>Sends the changes in one round trip; all of them take effect, or none.</summary>
    internal async Task ApplyAsync(ChannelChanges changes)
    {
        var batch = ListenCommand.Create(_connection, changes);
        batch.Timeout = CommandTimeout;
        await using (batch.ConfigureAwait(false))
            await _answers.AnsweredAsync(batch.ExecuteNonQueryAsync(_abort.Token)).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the server is a standby, and the process id of the backend that really serves us. If nothing stands in
    /// between, also lifts the time limits, in the same round trip.
    /// </summary>
    internal async Task<bool> IsInRecoveryAsync()
    {
        var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(), CASE pg_catalog.pg_backend_pid() WHEN {ProcessId} THEN {TimeLimits.Lift} END"),
            _connection)
        { CommandTimeout = CommandTimeout };
        await using (command.ConfigureAwait(false))
        {
            var reader = await _answers.AnsweredAsync(command.ExecuteReaderAsync(_abort.Token)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(_abort.Token).ConfigureAwait(false);
                if (!await reader.IsDBNullAsync(2, _abort.Token).ConfigureAwait(false))
                    _lifted = await reader.GetFieldValueAsync<string[]>(2, _abort.Token).ConfigureAwait(false);
                BackendProcessId = reader.GetInt32(1);
                return reader.GetBoolean(0);
            }
        }
    }

    /// <summary>
    /// Lifts the time limits. Not before it is known that the backend is ours alone: it would stay changed for its next user.
    /// </summary>
    internal async Task LiftTimeLimitsAsync()
    {
        var command = new NpgsqlCommand($"SELECT {TimeLimits.Lift}", _connection) { CommandTimeout = CommandTimeout };
        await using (command.ConfigureAwait(false))
            _lifted = (string[])(await _answers.AnsweredAsync(command.ExecuteScalarAsync(_abort.Token)).ConfigureAwait(false))!;
    }

    /// <summary>
    /// Whether a notification that is sent elsewhere, while this connection is idle, arrives here. If not, the connection
    /// is of no further use.
    /// </summary>
    internal Task<bool> HearsAsync(Func<string, Task> sendFromElsewhere, TimeSpan patience) =>
        new PoolerProbe(_connection, _wait, _answers, _abort.Token).HearsAsync(sendFromElsewhere, patience);

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
        _burst.Begin();
        try
        {
            await _answers.AnsweredAsync(_ping.SendAsync(_abort.Token)).ConfigureAwait(false);
        }
        finally
        {
            _burst.End();
        }
    }

    /// <summary>Asks for a sign of life, which has to come within a heartbeat.</summary>
    internal Task PingAsync() => _answers.AnsweredAsync(_ping.SendAsync(_abort.Token), _heartbeat, firstLook: _heartbeat);

    async Task CloseAsync()
    {
        await AbandonedEndsAsync().ConfigureAwait(false);
        // What it did, such as lifting a time limit, is not known: nobody else may get this connection.
        if (_source.IsPooled && HasAbandoned)
            _source.ClearPool();
        else if (_source.IsPooled && IsOpen)
        {
            await GiveBackAsync().ConfigureAwait(false);
            await AbandonedEndsAsync().ConfigureAwait(false);
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // Closing beside a command that is still under way makes two readers of one socket: one gets what the other waits
    // for, and the backend would stay for ever. A wait that can't be cancelled may never end; disposing breaks it, but only
    // without a pool.
    async Task AbandonedEndsAsync()
    {
        if (_answers.Abandoned is { } command)
            await command.EndedAsync().ConfigureAwait(false);
        if (_wait.Abandoned is { } wait && _source.IsPooled)
            await wait.EndedAsync().ConfigureAwait(false);
    }

    // Npgsql resets a pooled connection when it is used again, and not at all with No Reset On Close. Until then it would go on
    // listening, unread, and hold up the server's queue.
    async Task GiveBackAsync()
    {
        try
        {
            await _answers.AnsweredAsync(_ping.ForgetAsync(_abort.Token), _heartbeat).ConfigureAwait(false);
            var batch = new NpgsqlBatch(_connection) { Timeout = CommandTimeout };
            await using (batch.ConfigureAwait(false))
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand("UNLISTEN *"));
                TimeLimits.AddRestoring(batch, _lifted);
                await _answers.AnsweredAsync(batch.ExecuteNonQueryAsync(_abort.Token), _heartbeat).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            Abort();
            _source.ClearPool();
        }
    }

    void OnNotification(object sender, NpgsqlNotificationEventArgs e)
    {
        _answers.Heard();
        _burst.Add(new Notification(e.Channel, e.Payload, e.PID));
    }
}
