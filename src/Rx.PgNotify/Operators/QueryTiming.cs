using System.Reactive.Concurrency;

namespace Rx.PgNotify;

/// <summary>The checked arguments of <c>LiveQuery</c>.</summary>
/// <param name="Burst">What a query waits for after the first one.</param>
/// <param name="RetryDelay">The pause after a query that failed; <see langword="null"/> if a failure ends all.</param>
/// <param name="Failed">Receives each failure that is retried.</param>
sealed record QueryTiming(BurstTiming Burst, TimeSpan? RetryDelay, Action<Exception>? Failed)
{
    static readonly TimeSpan s_defaultQuiet = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_longestRetryDelay = TimeSpan.FromDays(1);

    internal static QueryTiming Create(
        TimeSpan? quiet, TimeSpan? maxWait, IScheduler? scheduler, TimeSpan? retryDelay = null, Action<Exception>? failed = null)
    {
        var spell = quiet ?? s_defaultQuiet;
        // Multiplying a time that is out of range is left to the check that names the range.
        var limit = maxWait ?? (spell > TimeSpan.Zero && spell < TimeSpan.MaxValue / 10 ? 10 * spell : spell);
        if (retryDelay <= TimeSpan.Zero || retryDelay > s_longestRetryDelay)
            throw new ArgumentOutOfRangeException(
                nameof(retryDelay), retryDelay, $"retryDelay must be more than zero, and {s_longestRetryDelay} at the most.");
        return new QueryTiming(BurstTiming.Create(spell, limit, scheduler), retryDelay, failed);
    }
}
