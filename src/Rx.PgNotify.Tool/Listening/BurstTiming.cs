namespace Rx.PgNotify.Tool.Listening;

/// <summary>When a burst ends: after a quiet spell, or at the latest so long after it began.</summary>
sealed record BurstTiming(TimeSpan Quiet, TimeSpan MaxWait);
