using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Sending;

/// <summary>Asks the server for one subscriber, again and again, until an answer fails or the subscriber leaves.</summary>
/// <remarks>
/// Each question begins on the thread pool, so without the ExecutionContext of whoever subscribed, runs the scheduler or
/// observes: it is in nobody's trace or <c>TransactionScope</c>, and keeps nothing of theirs.
/// </remarks>
/// <param name="primary">Whom to ask.</param>
/// <param name="interval">From an answer to the next question.</param>
/// <param name="scheduler">The timer.</param>
/// <param name="observer">Ignores what comes after the subscriber has left, and lets it leave when it throws.</param>
sealed class QueueUsagePoll(NpgsqlDataSource primary, TimeSpan interval, IScheduler scheduler, IObserver<double> observer)
    : IThreadPoolWorkItem, IDisposable
{
    const string Question =
        "SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_notification_queue_usage() END";

    readonly TimeSpan? _limit = LimitOf(new NpgsqlConnectionStringBuilder(primary.ConnectionString));
    readonly CancellationTokenSource _leaving = new();
    readonly SerialDisposable _pause = new();

    internal void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    // What the observer throws is unhandled, as anywhere in Rx: no task may take it.
#pragma warning disable VSTHRD100
    public async void Execute()
#pragma warning restore VSTHRD100
    {
        double usage;
        try
        {
            usage = await AnsweredAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            observer.OnError(e);
            return;
        }

        observer.OnNext(usage);
        // In its place before it can end: the next one, which may begin before this thread goes on, would be stopped otherwise.
        var pause = new SingleAssignmentDisposable();
        _pause.Disposable = pause;
        if (scheduler.TrySchedule(this, interval, static (_, poll) => poll.Start(), out var timer) is { } failure)
            observer.OnError(failure);
        else
            pause.Disposable = timer;
    }

    /// <summary>The subscriber leaves. It does not wait while Npgsql cancels a question.</summary>
    public void Dispose()
    {
        _pause.Dispose();
        _ = _leaving.CancelSafelyAsync();
    }

    // Null where a command may take any time.
    static TimeSpan? LimitOf(NpgsqlConnectionStringBuilder settings) => settings.CommandTimeout == 0
        ? null
        : ConnectionSettings.TimeoutOf(settings) + TimeSpan.FromSeconds(settings.CommandTimeout) + ConnectionSettings.Grace;

    // Npgsql sets a limit to its own waits, and none to what the data source was built with, which may also block the thread that it is
    // called on: an alarm that hangs can never ring.
    async Task<double> AnsweredAsync()
    {
        var question = Task.Run(() => AskAsync(_leaving.Token), CancellationToken.None);
        if (_limit is not { } limit || await question.EndsWithinAsync(limit).ConfigureAwait(false))
            return await question.ConfigureAwait(false);
        _ = question.EndedAsync();
        _ = _leaving.CancelSafelyAsync();
        throw new TimeoutException($"No answer about the notification queue within {limit.TotalSeconds:0} s (Timeout and Command Timeout).");
    }

    async Task<double> AskAsync(CancellationToken cancellationToken)
    {
        var command = primary.CreateCommand(Question);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is double usage
                ? usage
                : throw new InvalidOperationException("The server is a standby, whose own notification queue is always empty: ask the primary.");
        }
    }
}
