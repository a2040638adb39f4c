using System.Reactive;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
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
    IDisposable? _wanted;
    IDisposable? _states;

    // Of the session that has the lock. No other one has it before this one has left, so the calls come one after the other.
    BridgeWork? _work;

    // Set by the listener's loop, read by the bridge's.
    bool _hasHadARole;

    internal BridgeCandidate(
        Func<TimeSpan, ConnectionSource> connections,
        INatsConnection nats,
        Subjects subjects,
        PgNatsBridgeOptions options,
        HighestEpoch highest,
        StateFeed<BridgeState> state,
        ILogger logger,
        BridgeMetrics metrics)
    {
        _state = state;
        _logger = logger;
        var guard = new LeaderLock(options, highest, StandsBy, Entered, sentAt => _work?.Renew(sentAt), Left);
        _listener = new PgListener(options.ListenerOptions(), connections, guard);
        _createWork = epoch => new BridgeWork(_listener, nats, subjects, epoch, options, logger, metrics);
    }

    /// <summary>Whether it was ever at work or stood by: then both ends were there.</summary>
    internal bool HasHadARole => Volatile.Read(ref _hasHadARole);

    /// <summary>Fails when trying on can't help, such as after a wrong password.</summary>
    internal Task HasFailed => _failed.Task;

    public async ValueTask DisposeAsync()
    {
        _states?.Dispose();
        _wanted?.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
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
            _state.Publish(new BridgeState.Failing(cause));
        else if (state is ListenerState.Listening)
            _state.Publish(BridgeState.AtWork.Instance);
    }

    void StandsBy()
    {
        Volatile.Write(ref _hasHadARole, true);
        if (_state.Latest is BridgeState.StandingBy)
            return;
        NatsLog.StandsBy(_logger);
        _state.Publish(BridgeState.StandingBy.Instance);
    }

    void Entered(Epoch epoch, long sentAt)
    {
        Volatile.Write(ref _hasHadARole, true);
        _work = _createWork(epoch);
        _work.Renew(sentAt);
        _work.Begin();
        _state.Publish(BridgeState.AtWork.Instance);
    }

    void Left()
    {
        _work!.End();
        _work = null;
        NatsLog.LeftWork(_logger);
        _state.Publish(BridgeState.Connecting.Instance);
    }
}
