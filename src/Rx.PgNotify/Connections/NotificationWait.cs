using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Rx.PgNotify.Connections;

/// <summary>Waits for the next message of the server, again and again; any thread may end a wait.</summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards <c>_cancellation</c>, <c>_state</c> and <c>_failure</c>. A cancel is only ever asked of a wait that has really
/// begun, and a token source that was asked to cancel is never used for another wait: a late cancel hits nothing. Otherwise it could
/// fire while the next wait is starting, be missed there (npgsql #5975), and leave a source that can't be cancelled any more.
/// </para>
/// <para>
/// What a cancel throws (npgsql #6506) ends the wait as a failure, and all later ones: nobody knows then whether Npgsql's wait ends, nor
/// whether a dead line would still be found. So a wait ends with Npgsql's task or with such a failure, whichever comes first.
/// </para>
/// </remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class NotificationWait : IValueTaskSource
#pragma warning restore CA1001
{
    readonly PhysicalConnection _connection;
    readonly Action _end;
    readonly Lock _gate = new();
    CancellationTokenSource _cancellation = new();
    State _state;
    Exception? _failure;

    // The end of the wait that is on: who exchanges _hasEnded first completes it. Reset by the loop alone, before anybody can.
    ManualResetValueTaskSourceCore<bool> _ended;
    int _hasEnded;

    internal NotificationWait(PhysicalConnection connection)
    {
        _connection = connection;
        _end = End;
    }

    enum State
    {
        /// <summary>No wait is on, and a cancel has nothing to do.</summary>
        Idle,

        /// <summary>A wait is on.</summary>
        Waiting,

        /// <summary>A wait is on and was asked to end.</summary>
        Cancelled,
    }

    /// <summary>Starts to wait. Completed already if a message was buffered.</summary>
    internal Task Start()
    {
        ThrowIfFailed();
        var wait = _connection.Inner.WaitAsync(_cancellation.Token);
        lock (_gate)
            _state = State.Waiting;
        return wait;
    }

    /// <summary>Awaits what <see cref="Start"/> began. Throws when the connection is lost or a cancel has failed.</summary>
    /// <returns>Whether a message came; <see langword="false"/> if the wait was cancelled.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> FinishAsync(Task wait)
    {
        try
        {
            if (!wait.IsCompleted)
                await EndOf(wait).ConfigureAwait(false);
            if (!wait.IsCompleted)
                _connection.Abandon(wait);
            ThrowIfFailed();
            await wait.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (_connection.IsOpen)
        {
            // A cancel that hits the middle of a message breaks the connection, which shows nowhere else.
            return false;
        }
        finally
        {
            lock (_gate)
            {
                if (_state == State.Cancelled)
                    _cancellation = new CancellationTokenSource();
                _state = State.Idle;
            }
        }
    }

    /// <summary>
    /// Ends the wait that is on, if there is one. On the thread pool: cancelling runs Npgsql's callbacks, and whoever
    /// subscribes must not wait for them.
    /// </summary>
    internal void Cancel()
    {
        if (TryBeginCancel() is { } cancellation)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static cancel => cancel.Wait.Cancel(cancel.Cancellation), (Wait: this, Cancellation: cancellation), preferLocal: false);
        }
    }

    /// <summary>The same on the present thread, for one that has nothing else to do: a hop wakes another thread.</summary>
    internal void CancelHere()
    {
        if (TryBeginCancel() is { } cancellation)
            Cancel(cancellation);
    }

    CancellationTokenSource? TryBeginCancel()
    {
        lock (_gate)
        {
            if (_state != State.Waiting)
                return null;
            _state = State.Cancelled;
            return _cancellation;
        }
    }

    // Nobody above guards these threads: the timer's, or the pool's.
    void Cancel(CancellationTokenSource cancellation)
    {
        try
        {
            cancellation.Cancel();
        }
        catch (Exception e)
        {
            lock (_gate)
                _failure = e;
            End();
        }
    }

    void ThrowIfFailed()
    {
        lock (_gate)
        {
            if (_failure is not null)
                throw new InvalidOperationException("The connection is given up, because a wait for notifications could not be cancelled.", _failure);
        }
    }

    ValueTask EndOf(Task wait)
    {
        lock (_gate)
        {
            if (_failure is not null)
                return ValueTask.CompletedTask;
            _ended.Reset();
            Volatile.Write(ref _hasEnded, 0);
        }

        var end = new ValueTask(this, _ended.Version);
        wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_end);
        return end;
    }

    void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            _ended.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _ended.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _ended.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _ended.OnCompleted(continuation, state, token, flags);
}
