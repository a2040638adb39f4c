using System.Collections.Concurrent;

namespace Rx.PgNotify.Tests.Binding;

/// <summary>The context of a user interface: what is posted runs in order on the one thread that runs the queue.</summary>
sealed class SingleThreadContext : SynchronizationContext, IDisposable
{
    readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public int Pending => _queue.Count;

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody is to wait for the context.");

    /// <summary>Runs what is pending on this thread, and what that posts in turn.</summary>
    public void Run()
    {
        while (_queue.TryTake(out var item))
            Run(item);
    }

    public void RunOne() => Run(_queue.Take());

    /// <summary>Runs what is posted, on a thread of its own.</summary>
    public Thread RunOnThread(CancellationToken stop)
    {
        var thread = new Thread(() =>
        {
            try
            {
                foreach (var item in _queue.GetConsumingEnumerable(stop))
                    Run(item);
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        });
        thread.Start();
        return thread;
    }

    /// <summary>Does something with this context as the current one.</summary>
    public T Within<T>(Func<T> action)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            return action();
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    public void Dispose() => _queue.Dispose();

    void Run((SendOrPostCallback Callback, object? State) item) => Within(() =>
    {
        item.Callback(item.State);
        return true;
    });
}
