using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Npgsql;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Monitoring;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

public static partial class NpgsqlNotifyExtensions
{
    /// <summary>
    /// How full the server's notification queue is, from 0 to 1: asked at once and then every
    /// <paramref name="interval"/>. When it is full, every <c>NOTIFY</c> on the server fails; a session that listens and
    /// stops reading, or stays in a transaction, is what fills it.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Cold: each subscription asks by itself, over a connection of the data source that it gives back each time, and
    /// never over a listener's. A failure ends it with <c>OnError</c>; retrying is yours to add, with a pause:
    /// <c>RetryWhen(failures =&gt; failures.Delay(…))</c>.
    /// </para>
    /// <para>
    /// Of several hosts it asks the primary, whatever is balanced: a standby has a queue of its own, which is always empty.
    /// Where it meets a standby all the same, since there is no other host, it ends with an
    /// <see cref="InvalidOperationException"/> instead of an answer.
    /// </para>
    /// <para>
    /// The questions are asked without the subscriber's <see cref="ExecutionContext"/>: outside its trace and its
    /// <c>TransactionScope</c>. Observers are called on the thread pool; what they throw is unhandled there.
    /// Follows <c>pg_notification_queue_usage</c> of the PostgreSQL manual, "System Information Functions".
    /// </para>
    /// </remarks>
    /// <param name="dataSource">The server to ask.</param>
    /// <param name="interval">From one answer to the next question; more than zero, up to 1 day.</param>
    /// <param name="scheduler">The timer; default <see cref="Scheduler.Default"/>.</param>
    /// <returns>From 0 to 1, again and again until the subscription is disposed or a question fails.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dataSource"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="dataSource"/> is bound to other hosts than the primary.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is out of its range.</exception>
    public static IObservable<double> NotificationQueueUsage(
        this NpgsqlDataSource dataSource, TimeSpan interval, IScheduler? scheduler = null)
    {
        var primary = dataSource.ForPrimary();
        if (interval <= TimeSpan.Zero || interval > TimeSpan.FromDays(1))
            throw new ArgumentOutOfRangeException(nameof(interval), interval, "interval must be more than zero, and 1 day at the most.");
        return Observable.Create<double>(observer =>
        {
            var poll = new QueueUsagePoll(primary, interval, scheduler ?? GuardedScheduling.Default, observer);
            poll.Start();
            return poll;
        });
    }
}
