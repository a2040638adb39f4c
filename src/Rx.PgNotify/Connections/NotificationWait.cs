using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Rx.PgNotify.Connections;

/// <summary>Waits for the next message of the server, again and again; any thread may cancel a wait.</summary>
/// <remarks>
/// <para>
/// <c>_gate</c> guards <c>_cancellation</c>, <c>_state</c> and <c>_failure</c>. Only a wait that has really begun is
/// cancelled, and a token source that was cancelled is never used for another wait, so a cancel that comes late has no effect.
/// Otherwise it could come while the next wait is starting, be missed there (npgsql #5975), and leave a source that can't be
/// cancelled any more.
/// </para>
/// <para>
/// If cancelling throws (npgsql #6506), this wait and all later ones fail: it is not known then whether Npgsql's wait ever completes, nor
/// whether it would still find a dead line. So a wait completes with Npgsql's task or with such a failure, whichever comes first.
/// </para>
/// </remarks>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and a late cancel may still use it
sealed class NotificationWait : IValueTaskSource
#pragma warning restore CA1001
{
    readonly PhysicalConnection _connection;
    readonly Action _complete;
    readonly Lock _gate = new();
    CancellationTokenSource _cancellation = new();
    State _state;
    Exception? _failure;

    // The completion of the present wait. Whoever exchanges _isCompleted first completes it. Reset by the loop alone, at a time when
    // nobody else can complete it.
    ManualResetValueTaskSourceCore<bool> _completion;
    int _isCompleted;

    internal NotificationWait(PhysicalConnection connection)
    {
        _connection = connection;
        _complete = Complete;
    }

    enum State
    {
        /// <summary>No wait is on, and a cancel has nothing to do.</summary>
        Idle,

        /// <summary>A wait is on.</summary>
        Waiting,

        /// <summary>A wait is on and was cancelled.</summary>
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
                await CompletionOf(wait).ConfigureAwait(false);
            if (!wait.IsCompleted)
                _connection.Abandon(wait);
            ThrowIfFailed();
            await wait.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (_connection.IsOpen)
        {
            // Not if the connection is broken: a cancel in the middle of a message does that, and it shows only in the state.
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
    /// Cancels the present wait, if there is one. On the thread pool: that runs Npgsql's callbacks, and a caller who subscribes
    /// must not wait for them.
    /// </summary>
    internal void Cancel()
    {
        if (TryBeginCancel() is { } cancellation)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static cancel => cancel.Wait.Cancel(cancel.Cancellation), (Wait: this, Cancellation: cancellation), preferLocal: false);
        }
    }

    /// <summary>The same on the calling thread, if that has nothing else to do: the pool would have to wake another one.</summary>
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
            Complete();
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

    ValueTask CompletionOf(Task wait)
    {
        lock (_gate)
        {
            if (_failure is not null)
                return ValueTask.CompletedTask;
            _completion.Reset();
            Volatile.Write(ref _isCompleted, 0);
        }

        var completion = new ValueTask(this, _completion.Version);
        wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_complete);
        return completion;
    }

    void Complete()
    {
        if (Interlocked.Exchange(ref _isCompleted, 1) == 0)
            _completion.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
