namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>The command was called wrongly: its message is shown, and the exit code is 2.</summary>
sealed class UsageException(string message) : Exception(message);
