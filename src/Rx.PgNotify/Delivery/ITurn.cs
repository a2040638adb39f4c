using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>A piece of delivery that is queued or running at most once at any moment.</summary>
interface ITurn : IThreadPoolWorkItem
{
    // Then the pool's other work gets its chance.
    private static readonly TimeSpan s_longestRow = TimeSpan.FromMilliseconds(1);

    private static readonly ContextCallback s_run = static turn => ((ITurn)turn!).Run();

    /// <summary>Calls observers, who may take their time, or never return.</summary>
    void Run();

    /// <summary>
    /// Runs one of several on the same thread. As the pool does between its work items, it takes away what observers set for
    /// the thread (an <see cref="AsyncLocal{T}"/>, the culture, a <see cref="SynchronizationContext"/>).
    /// </summary>
    /// <param name="context">Of the thread, before the first turn.</param>
    void RunIn(ExecutionContext context) => ExecutionContext.Run(context, s_run, this);

    void IThreadPoolWorkItem.Execute()
    {
        // Several in a row where many are short: each one that goes through the pool costs as much as ten notifications.
        var context = ExecutionContext.Capture()!;
        var began = Stopwatch.GetTimestamp();
        for (var turn = this; turn is not null;)
        {
            var hasReturned = false;
            try
            {
                turn.RunIn(context);
                hasReturned = true;
            }
            finally
            {
                turn = TurnQueue.Shared.HasRunOnPool(mayGoOn: hasReturned && Stopwatch.GetElapsedTime(began) < s_longestRow);
            }
        }
    }
}
