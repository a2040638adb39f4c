using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>A loop that runs on the thread pool while it is needed, and never twice at a time.</summary>
/// <remarks>
/// <c>_gate</c> guards all fields. Whether the loop is still needed is decided under it too: whoever needs it after that decision
/// starts the next one.
/// </remarks>
/// <param name="run">The loop. It returns when <see cref="TryExit"/> allows it, and does not throw.</param>
sealed class OnDemandLoop(Func<Task> run)
{
    readonly Lock _gate = new();
    Task _loop = Task.CompletedTask;
    State _state;

    enum State
    {
        /// <summary>No loop runs.</summary>
        Idle,

        /// <summary>A loop runs.</summary>
        Running,

        /// <summary>A loop that still runs exits soon, and no other one is started.</summary>
        Stopped,
    }

    /// <summary>The loop is needed: starts it, unless it runs or was stopped.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            if (_state != State.Idle)
                return;
            _state = State.Running;
            _loop = SuppressedFlow.Run(run);
        }
    }

    /// <summary>No loop is needed from now on.</summary>
    /// <returns>Completes when the one that runs has exited.</returns>
    internal Task Stop()
    {
        lock (_gate)
        {
            _state = State.Stopped;
            return _loop;
        }
    }

    /// <summary>Whether the loop has to exit; called by it.</summary>
    /// <param name="isNeeded">Whether it is still needed. Called under the lock.</param>
    /// <param name="exiting">The last thing that it does, before another one can be started. Called under the lock.</param>
    internal bool TryExit(Func<bool> isNeeded, Action exiting)
    {
        lock (_gate)
        {
            if (_state == State.Running)
            {
                if (isNeeded())
                    return false;
                _state = State.Idle;
            }

            exiting();
            return true;
        }
    }
}
