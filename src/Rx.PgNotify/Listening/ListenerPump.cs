using System.Reactive.Concurrency;
using Microsoft.Extensions.Logging;
using Rx.PgNotify.Connections;
using Rx.PgNotify.Delivery;
using Rx.PgNotify.Diagnostics;
using Rx.PgNotify.Threading;

namespace Rx.PgNotify.Listening;

/// <summary>
/// The one loop of a listener: connect, serve, back off, and again. It runs while channels are wanted and is the only
/// one to touch the connection, so that there is never a second one.
/// </summary>
#pragma warning disable CA1001 // a token source without timer and links needs no disposal, and late callers may still look at it
sealed class ListenerPump
#pragma warning restore CA1001
{
    readonly DesiredChannels _desired;
    readonly StateFeed<ListenerState> _state;
    readonly IScheduler _scheduler;
    readonly ILogger _logger;
    readonly ListenerMetrics _metrics;
    readonly ReconnectPolicy _reconnect;
    readonly WhileWanted _whileWanted;
    readonly IListenConnection _connection;
    readonly PumpSignal _signal = new();
    readonly CancellationTokenSource _stop = new();
    readonly OnDemandLoop _loop;

    internal ListenerPump(
        DesiredChannels desired,
        Func<ListenerPumpContext, IListenConnection> connect,
        StateFeed<ListenerState> state,
        ListenerOptions options,
        ILogger logger,
        ListenerMetrics metrics)
    {
        _desired = desired;
        _state = state;
        _scheduler = options.Scheduler;
        _logger = logger;
        _metrics = metrics;
        _whileWanted = new WhileWanted(desired, _signal, _stop.Token);
        _connection = connect(new ListenerPumpContext(desired, _signal, _whileWanted, options, logger, metrics, _stop.Token));
        _reconnect = new ReconnectPolicy(
            _connection.FindPermanent,
            options.ReconnectDelay,
            options.MaxReconnectDelay,
            options.ReconnectBudget,
            options.Scheduler.StartClock(),
            _connection.FindFinal);
        _loop = new OnDemandLoop(RunAsync);
    }

    /// <summary>The desired state has changed. Never blocks.</summary>
    internal void Wake()
    {
        _loop.Start();
        _signal.Request();
    }

    /// <summary>Closes the connection, and gives up waiting for it after <paramref name="limit"/>: what hangs is aborted.</summary>
    internal async Task StopAsync(TimeSpan limit)
    {
        var loop = _loop.Stop();
        // Not awaited without a limit: whoever registered with the token may block.
        var stopping = _stop.CancelSafelyAsync();
        _signal.Request();
        if (await Task.WhenAll(stopping, loop).CompletesWithinAsync(limit).ConfigureAwait(false))
            return;
        Log.CloseTimedOut(_logger, limit);
        await _connection.AbortAsync().ConfigureAwait(false);
    }

    async Task RunAsync()
    {
        // The only way out is TryExit: it alone can decide that no loop is needed before another one can be started.
        while (!_loop.TryExit(isNeeded: () => _desired.AnyWanted, OnExit))
        {
            try
            {
                await RunConnectionAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // A scheduler of the user's that throws, or a bug of ours. Never silent: all observers get the error. And never
                // in a hot loop: whoever subscribes again at once waits here, as the scheduler can't be relied on.
                var delay = _reconnect.Failed(e);
                Fault(PgListenerError.Unknown, "The listener failed in an unforeseen way.", e);
#pragma warning disable RS0030 // real time, for the same reason
                await Task.Delay(delay, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
#pragma warning restore RS0030
            }
        }
    }

    void OnExit()
    {
        _reconnect.StartBudgetAnew();
        var isStopped = _desired.IsStopped;
        // A fault is to be seen until somebody subscribes again.
        if (isStopped || _state.Latest is not ListenerState.Faulted)
            _state.Publish(ListenerState.Idle.Instance);
        if (isStopped)
            _state.End();
    }

    async Task RunConnectionAsync()
    {
        if (!await BackOffAsync().ConfigureAwait(false))
            return;
        var hasServed = false;
        var failure = await _connection.RunAsync(() =>
        {
            hasServed = true;
            OnListening();
        }).ConfigureAwait(false);
        _desired.Disconnected();
        if (failure is null || _stop.IsCancellationRequested)
        {
            _reconnect.Closed();
            return;
        }

        var delay = _reconnect.Failed(failure);
        if (_reconnect.ReasonToGiveUp(failure) is { } reason)
        {
            Fault(reason.Error, reason.Message, failure);
            return;
        }

        var (failures, milliseconds) = (_reconnect.Failures, (long)delay.TotalMilliseconds);
        if (hasServed)
            Log.ConnectionLost(_logger, failure, failures, milliseconds);
        else
            Log.ConnectionFailed(_logger, failure, failures, milliseconds);
    }

    /// <summary>Waits until the next attempt is due; <see langword="false"/> if it is wanted no more.</summary>
    async Task<bool> BackOffAsync()
    {
        var remaining = _reconnect.Remaining();
        if (remaining <= TimeSpan.Zero)
        {
            // An attempt at once, as after a break, is one of those that connect again.
            _state.Publish(_reconnect is { HasConnected: true, LastFailure: { } cause }
                ? new ListenerState.Reconnecting(_reconnect.Failures, TimeSpan.Zero, cause)
                : ListenerState.Connecting.Instance);
            return true;
        }

        // In this order: whoever sees the state and advances a virtual clock by its delay makes the attempt due. A scheduler that blocks
        // until the delay is over would hold back the state; the options refuse those of Rx that do.
        var abandon = new CancellationTokenSource();
        var due = _scheduler.DelayAsync(remaining, abandon.Token);
        _state.Publish(new ListenerState.Reconnecting(_reconnect.Failures, remaining, _reconnect.LastFailure!));
        await _whileWanted.WaitAsync(due, abandon).ConfigureAwait(false);
        if (due.IsFaulted)
            await due.ConfigureAwait(false); // the scheduler of the options fails
        return due.IsCompletedSuccessfully && _desired.AnyWanted;
    }

    void OnListening()
    {
        if (_reconnect is { HasConnected: true, Failures: > 0 })
            _metrics.Reconnected();
        _reconnect.Succeeded();
        _state.Publish(ListenerState.Listening.Instance);
    }

    void Fault(PgListenerError error, string message, Exception cause)
    {
        _reconnect.StartBudgetAnew(); // the next epoch has one of its own
        Log.Faulted(_logger, message, cause);
        _desired.Fault(Error, () => _state.Publish(new ListenerState.Faulted(Error())));

        // A failed check of our own says no more than the message.
        PgListenerException Error() => new(error, message, cause is PgListenerException ? cause.InnerException : cause);
    }
}
