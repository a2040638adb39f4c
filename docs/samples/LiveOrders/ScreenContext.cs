using System.Threading.Channels;

namespace LiveOrders;

/// <summary>
/// What a user interface brings along and a terminal doesn't: a context with one thread, the only one to touch list and
/// screen.
/// </summary>
sealed class ScreenContext : SynchronizationContext
{
    readonly Channel<(SendOrPostCallback Callback, object? State)> _queue =
        System.Threading.Channels.Channel.CreateUnbounded<(SendOrPostCallback, object?)>();

    // What comes after the end is dropped.
    public override void Post(SendOrPostCallback d, object? state) => _queue.Writer.TryWrite((d, state));

    /// <summary>Runs <paramref name="main"/>, and all that it awaits or that is posted, on this thread until it ends.</summary>
    internal static void Run(Func<Task> main)
    {
        var former = Current;
        var context = new ScreenContext();
        SetSynchronizationContext(context);
        try
        {
            var ended = context.RunToEndAsync(main);
            var posted = context._queue.Reader;
            while (posted.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (posted.TryRead(out var item))
                    item.Callback(item.State);
            }

            ended.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(former);
        }
    }

    async Task RunToEndAsync(Func<Task> main)
    {
        try
        {
            await main();
        }
        finally
        {
            _queue.Writer.Complete();
        }
    }
}
