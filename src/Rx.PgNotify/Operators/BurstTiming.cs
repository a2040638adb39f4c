using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify;

/// <summary>The checked arguments of an operator that gathers bursts.</summary>
sealed record BurstTiming
{
    BurstTiming(TimeSpan quiet, TimeSpan maxWait, IScheduler scheduler)
    {
        Quiet = quiet;
        MaxWait = maxWait;
        Scheduler = scheduler;
    }

    internal TimeSpan Quiet { get; }

    internal TimeSpan MaxWait { get; }

    internal IScheduler Scheduler { get; }

    internal static BurstTiming Create(TimeSpan quiet, TimeSpan maxWait, IScheduler? scheduler)
    {
        if (quiet < TimeSpan.Zero || quiet > IDeadline.LongestDelay)
            throw new ArgumentOutOfRangeException(
                nameof(quiet), quiet, $"quiet must be from zero to {IDeadline.LongestDelay}.");
        if (maxWait < quiet)
            throw new ArgumentOutOfRangeException(
                nameof(maxWait), maxWait, $"maxWait must be zero or more and no shorter than quiet ({quiet}).");
        return new BurstTiming(quiet, maxWait, scheduler ?? GuardedScheduling.Default);
    }
}
