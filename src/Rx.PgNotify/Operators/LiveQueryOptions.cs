using System.Reactive.Concurrency;
using Rx.PgNotify.Operators;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>
/// When a <see cref="PgObservable.LiveQuery{TResult}(IObservable{ChannelSignal}, Func{CancellationToken, Task{TResult}}, LiveQueryOptions?)"/>
/// runs its query, and what becomes of one that throws. <c>CatchUp</c> of the package Rx.PgNotify.Tables takes the same for
/// its loads. The operator validates and copies the options when it is called: a
/// change made afterwards has no effect.
/// </summary>
public sealed class LiveQueryOptions
{
    static readonly TimeSpan s_longestRetryDelay = TimeSpan.FromDays(1);

    /// <summary>
    /// How long no signal has to come before the next query. Default 100 ms; zero to <see cref="int.MaxValue"/>
    /// milliseconds.
    /// </summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest time that a continuous burst can hold off the next query. Default <see langword="null"/>: twice
    /// <see cref="Quiet"/>, which for the default there is nearly five queries a second under steady traffic; otherwise
    /// <see cref="Quiet"/> or more, <see cref="TimeSpan.MaxValue"/> for no limit.
    /// </summary>
    public TimeSpan? MaxWait { get; set; }

    /// <summary>
    /// Receives what a query throws, which is then run again after <see cref="RetryDelay"/>, until it succeeds. Default
    /// <see langword="null"/>: what a query throws ends the sequence with <c>OnError</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// To be set for whatever outlives a restart of the server: the connections that Npgsql's pool keeps die with the
    /// server, and the first query afterwards fails on one of them as a rule.
    /// </para>
    /// <para>
    /// Called on the thread where the query failed, and never at the same time as the observer. What it throws itself ends
    /// the sequence with <c>OnError</c>.
    /// </para>
    /// </remarks>
    public Action<Exception>? QueryFailed { get; set; }

    /// <summary>
    /// The pause after a query that failed, if <see cref="QueryFailed"/> is set. Signals that come meanwhile neither
    /// shorten nor lengthen it. Default 1 second; more than zero, 1 day at the most.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The clock and timer. Default <see cref="System.Reactive.Concurrency.Scheduler.Default"/>. It has to outlive the
    /// subscription.
    /// </summary>
    public IScheduler Scheduler { get; set; } = GuardedScheduling.Default;

    /// <summary>Throws what the operator would throw of these options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// An option is out of its range: <see cref="ArgumentException.ParamName"/> is its name.
    /// </exception>
    /// <exception cref="ArgumentNullException"><see cref="Scheduler"/> is <see langword="null"/>.</exception>
    public void Validate() => ToTiming();

    internal LiveQueryTiming ToTiming()
    {
        ArgumentNullException.ThrowIfNull(Scheduler);
        if (RetryDelay <= TimeSpan.Zero || RetryDelay > s_longestRetryDelay)
            throw new ArgumentOutOfRangeException(
                nameof(RetryDelay), RetryDelay, $"{nameof(RetryDelay)} must be more than zero, and {s_longestRetryDelay} at the most.");
        var burst = BurstTiming.Create(Quiet, MaxWait, Scheduler, nameof(Quiet), nameof(MaxWait), quietsOfMaxWait: 2);
        return new LiveQueryTiming(burst, QueryFailed, RetryDelay);
    }

    internal LiveQueryOptions Copy() => (LiveQueryOptions)MemberwiseClone();
}
