using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>Waits, as long as a channel is wanted, for the next attempt to connect to be due and for the attempt to complete.</summary>
/// <remarks>Used by the pump alone, and never while it serves a connection: that takes the requests of the signal as well.</remarks>
sealed class WhileWanted(DesiredChannels desired, PumpSignal signal, CancellationToken stop)
{
    /// <summary>
    /// Waits until <paramref name="work"/> completes, whatever its outcome. When no channel is wanted any more or the listener stops, it
    /// cancels the work and returns at once.
    /// </summary>
    /// <param name="work">What to wait for.</param>
    /// <param name="abandon">Cancels it.</param>
    internal async Task WaitAsync(Task work, CancellationTokenSource abandon)
    {
        using var stopping = stop.UnsafeRegister(
            static abandon => _ = ((CancellationTokenSource)abandon!).CancelSafelyAsync(), abandon);
        while (!work.IsCompleted && !abandon.IsCancellationRequested)
        {
            // In this order: a change after AnyWanted was read is a request that ends the waiting below.
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
