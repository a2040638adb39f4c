using System.Reactive.Concurrency;

namespace Rx.PgNotify.Delivery;

/// <summary>Where observers are called, and where what they throw goes.</summary>
sealed class ObserverCalls(IScheduler? scheduler, Action<ObserverFailure>? failed)
{
    /// <summary>The scheduler to call on; <see langword="null"/> for the thread pool.</summary>
    internal IScheduler? Scheduler { get; } = scheduler;

    internal bool TakesFailures => failed is not null;

    /// <summary>Hands an observer's exception to the user; <see langword="false"/> when it has to stay unhandled.</summary>
    internal bool TakeFailure(string? channel, Exception exception)
    {
        failed?.Invoke(new ObserverFailure(channel, exception));
        return failed is not null;
    }
}
