namespace Rx.PgNotify.Threading;

/// <summary>Waiting for a task with a limit.</summary>
static class LimitedTasks
{
    /// <summary>Waits until the task completes, whatever its outcome, or the limit is over.</summary>
    /// <returns>
    /// Whether it is completed. <see cref="Task.WaitAsync(TimeSpan)"/> alone does not show that: it also throws
    /// <see cref="TimeoutException"/> if the task completes just then, or completed while this process was suspended.
    /// </returns>
    internal static async Task<bool> CompletesWithinAsync(this Task task, TimeSpan limit)
    {
        await task.WaitAsync(limit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
