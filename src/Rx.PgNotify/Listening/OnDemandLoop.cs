using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>A loop that runs on the thread pool while it is needed, and never twice at a time.</summary>
/// <remarks>
/// <c>_gate</c> guards all fields. That the loop is needed no more is found out under it too: who needs it from then on starts
/// the next one.
/// </remarks>
/// <param name="run">The loop. It ends when <see cref="TryEnd"/> allows it, and does not throw.</param>
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

        /// <summary>A loop that still runs ends soon, and no other one begins.</summary>
        Stopped,
    }

    /// <summary>The loop is needed: begins it, unless it runs or was stopped.</summary>
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
    /// <returns>The end of the one that runs.</returns>
    internal Task Stop()
    {
        lock (_gate)
        {
            _state = State.Stopped;
            return _loop;
        }
    }

    /// <summary>Whether the loop has to end; called by it.</summary>
    /// <param name="isNeeded">Whether it is still needed.</param>
    /// <param name="end">If not: the last that it does, before another one can begin.</param>
    internal bool TryEnd(Func<bool> isNeeded, Action end)
    {
        lock (_gate)
        {
            if (_state == State.Running)
            {
                if (isNeeded())
                    return false;
                _state = State.Idle;
            }

            end();
            return true;
        }
    }
}
