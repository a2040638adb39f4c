namespace Rx.PgNotify.Tool.Watching;

/// <summary>A table that can't be watched, or no more: the message says why, and the exit code is 1.</summary>
sealed class WatchException(string message, Exception? cause = null) : Exception(message, cause);
