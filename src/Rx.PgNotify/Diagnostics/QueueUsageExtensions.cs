using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Npgsql;

namespace Rx.PgNotify;

/// <summary>Watches the server's notification queue.</summary>
public static class QueueUsageExtensions
{
    /// <summary>
    /// How full the server's notification queue is, from 0 to 1: asked at once and then every
    /// <paramref name="interval"/>. When it is full, every <c>NOTIFY</c> on the server fails; a session that listens and
    /// stops reading, or stays in a transaction, is what fills it.
    /// </summary>
    /// <remarks>
    /// Cold: each subscription asks by itself, over a connection of the data source that it gives back each time, and
    /// never over a listener's. A failure ends it with <c>OnError</c>; retrying is yours to add, with a pause:
    /// <c>RetryWhen(failures =&gt; failures.Delay(…))</c>. Ask the primary: a standby has a queue of its own, which is
    /// empty. Follows <c>pg_notification_queue_usage</c> of the PostgreSQL manual, "System Information Functions".
    /// </remarks>
    /// <param name="dataSource">The server to ask.</param>
    /// <param name="interval">From one answer to the next question; more than zero, up to 1 day.</param>
    /// <param name="scheduler">The timer; default <see cref="Scheduler.Default"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is out of its range.</exception>
    public static IObservable<double> NotificationQueueUsage(
        this NpgsqlDataSource dataSource, TimeSpan interval, IScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        if (interval <= TimeSpan.Zero || interval > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "interval must be more than zero, and 1 day at the most.");
        var pause = Observable.Empty<double>().Delay(interval, scheduler ?? DefaultScheduler.Instance);
        return Observable.FromAsync(AskAsync).Concat(pause).Repeat();

        async Task<double> AskAsync(CancellationToken cancellationToken)
        {
            var command = dataSource.CreateCommand("SELECT pg_catalog.pg_notification_queue_usage()");
            await using (command.ConfigureAwait(false))
                return (double)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
