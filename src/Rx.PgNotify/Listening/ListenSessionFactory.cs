using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Listening;

/// <summary>Opens and closes sessions. One that hangs while it is opened is abandoned as soon as no channel is wanted any more.</summary>
/// <remarks>Used by the pump alone.</remarks>
sealed class ListenSessionFactory(ConnectionSource connections, PgListenerOptions options, SessionGuard? guard, ListenerPumpContext pump)
{
    readonly ConnectionCheck _check = new(connections, options.Heartbeat, pump.Logger);
    readonly ILogger _logger = pump.Logger;

    /// <summary>Opens a session on whose connection notifications can arrive.</summary>
    /// <returns><see langword="null"/> if no channel is wanted any more.</returns>
    internal async Task<ListenSession?> OpenAsync()
    {
        var abandon = new CancellationTokenSource();
        var opening = OpenAsync(abandon.Token);
        await pump.WhileWanted.WaitAsync(opening, abandon).ConfigureAwait(false);
        if (!abandon.IsCancellationRequested)
            return await opening.ConfigureAwait(false);

        if (!await CloseWhenOpenedAsync(opening).EndsSoonAsync().ConfigureAwait(false))
            Log.OpeningAbandoned(_logger);
        return null;
    }

    /// <summary>Closes a session. Takes no longer than a heartbeat, and does not throw.</summary>
    /// <param name="session">The session.</param>
    /// <param name="failure">What it failed of; <see langword="null"/> if it is just not wanted any more.</param>
    internal async Task CloseAsync(ListenSession session, Exception? failure)
    {
        session.LeaveGuard(failure);
        try
        {
            await session.DisposeAsync().ConfigureAwait(false);
            Log.Closed(_logger);
        }
        catch (Exception e)
        {
            Log.CloseFailed(_logger, e);
        }
    }

    async Task<ListenSession> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await PhysicalConnection.OpenAsync(connections, options.Heartbeat, cancellationToken).ConfigureAwait(false);
        var session = new ListenSession(connection, new ReceiveBuffer(options, OnReceived), guard);
        try
        {
            await session.CheckAsync(_check, cancellationToken).ConfigureAwait(false);
            if (guard is not null)
                await guard.EnterAsync(connection, cancellationToken).ConfigureAwait(false);
            Log.Connected(_logger, session.BackendProcessId);
            return session;
        }
        catch (Exception e)
        {
            await CloseAsync(session, e).ConfigureAwait(false);
            throw;
        }
    }

    void OnReceived(ReadOnlySpan<Notification> notifications)
    {
        pump.Metrics.Received(notifications.Length);
        pump.Desired.Route(notifications);
    }

    async Task CloseWhenOpenedAsync(Task<ListenSession> opening)
    {
        try
        {
            await CloseAsync(await opening.ConfigureAwait(false), failure: null).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Log.OpeningCancelled(_logger, e);
        }
    }
}
