using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Connections;

namespace Rx.PgNotify.Sending;

/// <summary>What a notifier does on one connection: check, commit, close. Knows nothing of what else waits to be sent.</summary>
/// <remarks>
/// Used by the pump alone, one call at a time, except that it may be disposed while a command is under way. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
/// <param name="connection">Just opened. The session becomes its owner.</param>
sealed class SendSession(PhysicalConnection connection) : IAsyncDisposable
{
    // That a backend was killed or a line cut is found out only by using the connection. The first commit after a pause would then
    // be in doubt, so a ping is sent before it, which can be lost without harm.
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2);

    bool _isUnfit;
    long _answeredAt;

    /// <summary>For what it says of itself.</summary>
    internal NpgsqlConnection Connection => connection.Inner;

    internal bool IsOpen => !_isUnfit && connection.IsOpen;

    internal bool HasPaused => Stopwatch.GetElapsedTime(_answeredAt) > s_pause;

    internal int ProcessId => connection.ProcessId;

    /// <summary>
    /// Whether nothing stands in between: the backend is ours alone, so that its process id says who sends, and statements
    /// can be prepared.
    /// </summary>
    internal bool IsDirect => connection.Backend.IsDirect;

    /// <summary>The encoding of the database, in which the server counts bytes.</summary>
    internal string Encoding { get; private set; } = "";

    /// <summary>Bounded, however the server behaves: behind a command that is under way the connection is closed later, by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!await connection.CloseAsync(s_closeLimit).ConfigureAwait(false))
            connection.Abort();
    }

    /// <summary>Before anything else. Makes sure that the connection can send; throws if it can't.</summary>
    internal Task CheckAsync() => connection.Track(AnsweredAsync(PrepareToSendAsync()));

    /// <summary>Makes the commits, one after the other, in one round trip. Does not throw.</summary>
    internal Task<CommitOutcome> CommitAsync(List<List<PendingSend>> commits) => connection.Track(TracedAsync(commits));

    /// <summary>Throws if the connection has been lost.</summary>
    // Not on the caller's thread: it blocks, without regard to any limit, while Npgsql's own keepalive waits for an answer.
    internal Task PingAsync() => connection.Track(Task.Run(AskAsync));

    // Two round trips, for which there is one limit, as for a commit.
    async Task PrepareToSendAsync()
    {
        await connection.Backend.IdentifyAsync().ConfigureAwait(false);
        if (connection.Backend.IsInRecovery)
            throw new PgNotifierException(PgNotifierError.CannotConnect, "The server is a standby in recovery, where NOTIFY is not possible.");
        if (IsDirect)
        {
            var template = CommitCommand.CreateTemplate(connection);
            await using (template.ConfigureAwait(false))
                await template.PrepareAsync(connection.Aborting).ConfigureAwait(false);
        }

        Encoding = Connection.PostgresParameters.GetValueOrDefault("server_encoding", "");
    }

    async Task AskAsync()
    {
        var command = connection.CreateCommand("/* Rx.PgNotify sends */");
        await using (command.ConfigureAwait(false))
            await AnsweredAsync(command.ExecuteNonQueryAsync(connection.Aborting), connection.Heartbeat).ConfigureAwait(false);
    }

    async Task<CommitOutcome> TracedAsync(List<List<PendingSend>> commits)
    {
        var spans = CommitSpans.Start(commits);
        var outcome = await ExecuteAsync(commits).ConfigureAwait(false);
        spans?.End(Connection, outcome.Committed, outcome.Failure);
        return outcome;
    }

    async Task<CommitOutcome> ExecuteAsync(List<List<PendingSend>> commits)
    {
        var batch = CommitCommand.Create(connection, commits);
        await using (batch.ConfigureAwait(false))
        {
            try
            {
                await AnsweredAsync(ExecuteAsync(batch)).ConfigureAwait(false);
                return new CommitOutcome(commits.Count);
            }
            catch (Exception e)
            {
                var committed = CommitCommand.CountCommitted(batch);
                var isRefusal = e is PostgresException && IsOpen;
                if (isRefusal)
                    await RollBackAsync().ConfigureAwait(false);
                return new CommitOutcome(committed, e, isRefusal);
            }
        }
    }

    async Task ExecuteAsync(NpgsqlBatch batch)
    {
        if (IsDirect)
            await batch.PrepareAsync(connection.Aborting).ConfigureAwait(false); // no round trip: the template's statements are known
        await batch.ExecuteNonQueryAsync(connection.Aborting).ConfigureAwait(false);
    }

    // After a refusal the connection may still be in the transaction that failed.
    async Task RollBackAsync()
    {
        try
        {
            var command = connection.CreateCommand("ROLLBACK");
            await using (command.ConfigureAwait(false))
                await AnsweredAsync(command.ExecuteNonQueryAsync(connection.Aborting)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            _isUnfit = true; // the pump replaces the connection; why this failed does not matter
        }
    }

    async Task AnsweredAsync(Task command, TimeSpan? limit = null)
    {
        await connection.AnsweredAsync(command, limit).ConfigureAwait(false);
        _answeredAt = Stopwatch.GetTimestamp();
    }
}
