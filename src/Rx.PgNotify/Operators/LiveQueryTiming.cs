namespace Rx.PgNotify.Operators;

/// <summary>The checked <see cref="LiveQueryOptions"/>.</summary>
/// <param name="Burst">What a query waits for after the first one.</param>
/// <param name="QueryFailed">Receives each failure; <see langword="null"/> if a failure ends all.</param>
/// <param name="RetryDelay">The pause after a query that failed.</param>
sealed record LiveQueryTiming(BurstTiming Burst, Action<Exception>? QueryFailed, TimeSpan RetryDelay);
