using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>A piece of delivery that is queued or running at most once at any moment.</summary>
interface ITurn : IThreadPoolWorkItem
{
    // Then the pool's other work gets its chance.
    private static readonly TimeSpan s_longestRow = TimeSpan.FromMilliseconds(1);

    /// <summary>Calls observers, who may take their time, or never return.</summary>
    void Run();

    void IThreadPoolWorkItem.Execute()
    {
        // Several in a row where many are short: each one that goes through the pool costs as much as ten notifications.
        var began = Stopwatch.GetTimestamp();
        for (var turn = this; turn is not null;)
        {
            var hasReturned = false;
            try
            {
                turn.Run();
                hasReturned = true;
            }
            finally
            {
                turn = TurnQueue.Shared.HasRunOnPool(mayGoOn: hasReturned && Stopwatch.GetElapsedTime(began) < s_longestRow);
            }
        }
    }
}
