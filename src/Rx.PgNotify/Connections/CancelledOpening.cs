using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Connections;

/// <summary>Waiting for the end of an attempt to connect that was cancelled.</summary>
static class CancelledOpening
{
    // An attempt soon ends, unless it is at a point where Npgsql can't be cancelled, as while it waits for the first answer of a server.
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>How long a request of Npgsql's to cancel a command is waited for: it opens a connection like any other one.</summary>
    internal static readonly TimeSpan AfterAbort = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits for the attempt, whatever its outcome, though no longer than a second.</summary>
    /// <remarks>
    /// Not to wait at all is wrong, although nobody wants the connection: Npgsql begins each attempt with the GSSAPI library of the
    /// system, and if the process ends while another thread is in there, the library's own clean-up aborts it (#12).
    /// </remarks>
    /// <returns>Whether it has ended.</returns>
    internal static Task<bool> EndsSoonAsync(this Task opening) => opening.CompletesWithinAsync(s_patience);
}
