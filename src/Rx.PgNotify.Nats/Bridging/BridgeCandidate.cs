using System.Reactive;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Nats.Connections;
using Rx.PgNotify.Nats.Diagnostics;
using Rx.PgNotify.Nats.Protocol;

namespace Rx.PgNotify.Nats.Bridging;

/// <summary>A bridge while NATS is there: its listener waits for the lock and works with it, one session after the other.</summary>
sealed class BridgeCandidate : IAsyncDisposable
{
    // Keeps a session wanted while no channel is. Nobody notifies it.
    const string LockChannel = "rx.pgnotify.bridge";

    readonly StateFeed<BridgeState> _state;
    readonly ILogger _logger;
    readonly PgListener _listener;
    readonly Func<Epoch, BridgeWork> _createWork;
    readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The locks of the two state feeds are taken under it. Nobody is called under any of them.
    readonly Lock _gate = new();
    IDisposable? _wanted;
    IDisposable? _states;

    // Of the session that has the lock. No other one has it before this one has left, so the calls come one after the other.
    BridgeWork? _work;

    // Guarded by the gate, under which all states of this candidate are published. From the end on it publishes none: what a session that
    // is closed late reports is not the state of the bridge. The cause is what the end has come of, null if the bridge was stopped.
    bool _isOver;
    Exception? _cause;

    // Guarded by the gate: what the listener had reported last when both ends were there. A failure that it reports was mended by then.
    ListenerState? _mended;

    // Set by the pump.
    volatile bool _hasStood;

    internal BridgeCandidate(
        Func<TimeSpan, ConnectionSource> connections,
        INatsConnection nats,
        Subjects subjects,
        PgNatsBridgeOptions options,
        HighestEpoch highest,
        StateFeed<BridgeState> state,
        ILogger logger,
        BridgeMetrics metrics,
        PermissionErrors permissions)
    {
        _state = state;
        _logger = logger;
        var guard = new LeaderLock(options, highest, StandsBy, Entered, sentAt => _work?.Renew(sentAt), Left);
        _listener = new PgListener(options.ListenerOptions(), connections, guard);
        var refused = new RefusedNames(options.LongestListenerDelay); // the listener outlives epochs, and so does what it puts off
        _createWork = epoch => new BridgeWork(_listener, nats, subjects, epoch, options, logger, metrics, permissions, refused);
    }

    /// <summary>Whether it has had both ends: it has stood by or been at work.</summary>
    internal bool HasStood => _hasStood;

    /// <summary>Completes when trying on can't help, such as after a wrong password.</summary>
    internal Task<Exception> Failure => _failed.Task;

    /// <summary>Ends one that was stopped.</summary>
    /// <inheritdoc cref="EndAsync"/>
    public ValueTask DisposeAsync() => new(EndAsync(cause: null));

    /// <summary>Gives up the role. The first call counts: it says why.</summary>
    /// <param name="cause">What has failed; <see langword="null"/> if the bridge is being stopped.</param>
    internal async Task EndAsync(Exception? cause)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                (_isOver, _cause) = (true, cause);
                if (cause is not null)
                    _state.Publish(new BridgeState.Failing(cause));
                else if (_state.Latest is BridgeState.AtWork)
                    _state.Publish(BridgeState.Connecting.Instance);
            }
        }

        _states?.Dispose();
        _wanted?.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
    }

    internal void Begin()
    {
        _states = _listener.State.Subscribe(Observer.Create<ListenerState>(_ => OnListenerState()));
        _wanted = _listener.Channel(LockChannel).Subscribe(Observer.Create<Notification>(static _ => { }, e => _failed.TrySetResult(e)));
    }

    // The pump has published a state before it goes on, and this is called later. So the present state is looked at: either it is the one
    // that the pump had published when both ends were there, or it is of what has failed since.
    void OnListenerState()
    {
        lock (_gate)
        {
            if (!_isOver && _listener.CurrentState is ListenerState.Reconnecting failing && !ReferenceEquals(failing, _mended))
                _state.Publish(new BridgeState.Failing(failing.Cause));
        }
    }

    // Both ends are there. Called by the pump.
    bool TryPublish(BridgeState state)
    {
        lock (_gate)
        {
            _mended = _listener.CurrentState;
            if (_isOver || _state.Latest.Equals(state))
                return false;
            _state.Publish(state);
            return true;
        }
    }

    void StandsBy()
    {
        _hasStood = true;
        if (TryPublish(BridgeState.StandingBy.Instance))
            NatsLog.StandsBy(_logger);
    }

    void Entered(Epoch epoch, long sentAt)
    {
        _hasStood = true;
        _work = _createWork(epoch);
        _work.Renew(sentAt);
        _work.Begin();
        TryPublish(BridgeState.AtWork.Instance);
    }

    // Before the session is closed, which takes a while, and before the listener reports the failure.
    void Left(Exception? failure)
    {
        _work!.End();
        _work = null;
        bool isStopped;
        lock (_gate)
        {
            if (_isOver)
                failure = _cause;
            else if (failure is null)
                _state.Publish(BridgeState.Connecting.Instance);
            else
                _state.Publish(new BridgeState.Failing(failure));
            isStopped = _isOver && _cause is null;
        }

        NatsLog.LeftWork(_logger, isStopped ? "it was stopped" : ReasonOf(failure), isStopped);
    }

    static string ReasonOf(Exception? failure) => failure switch
    {
        null => "its session with PostgreSQL has ended",
        NatsListenerException => $"NATS failed ({ExceptionSummary.Of(failure)})",
        _ => $"its session with PostgreSQL has ended ({ExceptionSummary.Of(failure)})",
    };
}
