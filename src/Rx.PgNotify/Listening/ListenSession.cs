using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Rx.PgNotify.Listening;

/// <summary>
/// One connection's life: open, listen, wait, drain, close. Knows no observers: what arrives goes to a callback on the
/// thread that reads the socket.
/// </summary>
/// <remarks>
/// Used by the pump alone, one call at a time; only cancelling a wait may come from any thread. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
#pragma warning disable CA2213 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class ListenSession : IAsyncDisposable
{
    const string LiftTimeLimits =
        "SELECT count(pg_catalog.set_config(name, '0', false)) FROM pg_catalog.pg_settings "
        + "WHERE name IN ('idle_session_timeout', 'statement_timeout', 'transaction_timeout', 'lock_timeout')";

    readonly NpgsqlConnection _connection;
    readonly BurstBuffer _burst;
    NpgsqlCommand? _empty;

    // Guards the three below. A cancel is only ever asked of a wait that has really begun, and a token source that was
    // asked to cancel is never used for another wait: a late cancel hits nothing. Otherwise it could fire while the
    // next wait is starting, be missed there (npgsql #5975), and leave a source that can't be cancelled any more.
    readonly Lock _waitGate = new();
    CancellationTokenSource _wait = new();
    bool _isWaiting;
    bool _isCancelled;

    readonly TimeSpan _heartbeat;
    readonly CancellationToken _abort;
    readonly AnswerDeadline _answers;

    ListenSession(NpgsqlConnection connection, BurstBuffer burst, TimeSpan heartbeat, CancellationToken abort)
    {
        _connection = connection;
        _burst = burst;
        _heartbeat = heartbeat;
        _answers = new AnswerDeadline(heartbeat);
        _abort = abort;
    }

    internal bool IsOpen => _connection.FullState == ConnectionState.Open;

    internal int ProcessId => _connection.ProcessID;

    /// <summary>Opens <paramref name="connection"/> and becomes its owner, even if opening fails.</summary>
    /// <param name="connection">Not open yet.</param>
    /// <param name="burst">Takes what arrives, on the thread that reads the socket.</param>
    /// <param name="heartbeat">How long the server may be silent, and how long it then has to answer.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <param name="abort">Breaks a command that is under way: the last resort against a server that hangs.</param>
    internal static async Task<ListenSession> OpenAsync(
        NpgsqlConnection connection,
        BurstBuffer burst,
        TimeSpan heartbeat,
        CancellationToken cancellationToken,
        CancellationToken abort)
    {
        var session = new ListenSession(connection, burst, heartbeat, abort);
        try
        {
            connection.Notification += session.OnNotification;
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Notification -= OnNotification;
        _burst.Dispose();
        var closing = Task.Run(CloseAsync, CancellationToken.None);
        if (_answers.Abandoned is null)
            await closing.WaitAsync(_heartbeat, CancellationToken.None).ConfigureAwait(false);
    }

    // Closing beside a command that is still under way makes two readers of one socket: one gets what the other waits
    // for, and the backend would stay for ever.
    async Task CloseAsync()
    {
        if (_answers.Abandoned is { } command)
            await command.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the changes in one round trip; all of them take effect, or none.</summary>
    internal async Task ApplyAsync(ChannelChanges changes)
    {
        var batch = ListenCommand.Create(_connection, changes);
        await using (batch.ConfigureAwait(false))
            await _answers.AnsweredAsync(batch.ExecuteNonQueryAsync(_abort)).ConfigureAwait(false);
    }

    /// <summary>
    /// Whether the server is a standby, and the process id of the backend that really serves us. If nothing stands in
    /// between, also lifts the time limits, in the same round trip.
    /// </summary>
    internal async Task<(bool IsInRecovery, int ProcessId)> DescribeServerAsync()
    {
        var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(), ({LiftTimeLimits} AND pg_catalog.pg_backend_pid() = {ProcessId})"),
            _connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await _answers.AnsweredAsync(command.ExecuteReaderAsync(_abort)).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(_abort).ConfigureAwait(false);
                return (reader.GetBoolean(0), reader.GetInt32(1));
            }
        }
    }

    /// <summary>
    /// Switches off the time limits that a role or a database may bring along: they would end a session that just
    /// listens. Not before it is known that the backend is ours alone: it would stay changed for its next user.
    /// </summary>
    internal Task LiftTimeLimitsAsync() => RunAsync(LiftTimeLimits);

    /// <summary>
    /// Whether a notification that is sent elsewhere, while this connection is idle, arrives here. If not, the connection
    /// is of no further use.
    /// </summary>
    internal Task<bool> HearsAsync(Func<string, Task> sendFromElsewhere, TimeSpan patience) =>
        new PoolerProbe(_connection, _answers, _abort).HearsAsync(sendFromElsewhere, patience);

    /// <summary>Starts to wait for the next message of the server. Completed already if one was buffered.</summary>
    internal Task StartWait()
    {
        var wait = _connection.WaitAsync(_wait.Token);
        lock (_waitGate)
            _isWaiting = true;
        return wait;
    }

    /// <summary>Awaits what <see cref="StartWait"/> began. Throws when the connection is lost.</summary>
    /// <returns>Whether a message came; <see langword="false"/> if the wait was cancelled.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> FinishWaitAsync(Task wait)
    {
        try
        {
            await wait.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (IsOpen)
        {
            // A cancel that hits the middle of a message breaks the connection, which only FullState tells.
            return false;
        }
        finally
        {
            lock (_waitGate)
            {
                _isWaiting = false;
                if (_isCancelled)
                    _wait = new CancellationTokenSource();
                _isCancelled = false;
            }
        }
    }

    /// <summary>
    /// Ends the wait that is on, if there is one. On the thread pool: cancelling runs Npgsql's callbacks, and whoever
    /// subscribes must not wait for them.
    /// </summary>
    internal void CancelWait()
    {
        if (TryBeginCancel() is { } wait)
            ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Cancel(), wait, preferLocal: false);
    }

    /// <summary>The same on the present thread, for one that has nothing else to do: a hop wakes another thread.</summary>
    internal void CancelWaitHere() => TryBeginCancel()?.Cancel();

    CancellationTokenSource? TryBeginCancel()
    {
        lock (_waitGate)
        {
            if (!_isWaiting || _isCancelled)
                return null;
            _isCancelled = true;
            return _wait;
        }
    }

    /// <summary>
    /// Receives all that the server has sent so far, by one empty command: Npgsql dispatches any number of
    /// notifications while it reads the reply, but only one a wait.
    /// </summary>
    internal async Task DrainAsync()
    {
        _burst.Begin();
        try
        {
            await _answers.AnsweredAsync(AskAsync()).ConfigureAwait(false);
        }
        finally
        {
            _burst.End();
        }
    }

    /// <summary>Asks for a sign of life, which has to come within a heartbeat.</summary>
    internal Task PingAsync() => _answers.AnsweredAsync(AskAsync(), _heartbeat, firstLook: _heartbeat);

    Task<int> AskAsync()
    {
        _empty ??= new NpgsqlCommand(";", _connection);
        return _empty.ExecuteNonQueryAsync(_abort);
    }

    async Task RunAsync(string statement)
    {
        var command = new NpgsqlCommand(statement, _connection);
        await using (command.ConfigureAwait(false))
            await _answers.AnsweredAsync(command.ExecuteNonQueryAsync(_abort)).ConfigureAwait(false);
    }

    void OnNotification(object sender, NpgsqlNotificationEventArgs e)
    {
        _answers.Heard();
        _burst.Add(new Notification(e.Channel, e.Payload, e.PID));
    }
}
