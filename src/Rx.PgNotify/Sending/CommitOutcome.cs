namespace Rx.PgNotify.Sending;

/// <summary>What became of the commits of a round trip.</summary>
/// <param name="Committed">So many, from the first on, were made for certain.</param>
/// <param name="Failure">What ended the rest; <see langword="null"/> if nothing did.</param>
/// <param name="IsRefusal">
/// Whether the server has said no: the first of the rest failed of that, and those after it were not begun. Otherwise
/// it is not known which of the rest were made.
/// </param>
readonly record struct CommitOutcome(int Committed, Exception? Failure = null, bool IsRefusal = false);
