using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>Waits for what is worth waiting for only while a channel is wanted: the next attempt to connect, and its end.</summary>
/// <remarks>Used by the pump alone, and never while it serves a connection: both take the requests of the signal.</remarks>
sealed class WhileWanted(DesiredChannels desired, PumpSignal signal, CancellationToken stop)
{
    /// <summary>
    /// Waits until <paramref name="work"/> ends, however it ends, or cancels it, and returns at once, when no channel is wanted
    /// any more or the listener stops.
    /// </summary>
    /// <param name="work">What to wait for.</param>
    /// <param name="abandon">Cancels it.</param>
    internal async Task EndsAsync(Task work, CancellationTokenSource abandon)
    {
        using var stopping = stop.UnsafeRegister(
            static abandon => _ = ((CancellationTokenSource)abandon!).CancelSafelyAsync(), abandon);
        while (!work.IsCompleted && !abandon.IsCancellationRequested)
        {
            // In this order: what changes after the look is a request that ends the waiting.
            signal.TryTake();
            if (!desired.AnyWanted)
            {
                _ = abandon.CancelSafelyAsync(); // not awaited: Npgsql's callback blocks while it asks a hung server to cancel
                return;
            }

            var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            signal.Arm(() => requested.TrySetResult());
            await Task.WhenAny(work, requested.Task).ConfigureAwait(false);
            signal.Disarm();
        }
    }
}
