using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Operators;

/// <summary>
/// A sink in which one thread at a time holds the turn: it alone does the work and calls <c>OnNext</c>. An error may come at any moment,
/// and waits only for the call that is being made.
/// </summary>
/// <remarks>
/// The lock guards the fields, and the derived class's, and nothing else: observer and functions are foreign code and are called outside.
/// So is cancelling, and on the thread pool: Npgsql's callback blocks while it asks the server to cancel, and whoever disposes must not
/// wait for that.
/// </remarks>
abstract class SerializedSink<TSource, TResult>(IObserver<TResult> observer) : Sink<TSource>
{
#pragma warning disable CA2213 // without timer and links it needs no disposal, and the work may use its token after the end
    readonly CancellationTokenSource _cancellation = new();
#pragma warning restore CA2213

    Turn _turn;
    Exception? _error;

    enum Turn
    {
        Free,    // nobody works
        Taken,   // somebody works, or is about to
        Calling, // its holder calls the observer, or a callback that must not run at the same time
    }

    protected Lock Gate { get; } = new();

    /// <summary>Read it under the lock.</summary>
    protected SourceState SourceState { get; private set; }

    /// <summary>Whether nothing is to be begun any more.</summary>
    protected bool IsStopping_NeedsLock => SourceState is SourceState.Over or SourceState.Failed;

    /// <summary>Whether nobody works.</summary>
    protected bool IsTurnFree_NeedsLock => _turn == Turn.Free;

    /// <summary>Is cancelled when nothing of the work is needed any more.</summary>
    protected CancellationToken CancellationToken => _cancellation.Token;

    protected IObserver<TResult> Observer { get; } = observer;

    public override void OnError(Exception error)
    {
        lock (Gate)
        {
            if (SourceState != SourceState.Active)
                return;
            SourceState = SourceState.Failed;
            _error = error;
            if (_turn == Turn.Calling)
                return;
        }

        Fail(error);
    }

    public override void Dispose()
    {
        Stop();
        base.Dispose();
    }

    /// <summary>Takes the free turn, or goes on with it. The caller does the work when it has released the lock.</summary>
    protected virtual void TakeTurn_NeedsLock() => _turn = Turn.Taken;

    /// <summary>Gives the turn back.</summary>
    protected void GiveTurnBack_NeedsLock() => _turn = Turn.Free;

    /// <summary>Notes that the source has completed.</summary>
    /// <returns>Whether it had not terminated before.</returns>
    protected bool TryCompleteSource_NeedsLock()
    {
        if (SourceState != SourceState.Active)
            return false;
        SourceState = SourceState.Completed;
        return true;
    }

    /// <summary>Nothing is left to do: the caller calls <c>OnCompleted</c> when it has released the lock.</summary>
    protected void Complete_NeedsLock() => SourceState = SourceState.Over;

    /// <summary>Before a call that must not be made at the same time as <c>OnError</c>. With the turn.</summary>
    /// <returns>Whether the call may be made; if not, all is over.</returns>
    protected bool TryBeginCall()
    {
        lock (Gate)
        {
            // Not after Failed either: whoever has set that while no call was made is about to call OnError.
            if (IsStopping_NeedsLock)
                return false;
            _turn = Turn.Calling;
            return true;
        }
    }

    /// <summary>After that call. Passes on the error that came meanwhile.</summary>
    /// <returns>Whether to go on.</returns>
    protected bool EndCall()
    {
        lock (Gate)
        {
            _turn = Turn.Taken;
            if (SourceState != SourceState.Failed)
                return SourceState != SourceState.Over;
        }

        Fail(_error!);
        return false;
    }

    /// <summary>Calls <c>OnError</c>, unless all is over already, and leaves the source. Without the lock.</summary>
    protected void Fail(Exception error)
    {
        if (!Stop())
            return;
        LeaveSource();
        Observer.OnError(error);
    }

    /// <summary>Nothing is emitted any more, but for an error. Called once, without the lock.</summary>
    protected virtual void OnStopped()
    {
    }

    bool Stop()
    {
        lock (Gate)
        {
            if (SourceState == SourceState.Over)
                return false;
            SourceState = SourceState.Over;
        }

        _ = _cancellation.CancelSafelyAsync(); // what the callbacks throw is nobody's concern any more
        OnStopped();
        return true;
    }
}
