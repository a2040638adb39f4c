using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Listening;

/// <summary>
/// What a session has to get hold of before it listens, and keeps as long as the server keeps the session: a lock of the server's.
/// </summary>
/// <remarks>Used by the pump, one session at a time, apart from <see cref="Leave"/>.</remarks>
abstract class SessionGuard
{
    /// <summary>
    /// How often the server gets a command at the least, also while notifications come. A guard that has the server end sessions
    /// which say nothing needs more than that. At the most a heartbeat.
    /// </summary>
    internal abstract TimeSpan Interval { get; }

    /// <summary>Waits, on a session that can listen, until it may.</summary>
    internal abstract Task EnterAsync(PhysicalConnection connection, CancellationToken cancellationToken);

    /// <summary>The server has answered a command of the session that has entered: it had the session when the command arrived.</summary>
    /// <param name="connection">Of the session.</param>
    /// <param name="sentAt">When the command was sent: a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
    internal abstract void Answered(PhysicalConnection connection, long sentAt);

    /// <summary>
    /// How long a command that is sent now may stay unanswered although notifications come, which otherwise excuse it: without an answer
    /// it is not known any more whether the server has the session. Later the session is given up.
    /// </summary>
    internal abstract TimeSpan LongestAnswer(PhysicalConnection connection);

    /// <summary>
    /// A session is about to be closed, entered or not. It need not be the latest: one that hung while it was opened is closed later.
    /// </summary>
    /// <param name="connection">Of the session.</param>
    /// <param name="failure">What it failed of; <see langword="null"/> if it is just not wanted any more.</param>
    internal abstract void Leave(PhysicalConnection connection, Exception? failure);

    /// <summary>Adds the statements that take back, for a pool's next user, what entering did.</summary>
    internal abstract void AddRestoring(NpgsqlBatch batch);
}
