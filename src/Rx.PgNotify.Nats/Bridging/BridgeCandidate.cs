using System.Reactive;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
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
    readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _gate = new();
    IDisposable? _wanted;
    IDisposable? _states;

    // Of the session that has the lock. No other one has it before this one has left, so the calls come one after the other.
    BridgeWork? _work;

    // Guarded by the gate: what a session that is closed late reports after the end is not the state of the bridge.
    bool _isOver;

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

    /// <summary>Fails when trying on can't help, such as after a wrong password.</summary>
    internal Task HasFailed => _failed.Task;

    public async ValueTask DisposeAsync()
    {
        _states?.Dispose();
        _wanted?.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
            _isOver = true;
    }

    internal void Begin()
    {
        _states = _listener.State.Subscribe(Observer.Create<ListenerState>(OnState));
        _wanted = _listener.Channel(LockChannel).Subscribe(Observer.Create<Notification>(static _ => { }, e => _failed.TrySetException(e)));
    }

    // States come late. The last one decides: the listener listens once this bridge has the lock, and not before.
    void OnState(ListenerState state)
    {
        if (state is ListenerState.Reconnecting { Cause: var cause })
            Publish(new BridgeState.Failing(cause));
        else if (state is ListenerState.Listening)
            Publish(BridgeState.AtWork.Instance);
    }

    void Publish(BridgeState state)
    {
        lock (_gate)
        {
            if (!_isOver)
                _state.Publish(state);
        }
    }

    void StandsBy()
    {
        _hasStood = true;
        if (_state.Latest is BridgeState.StandingBy)
            return;
        NatsLog.StandsBy(_logger);
        Publish(BridgeState.StandingBy.Instance);
    }

    void Entered(Epoch epoch, long sentAt)
    {
        _hasStood = true;
        _work = _createWork(epoch);
        _work.Renew(sentAt);
        _work.Begin();
        Publish(BridgeState.AtWork.Instance);
    }

    void Left()
    {
        _work!.End();
        _work = null;
        NatsLog.LeftWork(_logger);
        Publish(BridgeState.Connecting.Instance);
    }
}
