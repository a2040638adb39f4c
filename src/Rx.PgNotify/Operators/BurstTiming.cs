using System.Reactive.Concurrency;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

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

    internal static BurstTiming Create(
        TimeSpan quiet,
        TimeSpan? maxWait,
        IScheduler? scheduler,
        string quietName = "quiet",
        string maxWaitName = "maxWait")
    {
        if (quiet < TimeSpan.Zero || quiet > IDeadline.LongestDelay)
            throw new ArgumentOutOfRangeException(
                quietName, quiet, $"{quietName} must be from zero to {IDeadline.LongestDelay}.");
        if (maxWait < quiet)
            throw new ArgumentOutOfRangeException(
                maxWaitName, maxWait, $"{maxWaitName} must be zero or more and no shorter than {quietName} ({quiet}).");
        return new BurstTiming(quiet, maxWait ?? 10 * quiet, scheduler ?? GuardedScheduling.Default);
    }
}
