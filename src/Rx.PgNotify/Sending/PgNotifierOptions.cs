using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>
/// How a <see cref="PgNotifier"/> behaves. Its constructor validates and copies the options: a change made afterwards
/// has no effect.
/// </summary>
public sealed class PgNotifierOptions
{
    /// <summary>
    /// How many sends may wait in the queue, and the most that go into one round trip. Whoever comes when it is full waits
    /// for a place. Default 4,096; 1 to 1,048,576.
    /// </summary>
    public int Capacity { get; set; } = 4_096;

    /// <summary>
    /// Whether equal pairs of channel and payload that meet in one commit are sent once, in the place of the first, as
    /// PostgreSQL does within a transaction. Default <see langword="false"/>: each arrives.
    /// </summary>
    /// <remarks>
    /// Right for payloads that say "this has changed", wrong for those that are a state: of "on", "off", "on" the last one
    /// is not sent.
    /// </remarks>
    public bool MergeEqual { get; set; }

    /// <summary>
    /// What becomes of sends whose commit was under way when the connection was lost. <see langword="false"/>, the default:
    /// they fail with <see cref="PgNotifierError.InDoubt"/>, so nothing is sent twice. <see langword="true"/>: they are sent
    /// again, so they arrive at least once.
    /// </summary>
    public bool ResendInDoubt { get; set; }

    /// <summary>
    /// How long a send may wait for a connection, from the call on, before it fails with
    /// <see cref="PgNotifierError.TimedOut"/>. A commit under way is not cut short. Default 30 seconds; 1 ms to 1 day, or
    /// <see langword="null"/> to wait for ever.
    /// </summary>
    public TimeSpan? SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long <see cref="PgNotifier.DisposeAsync"/> goes on sending what has been queued. Default 5 seconds; 0 to 1 day.
    /// Real time, whatever <see cref="Scheduler"/> says.
    /// </summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the server may take to answer a commit before the connection is given up. The sends of that commit are then
    /// in doubt: <see cref="ResendInDoubt"/>. Default 20 seconds; 1 second to 1 hour. Real time, whatever
    /// <see cref="Scheduler"/> says.
    /// </summary>
    /// <remarks>
    /// Not to be confused with <see cref="SendTimeout"/>, which is about waiting for a connection. After a pause the server is
    /// asked first whether the connection lives, and has half of this time to answer.
    /// </remarks>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The first delay before an attempt to connect again. It doubles with each failure up to
    /// <see cref="MaxReconnectDelay"/>, starts over after a commit, and each delay is a random value between half and all
    /// of it. After the break of a connection that had served for as long, one attempt is made at once, within a twentieth
    /// of it. Default 100 ms; 1 ms to 1 hour.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest delay between two attempts to connect. Default 30 seconds; <see cref="ReconnectDelay"/> to 1 day.
    /// </summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The clock and timer behind <see cref="SendTimeout"/>, the delays before connecting, and how long a past process id
    /// is remembered. Default <see cref="System.Reactive.Concurrency.Scheduler.Default"/>. It has to outlive the notifier.
    /// </summary>
    /// <remarks>
    /// Scheduling has to return before a delay is over: <see cref="ImmediateScheduler"/> and <see cref="CurrentThreadScheduler"/>, which
    /// sleep on the calling thread instead, are refused.
    /// </remarks>
    public IScheduler Scheduler { get; set; } = GuardedScheduling.Default;

    /// <summary>Where the notifier logs. Default <see langword="null"/>: nowhere. Payloads and passwords are never logged.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// What distinguishes this notifier from others of the process in metrics, as the tag <c>pgnotify.notifier.name</c>. Default
    /// <see langword="null"/>: no tag; those without a name are counted together. 1 to 100 characters; each name is a series
    /// that lasts as long as the meter, so take few.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Makes the meter <c>Rx.PgNotify</c> that the notifier reports to, and disposes it: it has to outlive the notifier.
    /// Default <see langword="null"/>: one meter for the process.
    /// </summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Throws what the constructor of <see cref="PgNotifier"/> would throw of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of its range: <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    /// <exception cref="ArgumentNullException"><see cref="Scheduler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="Scheduler"/> is one that runs its work on the calling thread.</exception>
    public void Validate()
    {
        if (Capacity is < 1 or > 1_048_576)
            throw OptionChecks.OutOfRange(this, nameof(Capacity), Capacity, "from 1 to 1,048,576");
        if (SendTimeout is { } sendTimeout)
            OptionChecks.Within(this, sendTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), nameof(SendTimeout));
        OptionChecks.Within(this, FlushTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(FlushTimeout));
        OptionChecks.Within(this, CommitTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), nameof(CommitTimeout));
        OptionChecks.ReconnectDelays(this, ReconnectDelay, MaxReconnectDelay);
        ArgumentNullException.ThrowIfNull(Scheduler);
        GuardedScheduling.ThrowIfBlocking(Scheduler, nameof(Scheduler));
        OptionChecks.Name(this, Name);
    }

    /// <summary>How long a question may take to be answered, as of a listener; a commit has two of it.</summary>
    internal TimeSpan Heartbeat => CommitTimeout / 2;

    internal PgNotifierOptions ValidatedCopy()
    {
        Validate();
        return (PgNotifierOptions)MemberwiseClone();
    }
}
