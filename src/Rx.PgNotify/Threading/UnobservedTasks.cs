namespace Rx.PgNotify.Threading;

/// <summary>Work whose outcome nobody needs any more, and cancelling it.</summary>
static class UnobservedTasks
{
    /// <summary>Completes when the task does, and never fails: an exception is observed and dropped.</summary>
    internal static async Task IgnoreOutcomeAsync(this Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);

    /// <summary>
    /// Cancels, and runs the callbacks on the thread pool: they are foreign code. Npgsql's blocks while it asks a server that hangs to
    /// cancel, and up to 10.0.2 may throw (npgsql #6506).
    /// </summary>
    internal static async Task CancelSafelyAsync(this CancellationTokenSource source) =>
        await source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
