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

    /// <param name="quiet">How long nothing has to come.</param>
    /// <param name="maxWait">How long a burst may last; <see langword="null"/> for <paramref name="quietsOfMaxWait"/> times <paramref name="quiet"/>.</param>
    /// <param name="scheduler">The clock and timer.</param>
    /// <param name="quietName">What an exception calls <paramref name="quiet"/>.</param>
    /// <param name="maxWaitName">What an exception calls <paramref name="maxWait"/>.</param>
    /// <param name="quietsOfMaxWait">See <paramref name="maxWait"/>.</param>
    internal static BurstTiming Create(
        TimeSpan quiet,
        TimeSpan? maxWait,
        IScheduler? scheduler,
        string quietName = "quiet",
        string maxWaitName = "maxWait",
        int quietsOfMaxWait = 10)
    {
        if (quiet < TimeSpan.Zero || quiet > IDeadline.LongestDelay)
            throw new ArgumentOutOfRangeException(
                quietName, quiet, $"{quietName} must be from zero to {IDeadline.LongestDelay}.");
        if (maxWait < quiet)
            throw new ArgumentOutOfRangeException(
                maxWaitName, maxWait, $"{maxWaitName} must be zero or more and no shorter than {quietName} ({quiet}).");
        return new BurstTiming(quiet, maxWait ?? quietsOfMaxWait * quiet, scheduler ?? GuardedScheduling.Default);
    }
}
