namespace Rx.PgNotify.Threading;

/// <summary>Work that nobody waits for any more, and cancelling it.</summary>
static class UnobservedTasks
{
    /// <summary>Awaits the end, whatever it is: the exception is observed, and concerns nobody.</summary>
    internal static async Task EndedAsync(this Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);

    /// <summary>
    /// Cancels, and runs the callbacks on the thread pool: they are foreign code. Npgsql's blocks while it asks a server that hangs to
    /// cancel, and up to 10.0.2 may throw (npgsql #6506).
    /// </summary>
    internal static async Task CancelSafelyAsync(this CancellationTokenSource source) =>
        await source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
