namespace Rx.PgNotify.Threading;

/// <summary>Waiting for a task no longer than so long.</summary>
static class LimitedTasks
{
    /// <summary>Waits until the task ends, however it ends, or the limit is over.</summary>
    /// <returns>
    /// Whether it has ended. It may have at the very moment, or while this process stood still, when <see cref="Task.WaitAsync(TimeSpan)"/>
    /// throws <see cref="TimeoutException"/> all the same: that alone proves nothing.
    /// </returns>
    internal static async Task<bool> EndsWithinAsync(this Task task, TimeSpan limit)
    {
        await task.WaitAsync(limit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
