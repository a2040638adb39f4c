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
sealed class ListenSession : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly Action<NpgsqlNotificationEventArgs> _received;
    NpgsqlCommand? _drain;
    CancellationTokenSource _wait = new();

    ListenSession(NpgsqlConnection connection, Action<NpgsqlNotificationEventArgs> received)
    {
        _connection = connection;
        _received = received;
    }

    internal bool IsOpen => _connection.FullState == ConnectionState.Open;

    internal int ProcessId => _connection.ProcessID;

    /// <summary>Opens <paramref name="connection"/> and becomes its owner, even if opening fails.</summary>
    internal static async Task<ListenSession> OpenAsync(
        NpgsqlConnection connection, Action<NpgsqlNotificationEventArgs> received, CancellationToken cancellationToken)
    {
        var session = new ListenSession(connection, received);
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
        _wait.Dispose();
    }

    /// <summary>Sends the changes in one round trip; all of them take effect, or none.</summary>
    internal async Task ApplyAsync(ChannelChanges changes)
    {
        var batch = ListenCommand.Create(_connection, changes);
        await using (batch.ConfigureAwait(false))
            await batch.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts to wait for the next message of the server. Completed already if one was buffered. Only after this has
    /// returned an incomplete task may the wait be cancelled: a token that fires earlier can be missed (npgsql #5975).
    /// </summary>
    internal Task StartWait() => _connection.WaitAsync(_wait.Token);

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
            _wait.Dispose();
            _wait = new CancellationTokenSource();
            return false;
        }
    }

    /// <summary>
    /// Ends a wait early. A call that comes too late ends the next wait instead, which does no harm: the pump then just
    /// looks around once more.
    /// </summary>
    internal void CancelWait() => ThreadPool.UnsafeQueueUserWorkItem(
        static wait =>
        {
            try
            {
                wait.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The wait it was meant for is long over.
            }
        },
        _wait,
        preferLocal: false);

    /// <summary>
    /// Receives all that the server has sent so far, by one empty command: Npgsql dispatches any number of
    /// notifications while it reads the reply, but only one a wait.
    /// </summary>
    internal async Task DrainAsync()
    {
        _drain ??= new NpgsqlCommand(";", _connection);
        await _drain.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
    }

    void OnNotification(object sender, NpgsqlNotificationEventArgs e) => _received(e);
}
