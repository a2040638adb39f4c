using System.Diagnostics.Metrics;
using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>What is common to all listeners, wherever their notifications come from.</summary>
public abstract class ListenerOptions
{
    private protected ListenerOptions()
    {
    }

    /// <summary>
    /// How long a channel stays listened to after its last subscriber has gone. Subscribing again within this time
    /// costs no round trip. Default 1 second; 0 to 1 day.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many notifications are kept for the slowest subscriber of a channel before it is overrun and gets a Resync
    /// with <see cref="ResyncReasons.Overflow"/>. Default 65,536; 1 to 16,777,216.
    /// </summary>
    public int BufferCapacity { get; set; } = 65_536;

    /// <summary>
    /// How many bytes the buffers of all channels may hold together, counted as the memory of the payload strings plus
    /// a fixed cost for each. Beyond it, the subscriber that lags most is overrun first. Default 64 MiB; 64 KiB or more.
    /// </summary>
    public long BufferBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// The first delay before an attempt to connect again. It doubles with each failed attempt up to
    /// <see cref="MaxReconnectDelay"/>, starts over after a success, and each delay is a random value between half
    /// and all of it. After the break of a connection that had served for as long, one attempt is made at once, within a
    /// twentieth of it. Default 100 ms; 1 ms to 1 hour.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest delay between two attempts to connect. Default 30 seconds; <see cref="ReconnectDelay"/> to 1 day.
    /// </summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the listener goes on trying to connect, from the first failure since the last success, before it gives up
    /// and its subscribers get <c>OnError</c> with <see cref="PgListenerError.ReconnectBudgetSpent"/>.
    /// Default <see langword="null"/>: for ever. Otherwise 0 (no second attempt) or more. The last attempt is made when the
    /// budget ends; an attempt under way is not cut short, <c>Timeout</c> of the connection string limits it.
    /// </summary>
    public TimeSpan? ReconnectBudget { get; set; }

    /// <summary>
    /// The clock and timer behind linger and reconnect delays. Deadlines of the connection, such as <see cref="PgListenerOptions.Heartbeat"/>,
    /// are real time whatever it says.
    /// Default <see cref="System.Reactive.Concurrency.Scheduler.Default"/>; tests pass virtual time. It has to outlive the
    /// listener: what waits on a scheduler that is then disposed waits for ever.
    /// </summary>
    /// <remarks>
    /// Scheduling has to return before a delay is over: <see cref="ImmediateScheduler"/> and <see cref="CurrentThreadScheduler"/>, which
    /// sleep on the calling thread instead, are refused.
    /// </remarks>
    public IScheduler Scheduler { get; set; } = GuardedScheduling.Default;

    /// <summary>
    /// Where observers are called: <see langword="null"/>, the default, means the thread pool. Calls to one observer
    /// never overlap on any scheduler.
    /// </summary>
    /// <remarks>
    /// An observer that blocks keeps its thread: one of the pool's or, when several block at once, one that the library
    /// makes for the purpose, so that the socket is read all the same. An observer that blocks for ever keeps it for ever.
    /// </remarks>
    public IScheduler? DeliveryScheduler { get; set; }

    /// <summary>
    /// Takes what an observer throws. The subscription has ended by then. Default <see langword="null"/>: the exception
    /// stays unhandled on the delivering thread, which ends the process, as Rx users expect.
    /// </summary>
    /// <remarks>
    /// Called on the thread that called the observer. What this callback throws is unhandled in turn. It gets what is thrown
    /// inside a call of the listener's, and of the library's operators (<c>Coalesce</c>, <c>LiveQuery</c>, <c>Isolate</c> and the
    /// others) behind it. Behind an operator of System.Reactive that has a scheduler (<c>ObserveOn</c>, <c>Throttle</c>,
    /// <c>Delay</c>) an exception belongs to that scheduler, and an <c>async</c> lambda as <c>onNext</c> is <c>async void</c>, whose
    /// exception is not the observer's.
    /// </remarks>
    public Action<ObserverFailure>? ObserverFailed { get; set; }

    /// <summary>
    /// Ends all subscriptions when it is cancelled, for good: each subscriber gets what is buffered for it and then
    /// <c>OnCompleted</c>, the connection is closed, and whoever subscribes afterwards gets <c>OnCompleted</c> at once. The state
    /// completes with <see cref="ListenerState.Idle"/> once the connection is closed.
    /// Default <see cref="CancellationToken.None"/>: only disposal ends them.
    /// </summary>
    /// <remarks>
    /// <para>
    /// For a host that is about to stop and waits until its requests have ended, such as those that stream what comes:
    /// <c>IHostApplicationLifetime.ApplicationStopping</c>. The registration methods for dependency injection set it to that.
    /// </para>
    /// <para>
    /// Unlike after disposal, subscribing throws nothing: a request that is still served must not fail. A task of
    /// <c>SubscribeAsync</c> that the server has not acknowledged fails with <see cref="OperationCanceledException"/>. Whoever
    /// subscribes again at each <c>OnCompleted</c> would do so without a pause.
    /// </para>
    /// </remarks>
    public CancellationToken StoppingToken { get; set; }

    /// <summary>Where the listener logs. Default <see langword="null"/>: nowhere. Payloads and passwords are never logged.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// What distinguishes this listener from others of the process in metrics, as the tag <c>pgnotify.listener.name</c>. Default
    /// <see langword="null"/>: no tag; those without a name are counted together. 1 to 100 characters; each name is a series
    /// that lasts as long as the meter, so take few.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// Makes the meter <c>Rx.PgNotify</c> that the listener reports to, and disposes it: it has to outlive the listener.
    /// Default <see langword="null"/>: one meter for the process.
    /// </summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Throws what the constructor of the listener would throw of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of its range: <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    /// <exception cref="ArgumentNullException"><see cref="Scheduler"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><see cref="Scheduler"/> is one that runs its work on the calling thread.</exception>
    public virtual void Validate()
    {
        OptionChecks.Within(this, Linger, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(Linger));
        OptionChecks.Buffer(this, BufferCapacity, BufferBytes);
        OptionChecks.ReconnectDelays(this, ReconnectDelay, MaxReconnectDelay);
        if (ReconnectBudget < TimeSpan.Zero)
            throw OptionChecks.OutOfRange(this, nameof(ReconnectBudget), ReconnectBudget, "null, zero or more");
        ArgumentNullException.ThrowIfNull(Scheduler);
        GuardedScheduling.ThrowIfBlocking(Scheduler, nameof(Scheduler));
        OptionChecks.Name(this, Name);
    }
}
