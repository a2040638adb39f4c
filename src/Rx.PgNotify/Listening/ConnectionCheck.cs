using Microsoft.Extensions.Logging;
using Rx.PgNotify.Diagnostics;

namespace Rx.PgNotify.Listening;

/// <summary>
/// Makes sure, before anything is promised, that notifications can arrive on a new connection: that the server is no
/// standby, and that no transaction pooler stands in between.
/// </summary>
static class ConnectionCheck
{
    /// <summary>Throws what is wrong.</summary>
    /// <param name="session">Just opened.</param>
    /// <param name="sendFromElsewhere">Sends a notification on the given channel over a connection of its own.</param>
    /// <param name="patience">How long that notification may take.</param>
    /// <param name="logger">Receives a warning when something stands in between.</param>
    internal static async Task RunAsync(
        ListenSession session, Func<string, Task> sendFromElsewhere, TimeSpan patience, ILogger logger)
    {
        if (await session.IsInRecoveryAsync().ConfigureAwait(false))
            throw new PgListenerException(PgListenerError.ServerInRecovery, "The server is a standby in recovery, where LISTEN is not possible.");
        if (session.BackendProcessId == session.ProcessId)
            return;

        // Something stands in between: the process id of the start-up is not the backend's. With a pooler that gives us a
        // session all is well; one that gives us a backend for each transaction accepts LISTEN and never delivers.
        Log.PoolerFound(logger, patience);
        if (!await session.HearsAsync(sendFromElsewhere, patience).ConfigureAwait(false))
        {
            throw new PgListenerException(
                PgListenerError.TransactionPooler,
                "A connection pooler in transaction or statement mode stands before the server, and notifications do not pass it. "
                + "Connect to the server itself, or to a pool in session mode.");
        }

        await session.LiftTimeLimitsAsync().ConfigureAwait(false);
    }
}
