using System.Data;
using System.Diagnostics;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>One connection's life: open, commit, close. Knows nothing of what else waits to be sent.</summary>
/// <remarks>
/// Used by the pump alone, one call at a time, except that it may be disposed while a command is under way. Once broken it
/// stays so: the pump opens another one.
/// </remarks>
#pragma warning disable CA2213 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class SendSession : IAsyncDisposable
#pragma warning restore CA2213
{
    // A backend that was killed, or a line that was cut, is only found by using it. The first commit after a pause would
    // be in doubt for it, and a question is not.
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2);

    readonly NpgsqlConnection _connection;
    readonly TimeSpan _heartbeat;
    readonly AnswerDeadline _answers;
    readonly CancellationTokenSource _abort = new();

    // What the pump has asked for, from its first statement to its last, and the latest of its commands. A command that is given up
    // outlives the call, and a call may not have come to its command yet: closing waits for both.
    Task _call = Task.CompletedTask;
    Task _command = Task.CompletedTask;
    bool _isUnfit;
    long _answeredAt;

    SendSession(NpgsqlConnection connection, TimeSpan heartbeat)
    {
        _connection = connection;
        _heartbeat = heartbeat;
        _answers = new AnswerDeadline(heartbeat);
    }

    internal bool IsOpen => !_isUnfit && _answers.Abandoned is null && _connection.FullState == ConnectionState.Open;

    internal bool HasPaused => Stopwatch.GetElapsedTime(_answeredAt) > s_pause;

    internal int ProcessId => _connection.ProcessID;

    // Whatever the connection string says, ours comes first: it knows what has arrived meanwhile.
    int CommandTimeout => ConnectionSettings.WholeSeconds(2 * _heartbeat);

    /// <summary>
    /// Whether nothing stands in between: the backend is ours alone, so that its process id says who sends, and statements
    /// can be prepared.
    /// </summary>
    internal bool IsDirect { get; private set; }

    /// <summary>The encoding of the database, in which the server counts bytes.</summary>
    internal string Encoding { get; private set; } = "";

    /// <summary>Makes sure that <paramref name="connection"/>, just opened, can send, and becomes its owner, even if it can't.</summary>
    internal static async Task<SendSession> CreateAsync(NpgsqlConnection connection, TimeSpan heartbeat)
    {
        var session = new SendSession(connection, heartbeat);
        try
        {
            await session.AnsweredAsync(session.CheckAsync()).ConfigureAwait(false);
            session.Encoding = connection.PostgresParameters.GetValueOrDefault("server_encoding", "");
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Bounded, however the server behaves: what is under way is left to end, and to be closed, by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        var closing = Task.Run(CloseAsync, CancellationToken.None);
        _ = closing.EndedAsync();
        if (_call.IsCompleted && _command.IsCompleted)
        {
            await closing.WaitAsync(s_closeLimit, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        _ = _abort.CancelSafelyAsync();
    }

    /// <summary>Makes the commits, one after the other, in one round trip. Does not throw.</summary>
    internal Task<CommitOutcome> CommitAsync(List<List<PendingSend>> commits)
    {
        var commit = TracedAsync(commits);
        _call = commit;
        return commit;
    }

    /// <summary>Throws if the connection has been lost.</summary>
    // Not on the caller's thread: it blocks, without regard to any limit, while Npgsql's own keepalive waits for an answer.
    internal Task PingAsync() => _call = Task.Run(AskAsync);

    async Task AskAsync()
    {
        var command = Command("/* Rx.PgNotify sends */");
        await using (command.ConfigureAwait(false))
            await AnsweredAsync(command.ExecuteNonQueryAsync(_abort.Token), _heartbeat).ConfigureAwait(false);
    }

    async Task CloseAsync()
    {
        // Two readers of one socket would take each other's bytes, and the backend would stay.
        await _call.EndedAsync().ConfigureAwait(false);
        await _command.EndedAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    async Task<CommitOutcome> TracedAsync(List<List<PendingSend>> commits)
    {
        var spans = CommitSpans.Start(commits);
        var outcome = await ExecuteAsync(commits).ConfigureAwait(false);
        spans?.End(_connection, outcome.Committed, outcome.Failure);
        return outcome;
    }

    async Task<CommitOutcome> ExecuteAsync(List<List<PendingSend>> commits)
    {
        var batch = CommitCommand.Create(_connection, commits);
        batch.Timeout = CommandTimeout;
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

    async Task<int> ExecuteAsync(NpgsqlBatch batch)
    {
        if (IsDirect)
            await batch.PrepareAsync(_abort.Token).ConfigureAwait(false); // no round trip: the template's statements are known
        return await batch.ExecuteNonQueryAsync(_abort.Token).ConfigureAwait(false);
    }

    async Task<bool> CheckAsync()
    {
        var command = Command("SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid()");
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(_abort.Token).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(_abort.Token).ConfigureAwait(false);
                if (reader.GetBoolean(0))
                    throw new PgNotifierException(PgNotifierError.CannotConnect, "The server is a standby in recovery, where NOTIFY is not possible.");
                IsDirect = reader.GetInt32(1) == ProcessId;
            }
        }

        if (!IsDirect)
            return true;
        var template = CommitCommand.CreateTemplate(_connection);
        await using (template.ConfigureAwait(false))
            await template.PrepareAsync(_abort.Token).ConfigureAwait(false);
        return true;
    }

    // After a refusal the connection may still be in the transaction that failed.
    async Task RollBackAsync()
    {
        try
        {
            var command = Command("ROLLBACK");
            await using (command.ConfigureAwait(false))
                await AnsweredAsync(command.ExecuteNonQueryAsync(_abort.Token)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            _isUnfit = true; // the pump replaces it; what it failed of matters to nobody
        }
    }

    NpgsqlCommand Command(string text) => new(text, _connection) { CommandTimeout = CommandTimeout };

    async Task AnsweredAsync<T>(Task<T> command, TimeSpan? patience = null)
    {
        _command = command;
        await _answers.AnsweredAsync(command, patience ?? (2 * _heartbeat)).ConfigureAwait(false);
        _answeredAt = Stopwatch.GetTimestamp();
    }
}
