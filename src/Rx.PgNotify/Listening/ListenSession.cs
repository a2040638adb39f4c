using System.Data;
using Npgsql;

namespace Rx.PgNotify.Listening;

/// <summary>
/// One connection's life: open, listen, wait, drain, close. Knows no observers: what arrives goes to a callback on the
/// thread that reads the socket.
/// </summary>
/// <remarks>
/// Used by the pump alone, one call at a time; only <see cref="CancelWait"/> may come from any thread. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
#pragma warning disable CA2213 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class ListenSession : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly Action<NpgsqlNotificationEventArgs> _received;
    NpgsqlCommand? _drain;

    // Guards the three below. A cancel is only ever asked of a wait that has really begun, and a token source that was
    // asked to cancel is never used for another wait: a late cancel hits nothing. Otherwise it could fire while the
    // next wait is starting, be missed there (npgsql #5975), and leave a source that can't be cancelled any more.
    readonly Lock _waitGate = new();
    CancellationTokenSource _wait = new();
    bool _isWaiting;
    bool _isCancelled;

    readonly CancellationToken _abort;

    ListenSession(NpgsqlConnection connection, Action<NpgsqlNotificationEventArgs> received, CancellationToken abort)
    {
        _connection = connection;
        _received = received;
        _abort = abort;
    }

    internal bool IsOpen => _connection.FullState == ConnectionState.Open;

    internal int ProcessId => _connection.ProcessID;

    /// <summary>Opens <paramref name="connection"/> and becomes its owner, even if opening fails.</summary>
    /// <param name="connection">Not open yet.</param>
    /// <param name="received">Is called on the thread that reads the socket; must neither block nor throw.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <param name="abort">Breaks a command that is under way: the last resort against a server that hangs.</param>
    internal static async Task<ListenSession> OpenAsync(
        NpgsqlConnection connection,
        Action<NpgsqlNotificationEventArgs> received,
        CancellationToken cancellationToken,
        CancellationToken abort)
    {
        var session = new ListenSession(connection, received, abort);
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
        if (_drain is not null)
            await _drain.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sends the changes in one round trip; all of them take effect, or none.</summary>
    internal async Task ApplyAsync(ChannelChanges changes)
    {
        var batch = ListenCommand.Create(_connection, changes);
        await using (batch.ConfigureAwait(false))
            await batch.ExecuteNonQueryAsync(_abort).ConfigureAwait(false);
    }

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
    internal async Task<bool> FinishWaitAsync(Task wait)
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
        CancellationTokenSource wait;
        lock (_waitGate)
        {
            if (!_isWaiting || _isCancelled)
                return;
            _isCancelled = true;
            wait = _wait;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static wait => wait.Cancel(), wait, preferLocal: false);
    }

    /// <summary>
    /// Receives all that the server has sent so far, by one empty command: Npgsql dispatches any number of
    /// notifications while it reads the reply, but only one a wait.
    /// </summary>
    internal async Task DrainAsync()
    {
        _drain ??= new NpgsqlCommand(";", _connection);
        await _drain.ExecuteNonQueryAsync(_abort).ConfigureAwait(false);
    }

    void OnNotification(object sender, NpgsqlNotificationEventArgs e) => _received(e);
}
