using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>The one connection of a notifier: opened when something is to be sent, replaced when it was lost, with a backoff.</summary>
/// <remarks>Used by the pump alone.</remarks>
/// <param name="connections">Makes connections.</param>
/// <param name="processIds">Is notified of each backend before it sends anything.</param>
/// <param name="waitAsync">Waits until a task completes, whatever its outcome; <see langword="false"/> if the notifier stops before that.</param>
/// <param name="options">Delays and limits.</param>
/// <param name="clock">The clock of the options' scheduler.</param>
/// <param name="logger">Where to log.</param>
sealed class SendConnection(
    ConnectionSource connections,
    OwnProcessIds processIds,
    Func<Task, Task<bool>> waitAsync,
    PgNotifierOptions options,
    IStopwatch clock,
    ILogger logger)
{
    readonly ReconnectPolicy _reconnect = new(failure => PermanentFailure.OfConnecting(failure, connections), options.ReconnectDelay, options.MaxReconnectDelay, budget: null, clock);
    SendSession? _session;

    // An attempt that was given up, as long as it is waited for.
    Task _abandoned = Task.CompletedTask;

    /// <summary>What the last attempt failed of; <see langword="null"/> since the last commit.</summary>
    internal Exception? LastFailure => _reconnect.LastFailure;

    /// <summary>The encoding of the present connection's database.</summary>
    internal string Encoding => _session?.Encoding ?? "";

    /// <summary>
    /// A session whose connection has answered a moment ago; <see langword="null"/> if there is none yet, and the caller has to look again
    /// whether one is needed.
    /// </summary>
    /// <exception cref="PgNotifierException">The first connection failed, for a reason that trying again can't mend.</exception>
    internal async Task<SendSession?> GetAsync()
    {
        if (_session is { IsOpen: true } session)
            return !session.HasPaused || await IsAliveAsync(session).ConfigureAwait(false) ? session : null;
        await CloseAsync().ConfigureAwait(false);
        var remaining = _reconnect.Remaining();
        if (remaining > TimeSpan.Zero)
        {
            await DelayAsync(remaining).ConfigureAwait(false);
            return null;
        }

        return await OpenAsync().ConfigureAwait(false);
    }

    /// <summary>A commit was made. Only this counts as a success: a server may accept connections and commit nothing.</summary>
    internal void HasCommitted() => _reconnect.Succeeded();

    /// <summary>Gives the connection up. The next one is not opened before the backoff allows it.</summary>
    internal async Task LoseAsync(Exception failure)
    {
        NoteFailure(failure);
        await CloseAsync().ConfigureAwait(false);
    }

    internal async Task CloseAsync()
    {
        await _abandoned.ConfigureAwait(false);
        if (_session is not { } session)
            return;
        _session = null;
        processIds.Retire();
        await CloseAsync(session).ConfigureAwait(false);
    }

    async Task<bool> IsAliveAsync(SendSession session)
    {
        var ping = session.PingAsync();
        if (!await waitAsync(ping).ConfigureAwait(false))
        {
            _ = ping.IgnoreOutcomeAsync();
            return false;
        }

        try
        {
            await ping.ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            await LoseAsync(e).ConfigureAwait(false);
            return false;
        }
    }

    async Task<SendSession?> OpenAsync()
    {
        var abandon = new CancellationTokenSource();
        var opening = OpenSessionAsync(abandon.Token);
        var isOver = false;
        try
        {
            isOver = await waitAsync(opening).ConfigureAwait(false);
        }
        finally
        {
            if (!isOver)
            {
                _ = abandon.CancelSafelyAsync(); // not awaited: Npgsql's callback blocks while it asks a hung server to cancel
                _abandoned = CloseWhenOpenedAsync(opening).EndsSoonAsync();
            }
        }

        if (!isOver)
            return null;
        try
        {
            _session = await opening.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            NoteFailure(e);
            if (Permanent(e) is { } permanent)
                throw permanent;
            return null;
        }

        _reconnect.Connected();
        if (_session.IsDirect)
        {
            processIds.Add(_session.ProcessId);
            Log.NotifierConnected(logger, _session.ProcessId);
        }
        else
            Log.NotifierConnectedThroughPooler(logger);
        return _session;
    }

    async Task<SendSession> OpenSessionAsync(CancellationToken cancellationToken)
    {
        var setUp = LibraryTracing.StartConnecting();
        SendSession? session = null;
        try
        {
            var connection = await PhysicalConnection.OpenAsync(connections, options.Heartbeat, cancellationToken).ConfigureAwait(false);
            session = new SendSession(connection);
            await session.CheckAsync().ConfigureAwait(false);
            setUp.End(session.Connection);
            return session;
        }
        catch (Exception e)
        {
            if (session is not null)
                await CloseAsync(session).ConfigureAwait(false);
            setUp.End(session?.Connection, e);
            throw;
        }
    }

    async Task CloseWhenOpenedAsync(Task<SendSession> opening)
    {
        try
        {
            await CloseAsync(await opening.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.OpeningCancelled(logger, e);
        }
    }

    async Task CloseAsync(SendSession session)
    {
        try
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.NotifierCloseFailed(logger, e);
        }
    }

    async Task DelayAsync(TimeSpan delay)
    {
        using var abandon = new CancellationTokenSource();
        var due = options.Scheduler.DelayAsync(delay, abandon.Token);
        if (await waitAsync(due).ConfigureAwait(false))
            await due.ConfigureAwait(false); // throws if the scheduler of the options fails
        else
            await abandon.CancelSafelyAsync().ConfigureAwait(false);
    }

    void NoteFailure(Exception failure)
    {
        var delay = _reconnect.Failed(failure);
        Log.NotifierNotConnected(logger, failure, _reconnect.Failures, (long)delay.TotalMilliseconds);
    }

    PgNotifierException? Permanent(Exception failure) => failure switch
    {
        PgNotifierException when !_reconnect.HasConnected => new PgNotifierException(PgNotifierError.CannotConnect, failure.Message),
        _ when _reconnect.ReasonToGiveUp(failure) is { } reason =>
            new PgNotifierException(PgNotifierError.CannotConnect, reason.Message, failure),
        _ => null,
    };
}
