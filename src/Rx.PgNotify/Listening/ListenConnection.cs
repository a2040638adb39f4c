using System.Diagnostics;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>The one connection of a listener to the server: one session after the other.</summary>
/// <remarks>Used by the pump alone; only <see cref="ProcessId"/> and <see cref="AbortAsync"/> are for any thread.</remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late call may still cancel it
sealed class ListenConnection(ConnectionSource connections, ListenSessionFactory sessions, ListenerPumpContext pump) : IListenConnection
#pragma warning restore CA1001
{
    readonly CancellationTokenSource _abort = new();

    // 0 while no backend serves. Written by the loop.
    volatile int _processId;

    /// <summary>The process id of the backend that serves; <see langword="null"/> while none does.</summary>
    internal int? ProcessId => _processId is var processId and not 0 ? processId : null;

    public Task AbortAsync() => _abort.CancelSafelyAsync();

    public (PgListenerError Error, string Message)? FindPermanent(Exception failure) => PermanentFailure.OfConnecting(failure, connections);

    public async Task<Exception?> RunAsync(Action listening)
    {
        var setUp = LibraryTracing.StartConnecting();
        ListenSession? session = null;
        Exception? failure = null;
        CancellationTokenRegistration aborting = default;
        try
        {
            session = await sessions.OpenAsync().ConfigureAwait(false);
            if (session is null)
                return null;
            // Runs at once if AbortAsync came first, so that neither can miss the other.
            aborting = _abort.Token.UnsafeRegister(static session => ((ListenSession)session!).Abort(), session);
            using var loop = new ListenLoop(session, pump);
            await loop.RunAsync(ready: () => OnListening(session, setUp, listening)).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            setUp.End(session?.Connection, e);
            failure = e;
            return e;
        }
        finally
        {
            _processId = 0;
            setUp.End(session?.Connection);
            LibraryTracing.MakeCurrent(null); // otherwise it would still be the span that ended when the server listened
            if (session is not null)
                await sessions.CloseAsync(session, failure).ConfigureAwait(false);
            aborting.Unregister(); // not earlier: closing has commands of its own
            pump.Metrics.ConnectionClosed();
        }
    }

    void OnListening(ListenSession session, Activity? setUp, Action listening)
    {
        _processId = session.BackendProcessId;
        setUp.End(session.Connection);
        listening();
    }
}
