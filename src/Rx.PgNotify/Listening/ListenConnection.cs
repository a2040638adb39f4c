using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>Opens and closes the one connection of a listener. What hangs while it is opened, and is wanted no more, is left behind.</summary>
/// <remarks>Used by the pump alone, except for <see cref="Abort"/>.</remarks>
sealed class ListenConnection(
    ConnectionSource connections, WhileWanted whileWanted, NotificationsReceived received, PgListenerOptions options, ILogger logger)
{
    static readonly TimeSpan s_cancelPatience = TimeSpan.FromSeconds(1);

    readonly ConnectionCheck _check = new(connections, options.Heartbeat, logger);

    // The session that was opened last, for whoever has to break it. Written by who opens it.
    volatile ListenSession? _session;

    /// <summary>Opens a connection on which notifications can arrive.</summary>
    /// <returns><see langword="null"/> if it is wanted no more.</returns>
    internal async Task<ListenSession?> OpenAsync()
    {
        var abandon = new CancellationTokenSource();
        var opening = OpenAsync(abandon.Token);
        await whileWanted.EndsAsync(opening, abandon).ConfigureAwait(false);
        if (!abandon.IsCancellationRequested)
            return await opening.ConfigureAwait(false);

        // While Npgsql waits for the answer to its first message it can't be cancelled.
        if (!await CloseWhenOpenedAsync(opening).EndsWithinAsync(s_cancelPatience).ConfigureAwait(false))
            Log.OpeningAbandoned(logger);
        return null;
    }

    /// <summary>Closes it. Takes no longer than a heartbeat, and does not throw.</summary>
    internal async Task CloseAsync(ListenSession session)
    {
        try
        {
            await session.DisposeAsync().ConfigureAwait(false);
            Log.Closed(logger);
        }
        catch (Exception e)
        {
            Log.CloseFailed(logger, e);
        }
    }

    /// <summary>Breaks a command that is under way. From any thread.</summary>
    internal void Abort() => _session?.Abort();

    async Task<ListenSession> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await PhysicalConnection.OpenAsync(connections, options.Heartbeat, cancellationToken).ConfigureAwait(false);
        var session = new ListenSession(connection, new BurstBuffer(options, received));
        // Before the check, which may hang. One that was left behind must not take the place of a later one.
        if (!cancellationToken.IsCancellationRequested)
            _session = session;
        try
        {
            await session.CheckAsync(_check, cancellationToken).ConfigureAwait(false);
            Log.Connected(logger, session.BackendProcessId);
            return session;
        }
        catch
        {
            await CloseAsync(session).ConfigureAwait(false);
            throw;
        }
    }

    async Task CloseWhenOpenedAsync(Task<ListenSession> opening)
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
}
