using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// Delivers on the thread pool, but on one thread less than it has: the socket's reads complete on the pool too, and it adds threads
/// so slowly that sixteen observers that block would keep the socket unread for twelve seconds. Further deliveries wait here; when
/// none has begun for a moment, they get threads of their own.
/// </summary>
/// <remarks>
/// One for the process, as the pool is. <c>_gate</c> guards all fields; nothing is delivered under it. Invariant: while any
/// wait, <c>_onPool</c> is at its most; each of those takes the next one from here when it has run.
/// </remarks>
sealed class DeliveryQueue
{
    // Long enough that only an observer that blocks, or takes very long, makes a thread; short enough to go unnoticed.
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(10);

    // How long deliveries run one after the other in one work item, before the pool's other work gets its chance.
    static readonly TimeSpan s_longestRow = TimeSpan.FromMilliseconds(1);

    static readonly ContextCallback s_deliver = static delivery => ((QueuedDelivery)delivery!).Deliver();

    readonly int _mostOnPool = Math.Max(1, Environment.ProcessorCount - 1);
    readonly object _gate = new();
    readonly Queue<QueuedDelivery> _waiting = new();
    int _onPool;
    long _begun;
    bool _hasWatcher;
    bool _isWatching;

    internal static DeliveryQueue Shared { get; } = new();

    internal void Add(QueuedDelivery delivery)
    {
        lock (_gate)
        {
            if (_onPool >= _mostOnPool)
            {
                _waiting.Enqueue(delivery);
                Watch_NeedsLock();
                return;
            }

            _onPool++;
            _begun++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(delivery, preferLocal: false);
    }

    /// <summary>Delivers, on a thread of the pool, and then whatever else waits and is short.</summary>
    internal void RunOnPool(QueuedDelivery? delivery)
    {
        // Several in a row where many are short: each one that goes through the pool costs as much as ten notifications.
        var context = ExecutionContext.Capture()!;
        var began = Stopwatch.GetTimestamp();
        while (delivery is not null)
        {
            var hasReturned = false;
            try
            {
                Deliver(delivery, context);
                hasReturned = true;
            }
            finally
            {
                delivery = HasRunOnPool(mayGoOn: hasReturned && Stopwatch.GetElapsedTime(began) < s_longestRow);
            }
        }
    }

    // As the pool does between its work items, this takes away what observers set for the thread (an AsyncLocal, the culture, a
    // SynchronizationContext). The context is the thread's, from before the first of them.
    static void Deliver(QueuedDelivery delivery, ExecutionContext context) => ExecutionContext.Run(context, s_deliver, delivery);

    // The next one to run on the same thread, if it may go on and if one waits.
    QueuedDelivery? HasRunOnPool(bool mayGoOn)
    {
        QueuedDelivery? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next))
            {
                _onPool--;
                return null;
            }

            _begun++;
        }

        if (mayGoOn)
            return next;
        ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
        return null;
    }

    // The watching thread is made once, when deliveries first have to wait, and costs nothing while none do. While it watches,
    // it looks by itself.
    void Watch_NeedsLock()
    {
        if (!_hasWatcher)
            Start(WatchForStandstill, "watch");
        else if (!_isWatching)
            Monitor.Pulse(_gate);
        _hasWatcher = _isWatching = true;
    }

    void WatchForStandstill()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.Count == 0)
                {
                    _isWatching = false;
                    Monitor.Wait(_gate);
                }

                var begun = _begun;
                var since = Stopwatch.GetTimestamp();
                while (_begun == begun && Stopwatch.GetElapsedTime(since) < s_patience)
                    Monitor.Wait(_gate, s_patience);
                if (_begun != begun)
                    continue;
            }

            Start(RunWaiting, "relief");
        }
    }

    // A thread of our own: takes what waits until nothing does. If it is held up as well, another one follows.
    void RunWaiting()
    {
        var context = ExecutionContext.Capture()!;
        while (true)
        {
            QueuedDelivery? delivery;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out delivery))
                    return;
                _begun++;
            }

            Deliver(delivery, context);
        }
    }

    // Without the context of whoever happens to be the first: it would be seen by all observers.
    static void Start(ThreadStart run, string name) =>
        new Thread(run) { IsBackground = true, Name = $"Rx.PgNotify {name}" }.UnsafeStart();
}
