namespace Rx.PgNotify.Tool.Top;

/// <summary>What the server says of its notification queue.</summary>
/// <param name="Version">The server's version.</param>
/// <param name="IsInRecovery">Whether it is a standby, where nobody can listen or notify.</param>
/// <param name="QueueUsage">The part of the queue that is in use, 0 to 1.</param>
/// <param name="QueueBytes">How much the queue holds.</param>
/// <param name="BlockBytes">The size of its pages.</param>
/// <param name="PagesBegun">How many pages of it were begun since the statistics were reset; <see langword="null"/> if that is not known.</param>
sealed record ServerState(string Version, bool IsInRecovery, double QueueUsage, long QueueBytes, long BlockBytes, long? PagesBegun);
