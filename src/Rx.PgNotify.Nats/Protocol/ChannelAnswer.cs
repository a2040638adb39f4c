namespace Rx.PgNotify.Nats.Protocol;

/// <summary>Of one channel that a receiver asked for.</summary>
/// <param name="Stream">What its messages carry, as long as the bridge does not leave the channel.</param>
/// <param name="Next">
/// The number of the first notification that will be sent after this answer: what was committed after it was received has this number or
/// a larger one.
/// </param>
/// <param name="Refusal">Why it can't be heard; <see langword="null"/> if it can.</param>
readonly record struct ChannelAnswer(long Stream, long Next, string? Refusal);
