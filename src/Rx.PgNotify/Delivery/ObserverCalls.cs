using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Delivery;

/// <summary>Where observers are called, and where what they throw goes.</summary>
/// <param name="scheduler">Where to call; <see langword="null"/> for the thread pool.</param>
/// <param name="failed">Takes what observers throw; <see langword="null"/> to leave it unhandled.</param>
/// <param name="schedulerFailed">Is notified when the scheduler failed, with the channel if it is about one.</param>
sealed class ObserverCalls(IScheduler? scheduler, Action<ObserverFailure>? failed, Action<string?, Exception> schedulerFailed)
{
    /// <summary>Runs <paramref name="deliver"/> where observers are called: on the user's scheduler or, without one, here.</summary>
    /// <remarks>
    /// Call it on the thread pool: a scheduler that runs its work at once (<see cref="ImmediateScheduler"/>) would otherwise run an
    /// observer on the thread that reads the socket.
    /// </remarks>
    /// <returns>What the scheduler failed of, in which case nobody runs it; else <see langword="null"/>.</returns>
    internal Exception? Run<T>(T subscription, Action<T> deliver)
    {
        if (scheduler is not null)
            return scheduler.TrySchedule((subscription, deliver), delay: null, static (_, call) => call.deliver(call.subscription), out _);
        deliver(subscription);
        return null;
    }

    /// <summary>
    /// Reports that the scheduler failed and a subscription ended for it. Unlike what an observer throws, that never ends the process.
    /// </summary>
    internal void SchedulerFailed(string? channel, Exception exception)
    {
        schedulerFailed(channel, exception);
        TakeFailure(channel, exception);
    }

    internal bool TakesFailures => failed is not null;

    /// <summary>For what is called later on behalf of a subscription; <see langword="null"/> if nobody takes failures.</summary>
    internal FailureTaker? TakerOf(string? channel) => failed is null ? null : new FailureTaker(this, channel);

    /// <summary>Hands an observer's exception to the user; <see langword="false"/> when it has to stay unhandled.</summary>
    internal bool TakeFailure(string? channel, Exception exception)
    {
        failed?.Invoke(new ObserverFailure(channel, exception));
        return failed is not null;
    }
}
