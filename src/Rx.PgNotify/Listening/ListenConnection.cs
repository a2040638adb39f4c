using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>The one connection of a listener: opened, served and closed, one session after the other and never two at a time.</summary>
/// <remarks>Used by the pump alone; only <see cref="ProcessId"/> and <see cref="Abort"/> are for any thread.</remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late call may still cancel it
sealed class ListenConnection(
    ListenSessionFactory sessions, DesiredChannels desired, PumpSignal signal, ILogger logger, ListenerMetrics metrics, CancellationToken stop)
#pragma warning restore CA1001
{
    readonly CancellationTokenSource _abort = new();

    // 0 while no backend serves. Written by the loop.
    volatile int _processId;

    /// <summary>The process id of the backend that serves; <see langword="null"/> while none does.</summary>
    internal int? ProcessId => _processId is var processId and not 0 ? processId : null;

    /// <summary>
    /// Breaks the command that is under way, of this session or, between two, of the next one. Once the loop has to stop: it can't be
    /// undone.
    /// </summary>
    internal void Abort() => _ = _abort.CancelSafelyAsync();

    /// <summary>Opens a session, serves it as long as it is needed, and closes it.</summary>
    /// <param name="listening">Is called when the server listens to what is wanted, with <see cref="ProcessId"/> set.</param>
    /// <returns>What it failed of; <see langword="null"/> if it was closed because nobody needs it.</returns>
    internal async Task<Exception?> RunAsync(Action listening)
    {
        var setUp = LibraryTracing.StartConnecting();
        ListenSession? session = null;
        CancellationTokenRegistration aborting = default;
        try
        {
            session = await sessions.OpenAsync().ConfigureAwait(false);
            if (session is null)
                return null;
            // Runs at once if Abort came first, so that neither can miss the other.
            aborting = _abort.Token.UnsafeRegister(static session => ((ListenSession)session!).Abort(), session);
            using var loop = new ListenLoop(session, desired, signal, logger, metrics, stop);
            await loop.RunAsync(ready: () => OnListening(session, setUp, listening)).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            setUp.End(session?.Connection, e);
            return e;
        }
        finally
        {
            _processId = 0;
            setUp.End(session?.Connection);
            LibraryTracing.MakeCurrent(null); // otherwise it would still be the span that ended when the server listened
            if (session is not null)
                await sessions.CloseAsync(session).ConfigureAwait(false);
            aborting.Unregister(); // not earlier: closing has commands of its own
            metrics.ConnectionClosed();
        }
    }

    void OnListening(ListenSession session, Activity? setUp, Action listening)
    {
        _processId = session.BackendProcessId;
        setUp.End(session.Connection);
        listening();
    }
}
