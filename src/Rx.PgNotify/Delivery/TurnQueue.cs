using System.Diagnostics;

namespace Rx.PgNotify.Delivery;

/// <summary>
/// Runs turns on the thread pool, but leaves one of its threads alone: the socket's reads complete on the pool too, and
/// it adds threads so slowly that sixteen observers that block would keep the socket unread for twelve seconds. Turns
/// that find no place wait here, and when they do not move for a moment, they get threads of their own.
/// </summary>
/// <remarks>
/// One for the process, as the pool is. <c>_gate</c> guards all fields; no turn runs under it. Invariant: while turns
/// wait, <c>_onPool</c> is at its most, so one that ends takes the next.
/// </remarks>
sealed class TurnQueue
{
    // Long enough that only an observer that blocks, or takes very long, makes a thread; short enough to go unnoticed.
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(10);

    readonly int _mostOnPool = Math.Max(1, Environment.ProcessorCount - 1);
    readonly object _gate = new();
    readonly Queue<ITurn> _waiting = new();
    int _onPool;
    long _begun;
    bool _hasWatcher;
    bool _isWatching;

    internal static TurnQueue Shared { get; } = new();

    internal void Add(ITurn turn)
    {
        lock (_gate)
        {
            if (_onPool >= _mostOnPool)
            {
                _waiting.Enqueue(turn);
                Watch();
                return;
            }

            _onPool++;
            _begun++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false);
    }

    /// <returns>The turn to run next on the same thread, if <paramref name="mayGoOn"/> and if one waits.</returns>
    internal ITurn? HasRunOnPool(bool mayGoOn)
    {
        ITurn? next;
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

    // The watching thread is made once, when turns first have to wait, and costs nothing while none do. While it watches,
    // it looks by itself.
    void Watch()
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
            ITurn? turn;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out turn))
                    return;
                _begun++;
            }

            turn.RunIn(context);
        }
    }

    // Without the context of whoever happens to be the first: it would be seen by all observers.
    static void Start(ThreadStart run, string name) =>
        new Thread(run) { IsBackground = true, Name = $"Rx.PgNotify {name}" }.UnsafeStart();
}
