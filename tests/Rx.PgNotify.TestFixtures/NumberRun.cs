namespace Rx.PgNotify.TestFixtures;

/// <summary>Numbers that are sent on a channel in one transaction.</summary>
readonly record struct NumberRun(string Channel, long From, long To);
