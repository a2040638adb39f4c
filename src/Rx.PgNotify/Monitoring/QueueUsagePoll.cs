using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Monitoring;

/// <summary>Asks the server for one subscriber, again and again, until an answer fails or the subscriber leaves.</summary>
/// <remarks>
/// Each query begins on the thread pool, without the <see cref="ExecutionContext"/> of the subscriber, the scheduler or the observer: it
/// is part of nobody's trace or <c>TransactionScope</c>.
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

    // What the observer throws has to stay unhandled, as anywhere in Rx; in a task it would be lost.
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
        // Assigned before the timer is scheduled: the timer may fire, and assign the pause after the next query, before this thread goes
        // on, and to assign this one then would cancel that.
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

    // Npgsql limits its own waits, but not the callbacks that the data source was built with, which may also block their thread. Without
    // a limit here a query that hangs would never be reported, and its subscriber, who watches for trouble, would see none.
    async Task<double> AnsweredAsync()
    {
        var question = Task.Run(() => AskAsync(_leaving.Token), CancellationToken.None);
        if (_limit is not { } limit || await question.CompletesWithinAsync(limit).ConfigureAwait(false))
            return await question.ConfigureAwait(false);
        _ = question.IgnoreOutcomeAsync();
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
