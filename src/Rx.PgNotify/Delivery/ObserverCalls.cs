using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Delivery;

/// <summary>Where observers are called, and where what they throw goes.</summary>
sealed class ObserverCalls(IScheduler? scheduler, Action<ObserverFailure>? failed, ILogger logger)
{
    /// <summary>Runs <paramref name="turn"/> where observers are called: on the user's scheduler or, without one, here.</summary>
    /// <remarks>
    /// Call it on the thread pool: a scheduler that runs its work at once (<see cref="ImmediateScheduler"/>) would otherwise run an
    /// observer on the thread that reads the socket.
    /// </remarks>
    /// <returns>What the scheduler failed of, in which case nobody runs the turn; else <see langword="null"/>.</returns>
    internal Exception? Run<T>(T subscription, Action<T> turn)
    {
        if (scheduler is not null)
            return scheduler.TrySchedule((subscription, turn), delay: null, static (_, call) => call.turn(call.subscription), out _);
        turn(subscription);
        return null;
    }

    /// <summary>
    /// Reports that the scheduler failed and a subscription ended for it. Unlike what an observer throws, that never ends the process.
    /// </summary>
    internal void SchedulerFailed(string? channel, Exception exception)
    {
        Log.DeliverySchedulerFailed(logger, channel ?? "State", ExceptionSummary.Of(exception), exception);
        TakeFailure(channel, exception);
    }

    internal bool TakesFailures => failed is not null;

    /// <summary>Hands an observer's exception to the user; <see langword="false"/> when it has to stay unhandled.</summary>
    internal bool TakeFailure(string? channel, Exception exception)
    {
        failed?.Invoke(new ObserverFailure(channel, exception));
        return failed is not null;
    }
}
